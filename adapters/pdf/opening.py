"""The one door to pdfium: it is not thread-safe, so a module lock is held from opening to closing,
and every handle is closed before the lock is left. Hostile files are bounded here."""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from domain.errors import Invalid, NotFound

MAX_PAGES = 2000
_HEADER_WINDOW = 1024  # readers accept "%PDF-" anywhere in the first kilobyte
_lock = threading.RLock()


@dataclass(frozen=True)
class PdfFacts:
    """`page_sizes` are (width, height) in points as displayed; `encrypted` means readable without
    a password but with restrictions."""

    pages: int
    page_sizes: tuple[tuple[float, float], ...]
    has_signatures: bool
    encrypted: bool


def inspect(data: bytes, max_bytes: int | None = None, max_pages: int = MAX_PAGES) -> PdfFacts:
    """What a PDF is; `max_bytes` is for what is not taken in yet. Raises Invalid: pdf-empty,
    pdf-too-large(limit), pdf-not-pdf, pdf-encrypted (a password is needed), pdf-broken,
    pdf-too-many-pages(limit)."""
    if max_bytes is not None and len(data) > max_bytes:
        raise Invalid("pdf-too-large", size=len(data), limit=max_bytes)
    with opened(data, max_pages) as document:
        facts = PdfFacts(
            pages=len(document),
            page_sizes=tuple(document.get_page_size(i) for i in range(len(document))),
            has_signatures=raw.FPDF_GetSignatureCount(document.raw) > 0,
            encrypted=raw.FPDF_GetSecurityHandlerRevision(document.raw) != -1,
        )
        with page_of(document, 0):  # a file whose first page does not load is of no use
            return facts


@contextmanager
def opened(data: bytes, max_pages: int = MAX_PAGES) -> Iterator[pdfium.PdfDocument]:
    """The open document, under the module lock; refusals as in `inspect`."""
    _check_header(data)
    with _lock, closing(_open(data)) as document:
        count = len(document)
        if count == 0:
            raise Invalid("pdf-broken")
        if count > max_pages:
            raise Invalid("pdf-too-many-pages", pages=count, limit=max_pages)
        try:
            yield document
        except pdfium.PdfiumError as error:  # such as a page tree that leads nowhere
            raise Invalid("pdf-broken") from error


@contextmanager
def page_of(document: pdfium.PdfDocument, index: int) -> Iterator[pdfium.PdfPage]:
    """Page `index` (from 0) with its widgets flattened into the content, in memory only: numbers
    and dates often stand in signature widgets alone. Raises NotFound("pdf-no-page")."""
    if not 0 <= index < len(document):
        raise NotFound("pdf-no-page", page=index)
    try:
        with closing(document.get_page(index)) as page:
            flattened = raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
            if flattened != raw.FLATTEN_SUCCESS:
                yield page
                return
        with closing(document.get_page(index)) as page:
            yield page
    except (pdfium.PdfiumError, ctypes.ArgumentError) as error:
        raise Invalid("pdf-broken") from error


def _check_header(data: bytes) -> None:
    if not data:
        raise Invalid("pdf-empty")
    if b"%PDF-" not in data[:_HEADER_WINDOW]:
        raise Invalid("pdf-not-pdf")


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise Invalid("pdf-encrypted" if locked else "pdf-broken") from error
