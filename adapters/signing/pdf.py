"""Opening a PDF for signing or checking: every way it can be unfit becomes one typed refusal.

pyHanko raises bare KeyError, AssertionError, RecursionError and more on damaged files; past this
module there are only refusals.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from adapters.signing import reading, reading_tables
from domain.errors import Invalid, Refusal

reading.quicken()
reading_tables.quicken()

HEADER_WITHIN = 1024  # readers accept some bytes before "%PDF-" (ISO 32000-1, Annex H.3)


@contextmanager
def broken_as_refusal(code: str = "pdf-broken") -> Iterator[None]:
    """Whatever goes wrong inside is the file's fault and leaves as Invalid(code)."""
    try:
        yield
    except Refusal:
        raise
    except Exception as error:
        raise Invalid(code, field="file") from error


def is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:HEADER_WITHIN]


def open_pdf(data: bytes | BinaryIO, *, strict: bool = False) -> PdfFileReader:
    """A reader on these bytes, or on a stream of them.

    Refuses: "pdf-empty", "pdf-not-pdf", "pdf-encrypted", "pdf-broken". Not strict by default, since
    a third of honest files (MS Word's hybrid cross-references among them) fail strict reading.
    """
    stream = BytesIO(data) if isinstance(data, bytes) else data
    head = stream.read(HEADER_WITHIN)
    if not head:
        raise Invalid("pdf-empty", field="file")
    if b"%PDF-" not in head:
        raise Invalid("pdf-not-pdf", field="file")
    with broken_as_refusal():
        reader = PdfFileReader(stream, strict=strict)
        if reader.encrypted:
            raise Invalid("pdf-encrypted", field="file")
        if int(reader.root["/Pages"]["/Count"]) < 1:
            raise Invalid("pdf-broken", field="file")
        return reader


def signature_fields(reader: PdfFileReader) -> dict[str, tuple[bool, IndirectObject]]:
    """Name of each signature field: (is it filled, reference of the field)."""
    return {
        name: (value is not None, reference)
        for name, value, reference in enumerate_sig_fields(reader)
    }


def entry(dictionary: DictionaryObject, key: str, default: object = None) -> object:
    """The value of a key, references followed (pyHanko's own `get` returns a bare reference)."""
    return dictionary[key] if key in dictionary else default  # noqa: SIM401


def field_names(reader: PdfFileReader) -> set[str]:
    """The names of all fields at the top of the form, of whatever kind."""
    form = entry(reader.root, "/AcroForm")
    fields = entry(form, "/Fields", ()) if form is not None else ()
    return {str(entry(each.get_object(), "/T", "")) for each in fields}
