"""Files that are not what they say, or far more than they say."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image
from sqlalchemy import select

from demo import province
from domain.errors import Forbidden, Invalid, Refusal
from models.outgoing import Enclosure, OutgoingDocument
from services import outgoing
from services.incoming import uploads
from services.outgoing import Upload
from tests.conftest import PASSWORD, make_node
from tests.outgoing.drafts import letter
from tests.visitor import Visitor


def png_header_bomb() -> bytes:
    """A picture that says it is 60,000 pixels wide and high, in a few bytes."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"\0" * 99))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def tiff_of_many_large_sheets() -> bytes:
    """Six empty sheets of A0, each of which alone would be allowed: far more together, some
    kilobytes packed."""
    sheet = Image.new("1", (9_000, 9_000), 1)
    out = io.BytesIO()
    sheet.save(out, "TIFF", save_all=True, append_images=[sheet] * 5, compression="group4")
    return out.getvalue()


def pdf(*objects: bytes) -> bytes:
    parts = [b"%PDF-1.7\n"]
    parts += [b"%d 0 obj\n%s\nendobj\n" % (n, each) for n, each in enumerate(objects, 1)]
    return b"".join(parts) + b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF" % (len(objects) + 1)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
BAD_PDFS = {
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "empty": b"",
    "header alone": b"%PDF-1.7\n",
    "html behind a header": b"%PDF-1.7\n<html><script>alert(1)</script></html>",
    "a page tree that is its own child": pdf(CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
    "two thousand million pages": pdf(
        CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", b"<</Type/Page/Parent 2 0 R>>"
    ),
    "arrays in arrays": pdf(CATALOG, PAGES, b"<</Type/Page/X " + b"[" * 30_000 + b">>"),
    "a page as wide as a country": pdf(
        CATALOG, PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e30 1e30]>>"
    ),
    "a page that is not a number wide": pdf(
        CATALOG, PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 -5 /nan]>>"
    ),
}


@pytest.mark.parametrize("name", BAD_PDFS)
def test_a_bad_file_as_draft_or_scan_gives_a_page_never_a_fault(node, office, actor, name):
    file = BAD_PDFS[name]
    form = letter(office, actor("st.chuyenvien"), source="file")
    officer = Visitor(node, "st.chuyenvien", PASSWORD)
    sent = form | {"file": (io.BytesIO(file), "du-thao.pdf")}
    answer = officer.submit("/outgoing/new", sent, page="/outgoing/new")
    assert answer.status_code in (303, 422)
    for page in ("", "/places"):
        shown = officer._open("GET", f"/outgoing/1{page}")
        assert shown.status_code in (200, 404, 409, 422)
    clerk = Visitor(node, "st.vanthu", PASSWORD)
    scan = {"file": (io.BytesIO(file), "quet.pdf"), "read": "1"}
    answer = clerk.submit("/incoming/new", scan, page="/incoming/new")
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("make", [png_header_bomb, tiff_of_many_large_sheets])
def test_a_picture_that_unpacks_without_end_is_refused(office, actor, make):
    with pytest.raises(Invalid) as caught:
        uploads.keep(office, actor("st.vanthu"), "quet.tif", make())
    assert caught.value.code == "picture-broken"


def test_only_who_may_register_can_leave_scans_on_the_disk(office, actor):
    scan = io.BytesIO()
    Image.new("L", (100, 140), 255).save(scan, "PNG")
    with pytest.raises(Forbidden):
        uploads.keep(office, actor("st.chuyenvien"), "quet.png", scan.getvalue())


def test_a_word_file_that_unpacks_without_end_is_refused(office, actor):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(400):
                part.write(b"\0" * 1024 * 1024)
    form = letter(office, actor("st.chuyenvien"), source="file")
    with pytest.raises(Refusal) as caught:
        outgoing.create(
            office, actor("st.chuyenvien"), form | {"file": Upload("a.docx", packed.getvalue())}
        )
    assert caught.value.code in ("word-broken", "word-converter-missing")


NAMES = (
    *("../../etc/passwd", "a\r\nX-Evil: 1", "\u202egnp.exe", 'a"; filename="b.html', "\x00"),
    "x" * 900,
)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_file_gets_out_of_its_header(node, office, actor, name):
    officer = actor("st.chuyenvien")
    form = letter(office, officer) | {"enclosures": [Upload(name, b"<script>alert(1)</script>")]}
    document_id = outgoing.create(office, officer, form)
    (enclosure,) = office.session().scalars(
        select(Enclosure).where(Enclosure.document_id == document_id)
    )
    office.session().rollback()
    visitor = Visitor(node, "st.chuyenvien", PASSWORD)
    visitor.get(f"/outgoing/{document_id}")
    answer = visitor._open("GET", f"/documents/outgoing/{document_id}/{enclosure.sha256}/file")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "X-Evil" not in answer.headers
    assert answer.mimetype not in ("text/html", "image/svg+xml")
    assert office.session().get(OutgoingDocument, document_id) is not None


def test_a_node_keeps_nothing_of_a_refused_upload(tmp_path):
    app = make_node(tmp_path / "node", province.SON_TINH, settings={"max_upload": 1024})
    clerk = Visitor(app, "st.vanthu", PASSWORD)
    scan = {"file": (io.BytesIO(b"%PDF-1.7" + b"x" * 4096), "quet.pdf"), "read": "1"}
    assert clerk.submit("/incoming/new", scan, page="/incoming/new").status_code == 422
    assert not list((tmp_path / "node").glob("uploads/*/*"))
