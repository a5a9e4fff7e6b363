"""The quick reading of cross-references, headers and texts gives what pyHanko's own gives, or
leaves them to it."""

import random
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic, reader, xref
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from adapters.signing import reading_tables as tables
from tests.signing.altering import written
from tests.signing.conftest import SHARED
from tests.signing.test_reading import read, told

SEED = 11
LINES = b"0000000000 65535 f\r\n0000000009 00000 n\r\n"
TABLES = (
    b"\n0 2\n" + LINES + b"trailer\n<<",
    b"0 2\r\n" + LINES + b"trailer<<",
    b"\n0 2 \n" + LINES + b"7 1\n0000000009 00003 n \ntrailer\n<<",
    b"\n7 1\n0000000009 00003 n \n7 1\n0000000019 00004 f \ntrailer\n<<",
    b"\n0 2\n" + LINES + b"\n trailer \n <<",
    b"\n0 2\n" + LINES + b"% comment\ntrailer\n<<",
    b"\n0 2\n" + LINES + b"trailer\n[",
    b"\n0 0\ntrailer\n<<",
    b"\n0 1\n" + LINES + b"trailer\n<<",
    b"\n0 3\n" + LINES + b"trailer\n<<",
    b"\n0 99999999999\n" + LINES + b"trailer\n<<",
    b"\n0 2\n" + LINES.replace(b"\r\n", b"\n") + b"trailer\n<<",
    b"\n0 2\n" + LINES.replace(b"\r\n", b" \r\n") + b"trailer\n<<",
    b"\n0 2\n" + LINES.replace(b" n", b" x") + b"trailer\n<<",
    b"\n0 2\n" + LINES.replace(b"00000 n", b"99999 n") + b"trailer\n<<",
    b"\n0 2\n" + LINES.replace(b"0000000009", b"         9") + b"trailer\n<<",
    b"\n-1 2\n" + LINES + b"trailer\n<<",
    b"\n0 2\n" + LINES + b"trailer",
    b"\n0 2\n" + LINES,
    b"\n0 2\n",
    b"",
)
HEADERS = (
    b"1 0 obj\n<<", b"12 3 obj<<", b"1 0 obj \n[", b"1 0 obj\r\n\r\n[", b" 1 0 obj\n<<",
    b"1  0 obj\n<<", b"1 0 obj % comment\n<<", b"1 0 obj%\n<<", b"%\n1 0 obj\n<<", b"01 0 obj 7",
    b"1 0 objx", b"1 0 ob", b"1 0 obj", b"1 0", b"x 0 obj\n<<", b"-1 0 obj\n<<", b"", b"1 0 jbo <<",
)  # fmt: skip
TRAILERS = (
    b"<</Size 3 /Root 1 0 R>>\nstartxref", b"<</Size 3/Size 4>>\n", b"<</Size 3", b"[1 2] ", b"",
    b"<< /A<</B(c)>> % comment\n /Size 3>> ", b"<</Length 3>>\nstream\nabc\nendstream ",
)  # fmt: skip


@pytest.fixture
def own(monkeypatch):
    """`own(f, …)`: what a function gives with pyHanko's own functions in force."""

    def without_ours(function, *given):
        with monkeypatch.context() as patch:
            patch.setattr(xref, "parse_xref_table", tables._slow_table)
            patch.setattr(xref.XRefSectionData, "process_entries", tables._slow_rows)
            patch.setattr(xref, "read_object_header", tables._slow_header)
            patch.setattr(reader, "read_object_header", tables._slow_header)
            slow = staticmethod(tables._slow_dictionary)
            patch.setattr(generic.DictionaryObject, "read_from_stream", slow)
            patch.setattr(generic.StreamObject, "read_from_stream", slow)
            patch.setattr(generic, "decode_pdfdocencoding", tables._slow_decoded)
            patch.setattr(generic, "encode_pdfdocencoding", tables._slow_encoded)
            return function(*given)

    return without_ours


def opened(pdf: bytes, strict: bool):
    """What a reader knows of a file's cross-references; or that it refuses."""
    try:
        found = PdfFileReader(BytesIO(pdf), strict=strict)
    except Exception as error:
        return type(error).__name__, str(error)
    sections = [
        (
            each.meta_info,
            each.xref_data.standard_xrefs,
            each.xref_data.xrefs_in_objstm,
            each.xref_data.freed,
            each.xref_data.explicit_refs_in_revision,
            each.xref_data.hybrid and each.xref_data.hybrid.xref_data.standard_xrefs,
        )
        for each in found.xrefs._xref_sections
    ]
    trailers = [plain(told(each)) for each in found.trailer._trailer_revisions]
    return sections, trailers, found.last_startxref, found.has_xref_stream


def plain(thing):
    """What was told, with references to a trailer (each its own) alike."""
    if isinstance(thing, list | tuple):
        return [plain(each) for each in thing]
    return "trailer" if isinstance(thing, generic.TrailerReference) else thing


def rows(text: bytes, strict: bool):
    """What is known after a table, and where the trailer should begin; or that it is refused."""
    stream, section = BytesIO(text), xref.XRefSectionData()
    try:
        highest = section.process_entries(xref.parse_xref_table(stream, strict), strict)
    except Exception as error:
        return type(error).__name__, str(error)
    known = section.standard_xrefs, section.freed, section.explicit_refs_in_revision
    return highest, known, stream.tell()


def header(text: bytes):
    stream = BytesIO(text)
    try:
        return xref.read_object_header(stream, strict=True), stream.tell()
    except Exception as error:
        return type(error).__name__, str(error)


def trailer(text: bytes):
    class Handler:
        strict = True

        def get_object(self, _reference):
            return generic.NumberObject(3)

    at, read_ = generic.TrailerReference(Handler()), generic.DictionaryObject.read_from_stream
    return plain(read(lambda stream, _container: read_(stream, at), text))


@pytest.fixture(scope="module")
def files(issued, draft) -> list[bytes]:
    streamed = copy_into_new_writer(
        PdfFileReader(BytesIO(draft)), writer_kwargs={"stream_xrefs": True}
    )
    real = (path.read_bytes() for path in sorted(Path(SHARED).rglob("*.pdf")))
    return [issued, draft, written(streamed), *real]


@pytest.mark.parametrize("strict", [True, False])
def test_every_file_is_opened_the_same(files, own, strict):
    for pdf in files:
        assert opened(pdf, strict) == own(opened, pdf, strict)


@pytest.mark.parametrize("strict", [True, False])
def test_files_mutilated_where_they_are_read_are_opened_or_refused_the_same(files, own, strict):
    chance = random.Random(SEED)
    for pdf in files[:3]:
        places = [
            at for at in range(len(pdf)) if pdf.startswith((b"xref", b"/XRef", b"trailer"), at)
        ]
        for _ in range(60):
            damaged = bytearray(pdf)
            for _ in range(chance.randint(1, 3)):
                at = min(chance.choice(places) + chance.randint(0, 200), len(pdf) - 1)
                new = chance.choice(
                    (b"", b"0", b"9", b" ", b"\n", b"n", b"f", b"x", b"%", b"<", b">")
                )
                damaged[at : at + chance.randint(0, 2)] = new
            assert opened(bytes(damaged), strict) == own(opened, bytes(damaged), strict)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("text", TABLES)
def test_a_table_is_read_the_same(own, text, strict):
    assert rows(text, strict) == own(rows, text, strict)


@pytest.mark.parametrize("text", HEADERS)
def test_an_objects_header_is_read_the_same(own, text):
    assert header(text) == own(header, text)


@pytest.mark.parametrize("text", TRAILERS)
def test_a_trailer_is_read_the_same(own, text):
    assert trailer(text) == own(trailer, text)


def test_tables_are_read_quickly_where_they_are_as_usual():
    for text in TABLES[:4]:
        assert type(xref.parse_xref_table(BytesIO(text), True)) is tables._Table


def test_texts_are_read_and_written_the_same(own):
    def outcome(name: str, given):
        try:
            return getattr(generic, name)(given)
        except UnicodeError as error:
            return str(error)

    chance = random.Random(SEED)
    some = [bytes([code]) for code in range(256)] + [chance.randbytes(40) for _ in range(50)]
    for data in (*some, b"", b"Leader"):
        given = "decode_pdfdocencoding", data
        assert outcome(*given) == own(outcome, *given)
    for text in (*map(chr, range(0x2200)), "", "Số 12", "Leader", "•…"):
        given = "encode_pdfdocencoding", text
        assert outcome(*given) == own(outcome, *given)
