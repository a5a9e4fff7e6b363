"""Certified copies: who may, what the law lets become what, their numbers, form and signature."""

import shutil

import pytest
from sqlalchemy import select

from adapters.pdf import inspect, page_words
from adapters.signing.validate import validate
from domain.copy_flow import CopyState
from domain.dates import local
from domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from domain.verdicts import Verdict
from models.audit import Notification
from models.copies import CopySigning
from models.registers import Register, RegisterKind
from models.signing import TrustRoot
from services import copies, registers
from services.copies import signing
from services.outgoing import Upload
from tests.conftest import PIN
from tests.outgoing.test_outgoing_drafting import docx
from tests.signing.conftest import typeset


def words_of(pdf: bytes, page: int = 0) -> str:
    return " ".join(word.text for word in page_words(pdf, page))


def test_an_electronic_copy_bears_the_agencys_signature_with_kind_name_and_time(desk):
    copy = desk.issued()
    data = desk.office.files.read(copy.output_sha256)
    roots = desk.office.session().scalars(select(TrustRoot.certificate)).all()
    (mark,) = validate(data, roots, desk.office.now()).signatures
    assert copy.state == CopyState.ISSUED
    assert (mark.verdict, mark.kind, mark.covers_whole_file) == (Verdict.VALID, "agency", True)
    top = " ".join(word.text for word in page_words(data, 0) if word.box.bottom > 842 - 60)
    at = f"{local(mark.signed_at):%d-%m-%Y %H:%M:%S} +07:00"
    assert top == f"Sao y Ủy ban nhân dân huyện Sơn Tịnh Thời gian ký: {at}"
    assert data.startswith(desk.scan)
    assert desk.office.files.read(copy.input_sha256) == desk.scan


def test_all_kinds_of_copies_share_one_series_of_numbers(desk):
    extract = desk.issued(kind="extract")
    paper = desk.issued(medium="paper")
    relayed = desk.issued(kind="relayed", medium="paper")
    references = [each.reference for each in (extract, paper, relayed)]
    assert references == ["01/TrS-UBND", "02/SY-UBND", "03/SL-UBND"]
    (register,) = desk.office.session().scalars(
        select(Register).where(Register.kind == RegisterKind.COPY)
    )
    assert register.last_number == 3
    page = registers.copies(
        desk.office, desk.actor("st.vanthu"), registers.Filters(desk.office.today().year)
    )
    assert [copy.reference for _entry, copy in page.rows] == references[::-1]


def test_a_copy_on_paper_ends_with_the_block_that_is_signed_and_sealed_by_hand(desk):
    copy = desk.issued(medium="paper")
    data = desk.office.files.read(copy.output_sha256)
    text = words_of(data)
    assert inspect(data).pages == 1
    for said in ("SAO Y", "Số: 01/SY-UBND", "TL. CHỦ TỊCH", "- Phòng Nội vụ;", "- Lưu: VT."):
        assert said in text
    assert copy.signer.person.full_name in text
    assert f"Sơn Tịnh, ngày {desk.office.today().day:02d} tháng" in text


def test_where_the_last_page_is_full_the_block_has_a_page_of_its_own(desk):
    last = typeset('#set page(paper: "a4", margin: 20mm)\n#v(1fr)\nCuối trang')
    copy = desk.issued(medium="paper", file=Upload("a.pdf", last))
    data = desk.office.files.read(copy.output_sha256)
    assert inspect(data).pages == 2
    assert "SAO Y" not in words_of(data, 0)
    assert "SAO Y" in words_of(data, 1)


def test_a_deputy_signs_for_the_head_and_the_head_for_the_committee(desk):
    for signer, said in (("st.phochutich", "KT. CHỦ TỊCH"), ("st.chutich", "TM. ỦY BAN")):
        copy = desk.issued(medium="paper", signer=signer)
        assert said in words_of(desk.office.files.read(copy.output_sha256))


def test_an_electronic_document_is_never_copied_into_another_file(desk, journey):
    doc = journey.issued()
    source = {"outgoing_id": str(doc.id), "file": None}
    with pytest.raises(Invalid, match="copy-of-electronic"):
        desk.asked(who="st.chanhvp", **source)
    signed = desk.office.files.read(doc.issued_sha256)
    with pytest.raises(Invalid, match="copy-source-signed"):
        desk.asked(file=Upload("đã ký.pdf", signed))
    copy = desk.issued(who="st.chanhvp", medium="paper", **source)
    printed = desk.office.files.read(copy.output_sha256)
    assert copy.original_reference == doc.reference
    assert not inspect(printed).has_signatures
    assert desk.office.files.read(doc.issued_sha256) == signed


def test_an_extract_names_its_original_and_has_pages_of_its_own(desk, journey):
    doc = journey.issued()
    copy = desk.issued(who="st.chanhvp", kind="extract", outgoing_id=str(doc.id))
    assert copy.outgoing_id == doc.id
    assert copy.original_reference == "15/QĐ-UBND"
    assert desk.office.files.read(copy.input_sha256) == desk.scan


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_an_extract_may_be_written_in_word_and_becomes_the_pdf_that_is_approved(desk):
    file = Upload("phần trích.docx", docx())
    copy = desk.issued(kind="extract", file=file)
    assert copy.input_name == "phần trích.pdf"
    assert "Nội dung thử" in words_of(desk.office.files.read(copy.input_sha256))
    assert desk.office.files.read(copy.output_sha256)[:5] == b"%PDF-"


def test_only_an_extract_may_be_word(desk, monkeypatch):
    for kind, code in (("same", "pdf-not-pdf"), ("relayed", "pdf-not-pdf")):
        with pytest.raises(Invalid, match=code):
            desk.asked(kind=kind, file=Upload("a.docx", docx()))
    with pytest.raises(Invalid, match="word-old-format"):
        desk.asked(kind="extract", file=Upload("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="word-converter-missing"):
        desk.asked(kind="extract", file=Upload("a.docx", docx()))


def test_only_whom_the_copy_was_laid_before_approves_it_and_only_what_was_shown(desk):
    copy_id = desk.asked()
    digest = desk.now(copy_id).input_sha256
    for who in ("st.chutich", "st.vanthu", "st.chuyenvien"):
        with pytest.raises(Forbidden):
            desk.do(who, copy_id, "approve", digest=digest)
    with pytest.raises(Conflict, match="document-changed"):
        desk.do("st.chanhvp", copy_id, "approve", digest="0" * 64)
    with pytest.raises(NotFound):
        desk.do("st.truongphong", copy_id, "approve", digest=digest)
    with pytest.raises(Conflict, match="wrong-state"):
        desk.do("st.vanthu", copy_id, "sign", pin=PIN)


def test_a_wrong_pin_gives_no_number_and_paper_is_not_signed_by_the_machine(desk):
    copy_id = desk.approved()
    with pytest.raises(Invalid, match="pin-wrong"):
        desk.do("st.vanthu", copy_id, "sign", pin="000000")
    assert desk.now(copy_id).reference == ""
    paper = desk.approved(medium="paper")
    with pytest.raises(Conflict, match="wrong-state"):
        desk.do("st.vanthu", paper, "sign", pin=PIN)


def test_a_signature_that_comes_too_late_keeps_the_number_for_the_next_try(desk, journey):
    copy_id = desk.approved()
    desk.do("st.vanthu", copy_id, "sign", pin=PIN)
    journey.later(minutes=11)
    desk.work()
    copy = desk.now(copy_id)
    assert (copy.state, copy.failure) == (CopyState.NUMBERED, "authorisation-expired")
    desk.do("st.vanthu", copy_id, "sign_again", pin=PIN)
    desk.work()
    copy = desk.now(copy_id)
    assert (copy.state, copy.reference) == (CopyState.ISSUED, "01/SY-UBND")
    asked = desk.office.session().scalars(select(CopySigning)).all()
    assert all(each.authorisation is None for each in asked)


def test_a_second_run_adopts_the_signed_copy(desk, journey, monkeypatch):
    copy_id = desk.approved()
    desk.do("st.vanthu", copy_id, "sign", pin=PIN)

    def die(*_args):
        raise KeyboardInterrupt  # nothing catches it: as when the process is gone

    monkeypatch.setattr(signing, "_finish", die)
    with pytest.raises(KeyboardInterrupt):
        desk.work()
    monkeypatch.undo()
    desk.office.session().rollback()
    pinned = desk.office.session().scalars(select(CopySigning.output_sha256)).one()
    journey.later(minutes=3)
    desk.work()
    assert desk.now(copy_id).output_sha256 == pinned


def test_a_form_sent_twice_asks_once_and_who_is_next_is_told(desk):
    first = desk.asked(form_token="một")
    assert desk.asked(form_token="một") == first
    kinds = select(Notification.kind).where(Notification.subject_type == "certified_copy")
    assert list(desk.office.session().scalars(kinds)) == ["copy:create"]


def test_what_the_form_lacks_is_told_with_its_field(desk):
    for changes, field in (
        ({"file": None}, "file"),
        ({"original_issuer": ""}, "original_issuer"),
        ({"signer_id": "999999"}, "signer_id"),
        ({"copies": 0, "kind": "chép"}, "kind"),
    ):
        with pytest.raises(Invalid) as refused:
            desk.asked(**changes)
        assert refused.value.fields["field"] == field
    assert copies.listing(desk.office, desk.actor("st.vanthu")).total == 0
