"""A copy of a PDF, in memory only, with small pages laid over it: for viewing and printing. Every
page is drawn anew as a picture of itself in vectors, so that no form field and no signature is left
in the copy that somebody could take for the document's own."""

import io
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import pypdfium2 as pdfium

from adapters.pdf.opening import opened, page_of
from domain.places import POINTS_PER_MM

A4 = (595.276, 841.89)


@dataclass(frozen=True)
class Overlay:
    """Page `page` (from 0) of a small PDF, at millimetres from the left and the top of what it is
    laid over; `on` are the pages it goes on, empty for all."""

    pdf: bytes
    page: int
    left: float
    top: float
    on: Sequence[int] = ()


def overlaid(
    data: bytes, overlays: Sequence[Overlay], pages: Sequence[int] = (), more: int = 0
) -> bytes:
    """The copy: of all pages, or of some, and behind them so many empty ones of A4. Raises Invalid
    as `inspect`, NotFound("pdf-no-page")."""
    with opened(data) as source, closing(pdfium.PdfDocument.new()) as copy:
        for number in pages or range(len(source)):
            with page_of(source, number) as original:
                width, height = original.get_size()
            with closing(copy.new_page(width, height)) as page:
                _draw(page, copy, source, number, 0.0, 0.0)
                for overlay in overlays:
                    if number in (overlay.on or (number,)):
                        _lay(page, copy, overlay)
                page.gen_content()
        for number in range(len(source), len(source) + more):
            with closing(copy.new_page(*A4)) as page:
                for overlay in overlays:
                    if number in overlay.on:
                        _lay(page, copy, overlay)
                page.gen_content()
        out = io.BytesIO()
        copy.save(out)
        return out.getvalue()


def _lay(page: pdfium.PdfPage, copy: pdfium.PdfDocument, overlay: Overlay) -> None:
    """Kept on the page: what would stick out over an edge is moved inwards."""
    with closing(pdfium.PdfDocument(overlay.pdf)) as small:
        width, height = small.get_page_size(overlay.page)
        across, up = page.get_size()
        left = min(max(overlay.left * POINTS_PER_MM, 0.0), max(across - width, 0.0))
        top = min(max(overlay.top * POINTS_PER_MM, 0.0), max(up - height, 0.0))
        _draw(page, copy, small, overlay.page, left, up - top - height)


def _draw(
    page: pdfium.PdfPage,
    copy: pdfium.PdfDocument,
    source: pdfium.PdfDocument,
    number: int,
    left: float,
    bottom: float,
) -> None:
    with closing(source.page_as_xobject(number, copy)) as drawn:
        thing = drawn.as_pageobject()
        thing.transform(pdfium.PdfMatrix().translate(left, bottom))
        page.insert_obj(thing)
