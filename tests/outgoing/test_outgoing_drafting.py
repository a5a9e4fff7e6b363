"""Drafts from a form, a PDF and a Word file, with what can be wrong about each."""

import io
import shutil
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from adapters import pdf
from adapters.signing.finding import DATE, LEADER, NUMBER, SEAL, find_fields
from adapters.signing.pdf import open_pdf
from adapters.typeset import typeset_document
from domain.errors import Conflict, Invalid, NotFound, Unavailable
from domain.places import POINTS_PER_MM
from models.hub import DirectoryEntry
from models.outgoing import OutgoingDocument
from services import directory, outgoing
from services.outgoing import Upload, placing
from services.outgoing.material import Letterhead, _document_form
from tests.conftest import SHARED
from tests.outgoing.drafts import BINH_SON, drafted, letter
from tests.signing.conftest import typeset

HOSTILE = (
    "#set page(fill: red) \"><script>alert(1)</script> {{ 7*7 }} %(x)s '; DROP TABLE person;--"
)
DOCUMENTS = SHARED / "documents"


def real(name: str) -> bytes:
    path = DOCUMENTS / name
    if not path.exists():
        pytest.skip("the real documents are not here")
    return path.read_bytes()


def shown_text(office, doc) -> str:
    data = office.files.read(doc.prepared_sha256)
    return " ".join(pdf.page_text(data, 0).split())


def latest(office, actor, document_id) -> OutgoingDocument:
    return outgoing.load(office, actor, document_id)


@pytest.fixture
def officer(actor):
    return actor("st.chuyenvien")


def test_a_form_becomes_a_letter_with_its_four_fields(office, officer):
    doc = latest(office, officer, drafted(office, officer))
    assert doc.notation == "UBND-NV"
    text = shown_text(office, doc)
    assert "Kính gửi: Ủy ban nhân dân huyện Bình Sơn." in text
    assert "TM. ỦY BAN NHÂN DÂN" in text
    assert "KT." not in text
    assert "Trần Quang Vinh" in text
    assert "Lưu: VT, NV." in text
    fields = find_fields(open_pdf(office.files.read(doc.prepared_sha256)))
    assert {NUMBER, DATE, LEADER, SEAL} <= set(fields)
    for word in ("giai ngan", "binh son", "dinh cong toan", "tran quang vinh", "cong van"):
        assert word in doc.search_text


def test_a_deputy_signs_for_the_head(office, officer):
    own = drafted(office, officer, signer="st.phochutich", type_name="Kế hoạch")
    doc = latest(office, officer, own)
    assert doc.notation == "KH-UBND"
    text = shown_text(office, doc)
    positions = [text.find(p) for p in ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")]
    assert -1 < positions[0] < positions[1] < positions[2]


def test_a_division_is_signed_by_its_head_alone(office, actor):
    who = actor("st.chuyenvien", "000.01.32.H48")
    own = outgoing.create(office, who, letter(office, who, signer="st.truongphong"))
    text = shown_text(office, latest(office, who, own))
    assert "TRƯỞNG PHÒNG" in text
    assert "Võ Thị Ngọc Ánh" in text
    assert "TM." not in text


def test_what_was_typed_is_text_and_nothing_else(office, officer):
    doc = latest(office, officer, drafted(office, officer, subject=HOSTILE, body=HOSTILE))
    assert doc.subject == HOSTILE
    assert "<script>alert(1)</script>" in shown_text(office, doc)


def test_every_save_is_a_version_and_the_old_ones_stay(office, officer):
    own = drafted(office, officer)
    first = latest(office, officer, own).prepared_sha256
    changed = letter(office, officer, subject="Trích yếu mới", recipients=["000.21.32.H48"])
    outgoing.perform(office, officer, own, "edit", changed)
    doc = latest(office, officer, own)
    assert [v.ordinal for v in doc.versions] == [1, 2]
    assert doc.prepared_sha256 != first
    assert office.files.exists(first)
    assert [r.code for r in doc.recipients] == ["000.21.32.H48"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"subject": " "}, "required", "subject"),
        ({"subject": "x" * 501}, "too-long", "subject"),
        ({"body": ""}, "required", "body"),
        ({"type_name": "Sớ"}, "document-type-unknown", "type_name"),
        ({"signer_id": "999"}, "signer-not-leader", "signer_id"),
        ({"signer_id": "x"}, "not-a-number", "signer_id"),
        ({"urgency": "9"}, "urgency-unknown", "urgency"),
        ({"due_date": "31/11/2026"}, "not-a-date", "due_date"),
        ({"due_date": "2020-01-01"}, "due-date-past", "due_date"),
        ({"recipients": ["9.9.9"]}, "recipient-unknown", "recipients"),
        ({"recipients": ["000.00.32.H48"]}, "recipient-self", "recipients"),
        ({"source": "file"}, "required", "file"),
        ({"answers_id": "77"}, "not-found", None),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(office, officer, changes, code, field):
    with pytest.raises((Invalid, NotFound)) as refused:
        drafted(office, officer, **changes)
    assert (refused.value.code, refused.value.fields.get("field")) == (code, field)
    assert office.session().scalars(select(OutgoingDocument)).all() == []


def test_a_dissolved_recipient_is_refused_with_its_successor(office, officer):
    session = office.session()
    entry = session.scalars(select(DirectoryEntry).where(DirectoryEntry.code == BINH_SON)).one()
    entry.valid_to, entry.successor_code = date(2025, 6, 30), "000.21.31.H48"
    session.commit()
    with pytest.raises(Invalid, match="recipient-dissolved") as refused:
        drafted(office, officer)
    assert "xã Bình Minh" in refused.value.fields["successor"]
    assert BINH_SON not in {e.code for e in directory.search(office, "binh son")}


@pytest.mark.parametrize("text", ["bình sơn", "binh son", "BINH  SON", "000.00.31"])
def test_the_directory_is_searched_with_or_without_accents(office, text):
    assert directory.search(office, text)[0].code == BINH_SON


def test_the_exact_spelling_comes_first_and_wildcards_are_letters(office):
    session = office.session()
    session.add(DirectoryEntry(code="1", name="Trường Binh Sơn", search_text="1 truong binh son"))
    session.commit()
    assert directory.search(office, "binh sơn")[0].code == "1"
    assert directory.search(office, "%") == []
    assert directory.search(office, "") == []


def uploaded_letter(office, officer) -> bytes:
    """A letter made elsewhere: typeset here, handed in as a plain PDF."""
    draft = outgoing.DraftForm.parse(letter(office, officer))
    head = _letterhead(office, officer, draft)
    return typeset_document(_document_form(draft, head, ("Nơi khác",))).pdf


def _letterhead(office, officer, draft) -> Letterhead:
    from services.outgoing.drafting import letterhead

    return letterhead(office, officer, None, draft)


def test_a_date_whose_year_stands_on_the_next_line_is_left_to_a_person(office, officer):
    """The field covers one line: the year would stay on the page a second time."""
    wrapped = """
#set page(paper: "a4", margin: 20mm)
#set text(font: "Liberation Serif", size: 13pt, lang: "vi")
#place(top + left, dx: 22pt, dy: 30pt)[Số: #h(38pt)/UBND-VP]
#place(top + left, dx: 210pt, dy: 30pt)[_Sơn Tịnh, ngày #h(20pt) tháng #h(20pt) năm_ YEAR]
"""
    one_line, two_lines = (
        typeset(wrapped.replace("YEAR", year)) for year in ("_2026_", "\\ _2026_")
    )
    for data, missing in ((one_line, {"leader"}), (two_lines, {"date", "leader"})):
        with pytest.raises(Invalid) as refused:
            pdf.find_places(data)
        assert set(refused.value.fields["missing"]) == missing


def test_the_places_of_an_uploaded_pdf_are_found(office, officer):
    file = Upload("cong van.pdf", uploaded_letter(office, officer))
    doc = latest(office, officer, drafted(office, officer, source="file", file=file))
    assert doc.versions[0].source == "pdf"
    assert doc.versions[0].problem == ""
    assert doc.prepared_sha256
    assert office.files.read(doc.versions[0].source_sha256) == file.data


def test_a_scan_without_places_is_kept_and_a_person_places_them(office, officer):
    data = real("s_2025-09-11_2576-QD-BGDDT.pdf")
    own = drafted(office, officer, source="file", file=Upload("quét.pdf", data))
    doc = latest(office, officer, own)
    assert doc.versions[0].problem == "places-not-found"
    assert doc.prepared_sha256 is None
    with pytest.raises(Invalid, match="draft-not-ready"):
        outgoing.perform(office, officer, own, "submit", {})
    spots = placing.preset("low", 1, 36.0)
    outgoing.place(office, officer, own, spots, doc.version)
    doc = latest(office, officer, own)
    assert doc.prepared_sha256
    assert doc.versions[1].pdf_sha256 == doc.versions[0].pdf_sha256
    box = find_fields(open_pdf(office.files.read(doc.prepared_sha256)))[LEADER].box
    assert box.page == 0
    assert box.left / POINTS_PER_MM == pytest.approx(spots["leader"].left, abs=0.5)
    assert placing.current(office, doc)["leader"].top == pytest.approx(spots["leader"].top, abs=0.2)
    outgoing.perform(office, officer, own, "submit", {})


def test_places_outside_of_the_page_or_of_a_typeset_draft_are_refused(office, officer):
    data = real("s_2025-09-11_2576-QD-BGDDT.pdf")
    own = drafted(office, officer, source="file", file=Upload("a.pdf", data))
    spots = placing.preset("low", 1, 36.0)
    for wrong in (replace(spots["number"], page=9), replace(spots["number"], left=500.0)):
        with pytest.raises(Invalid, match="place-outside-page"):
            outgoing.place(office, officer, own, spots | {"number": wrong})
    with pytest.raises(Conflict, match="not-an-upload"):
        outgoing.place(office, officer, drafted(office, officer), spots)


def test_a_new_save_keeps_the_uploaded_file_and_its_places(office, officer):
    file = Upload("a.pdf", uploaded_letter(office, officer))
    own = drafted(office, officer, source="file", file=file)
    first = latest(office, officer, own).prepared_sha256
    kept = letter(office, officer, source="file", subject="Chỉ sửa trích yếu")
    outgoing.perform(office, officer, own, "edit", kept)
    doc = latest(office, officer, own)
    assert (doc.subject, doc.prepared_sha256) == ("Chỉ sửa trích yếu", first)
    assert doc.versions[1].source_name == "a.pdf"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("rong.pdf", b"", "pdf-empty"),
        ("gia.pdf", b"hello", "pdf-not-pdf"),
        ("hong.pdf", b"%PDF-1.7\nnothing", "pdf-broken"),
        ("anh.png", b"\x89PNG\r\n\x1a\n1234", "file-kind-unknown"),
        ("cu.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "word-old-format"),
        ("hong.docx", b"PK\x03\x04", "word-broken"),
    ],
)
def test_an_unfit_file_is_refused_by_its_kind(office, officer, name, data, code):
    with pytest.raises(Invalid) as refused:
        drafted(office, officer, source="file", file=Upload(name, data))
    assert refused.value.code == code


def test_a_signed_pdf_is_refused_before_it_reaches_the_leader(office, officer):
    data = real("s_2020-04-15_05-CT-UBND.pdf")
    with pytest.raises(Invalid, match="pdf-already-signed"):
        drafted(office, officer, source="file", file=Upload("da ky.pdf", data))


def docx() -> bytes:
    """A Word file with one line, made by hand."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office_rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
            f'"/word/document.xml" ContentType="{main}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type='
            f'"{office_rel}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>Nội dung thử</w:t></w:r></w:p>'
            "</w:body></w:document>",
        )
    return out.getvalue()


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_a_word_file_becomes_a_pdf(office, officer):
    file = Upload("du thao.docx", docx())
    doc = latest(office, officer, drafted(office, officer, source="file", file=file))
    assert doc.versions[0].source == "word"
    assert "Nội dung thử" in pdf.page_text(office.files.read(doc.versions[0].pdf_sha256), 0)
    assert doc.versions[0].problem == "places-not-found"


def test_without_libreoffice_a_word_file_is_refused_in_clear_words(office, officer, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="word-converter-missing"):
        drafted(office, officer, source="file", file=Upload("a.docx", docx()))


def test_enclosures_are_added_and_taken_off(office, officer):
    files = [Upload("../../bảng số liệu.xlsx", b"PK\x03\x04 1"), Upload("b.txt", b"chu")]
    own = drafted(office, officer, enclosures=files)
    doc = latest(office, officer, own)
    assert [e.name for e in doc.enclosures] == ["bảng số liệu.xlsx", "b.txt"]
    first = str(doc.enclosures[0].id)
    outgoing.perform(office, officer, own, "edit", letter(office, officer, removed=[first]))
    assert [e.name for e in latest(office, officer, own).enclosures] == ["b.txt"]
    with pytest.raises(Invalid, match="enclosure-empty"):
        drafted(office, officer, enclosures=[Upload("rong.txt", b"")])


def test_document_and_enclosures_stay_under_the_limit_together(office, officer):
    object.__setattr__(office.settings, "max_upload", 200_000)
    files = [Upload("a.txt", b"a" * 100_000), Upload("b.txt", b"b" * 99_000)]
    with pytest.raises(Invalid, match="message-too-large"):
        drafted(office, officer, enclosures=files)
    assert office.session().scalars(select(OutgoingDocument)).all() == []
