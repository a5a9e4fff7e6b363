"""State secrets stay out (law 10): a draft of one is not kept, and what goes out on paper has a row
in a register of its own, without a file and without being searched."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from domain.errors import Conflict, Forbidden, Invalid, NotFound
from models.audit import AuditEntry
from models.files import StoredFile
from models.outgoing import DraftVersion, OutgoingDocument
from models.secret_documents import SecretDocument
from services import incoming, outgoing, search, secret_corrections, secret_documents
from services.exchange import register_faults
from tests.conftest import PASSWORD, find_actor
from tests.outgoing.drafts import drafted, letter
from tests.visitor import Visitor

HIDDEN = "kế hoạch tác chiến"


def facts(office, **changes) -> dict:
    return {
        "secrecy": "Mật",
        "type_name": "Kế hoạch",
        "notation": "KH-UBND",
        "issued_date": office.today(),
        "signer_name": "Trần Quang Vinh",
        "recipients": "Ban Chỉ huy Quân sự huyện",
        "form_token": "t1",
    } | changes


def test_a_clerk_enters_a_secret_by_its_metadata_with_a_number_of_its_own_series(office, actor):
    clerk = actor("st.vanthu")
    first = secret_documents.enter(office, clerk, facts(office, number=1))
    assert secret_documents.enter(office, clerk, facts(office, number=1)) == first
    secret_documents.enter(office, clerk, facts(office, form_token="t2"))
    page = secret_documents.listing(office, actor("st.chutich"), office.today().year)
    assert [row.reference for row in page.rows] == ["02/KH-UBND", "01/KH-UBND"]
    with pytest.raises(Conflict) as refused:
        secret_documents.enter(office, clerk, facts(office, form_token="t3", number=1))
    assert refused.value.fields["next"] == 3
    entries = office.session().scalars(
        select(AuditEntry).where(AuditEntry.tag == "secret_document:create")
    )
    assert [entry.details for entry in entries] == [{"number": 1}, {"number": 2}]


def test_a_row_is_corrected_with_its_reason_and_keeps_what_it_said(office, actor):
    clerk, leader = actor("st.vanthu"), actor("st.chutich")
    own = secret_documents.enter(office, clerk, facts(office, subject=HIDDEN))
    better = facts(office, notation="PA-UBND", recipients="Công an huyện", reason="Ghi nhầm")
    secret_corrections.correct(office, clerk, own, better | {"version": "0"})
    row = secret_corrections.load(office, leader, own)
    assert (row.reference, row.recipients, row.subject) == ("01/PA-UBND", "Công an huyện", "")
    (change,) = row.changes
    assert (change.reason, change.by) == ("Ghi nhầm", clerk.name)
    assert (change.before["subject"], change.after["reference"]) == (HIDDEN, "01/PA-UBND")
    entry = (
        office.session()
        .scalars(select(AuditEntry).where(AuditEntry.tag == "secret_document:correct"))
        .one()
    )
    assert entry.details == {
        "number": 1,
        "changed": ["notation", "recipients", "reference", "subject"],
        "digest": secret_corrections.digest(change),
    }
    other_year = office.today().replace(year=office.today().year - 1, day=1)
    for changes, kind, code in (
        ({"reason": ""}, Invalid, "required"),
        ({}, Invalid, "nothing-changed-here"),
        ({"version": "0"}, Conflict, "stale"),
        ({"issued_date": other_year}, Invalid, "issued-other-year"),
        ({"secrecy": "Tuyệt mật", "subject": HIDDEN}, Invalid, "secret-subject"),
    ):
        with pytest.raises(kind) as refused:
            secret_corrections.correct(office, clerk, own, better | changes)
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        secret_corrections.correct(office, leader, own, better)
    stranger = actor("st.th.vanthu", "000.21.32.H48")
    with pytest.raises(NotFound):
        secret_corrections.correct(office, stranger, own, better)


def test_a_cancelled_row_stays_with_its_number_and_is_no_fault_of_the_register(office, actor):
    clerk = actor("st.vanthu")
    own = secret_documents.enter(office, clerk, facts(office))
    secret_corrections.cancel(office, clerk, own, {"reason": "Vào sổ nhầm"})
    for step in (secret_corrections.cancel, secret_corrections.correct):
        with pytest.raises(Conflict, match="secret-cancelled"):
            step(office, clerk, own, facts(office, reason="Lần nữa"))
    second = secret_documents.enter(office, clerk, facts(office, form_token="t2"))
    assert secret_corrections.load(office, clerk, second).reference == "02/KH-UBND"
    assert secret_corrections.load(office, clerk, own).is_cancelled
    found = register_faults.found(office.session(), clerk.agency_id, office.today().year)
    assert list(found) == []


def test_the_row_is_corrected_and_cancelled_through_its_pages(node):
    clerk, leader = Visitor(node, "st.vanthu", PASSWORD), Visitor(node, "st.chutich", PASSWORD)
    office = node.extensions["office"]
    own = secret_documents.enter(office, find_actor(office, "st.vanthu"), facts(office))
    home = f"/registers/secret/{own}"
    drawn = html.fromstring(clerk.get(f"{home}/edit").text).get_element_by_id("sua-so-mat")
    typed = {key: value for key, value in drawn.form_values() if key != "csrf_token"}
    missing = clerk.submit(f"{home}/edit", typed | {"copies": "3"}, page=home)
    assert (missing.status_code, "Chưa nhập." in missing.text) == (422, True)
    right = typed | {"copies": "3", "reason": "Đếm sót"}
    assert clerk.submit(f"{home}/edit", right, page=home).status_code == 303
    assert clerk.submit(f"{home}/edit", right, page=home).status_code == 409
    assert "Đếm sót" in leader.get(home).text
    assert "Sửa dòng này" not in leader.get(home).text
    again = clerk.submit(f"{home}/cancel", {"reason": " "}, page=home)
    assert again.status_code == 422
    assert clerk.submit(f"{home}/cancel", {"reason": "Nhầm"}, page=home).status_code == 303
    assert "Hủy</span>" in leader.get("/registers/secret").text
    officer = Visitor(node, "st.chuyenvien", PASSWORD)
    officer.get(home, status=403)
    admin = Visitor(node, "st.quantri", PASSWORD)
    assert "Đếm sót" not in admin.get("/admin/audit").text


def test_what_a_secret_that_came_is_about_is_found_by_nobody(office, actor):
    clerk = actor("st.vanthu")
    form = {
        "issuer_name": "Công an huyện",
        "document_number": "77",
        "notation": "CAH",
        "type_name": "Kế hoạch",
        "subject": HIDDEN,
        "issued_date": office.today(),
        "secrecy": "Mật",
        "signer_name": "Lê Văn Ký",
    }
    own = incoming.register_paper(office, clerk, form)
    for words in (HIDDEN, "tac chien", "Lê Văn Ký"):
        assert search.find(office, clerk, words) == []
    assert [hit.id for hit in search.find(office, clerk, "77/CAH")] == [own.id]
    assert search.find(office, actor("st.chuyenvien"), "77/CAH") == []


def test_what_may_not_be_written_into_the_register_is_refused(office, actor):
    clerk = actor("st.vanthu")
    for changes, code in (
        ({"secrecy": ""}, "secrecy-missing"),
        ({"secrecy": "Rất mật"}, "secrecy-unknown"),
        ({"secrecy": "Tuyệt mật", "subject": HIDDEN}, "secret-subject"),
        ({"recipients": " "}, "required"),
        ({"issued_date": office.today() + timedelta(days=1)}, "issued-in-future"),
        ({"type_name": "Thư"}, "document-type-unknown"),
    ):
        with pytest.raises(Invalid) as refused:
            secret_documents.enter(office, clerk, facts(office, **changes))
        assert refused.value.code == code
    assert office.session().scalars(select(SecretDocument)).all() == []
    for username in ("st.chuyenvien", "st.quantri", "st.chutich"):
        with pytest.raises(Forbidden):
            secret_documents.enter(office, actor(username), facts(office))
    for username in ("st.chuyenvien", "st.quantri"):
        with pytest.raises(Forbidden):
            secret_documents.listing(office, actor(username), office.today().year)
    stranger = actor("st.th.vanthu", "000.21.32.H48")
    assert secret_documents.listing(office, stranger, office.today().year).rows == []


def test_nothing_of_a_secret_draft_is_kept(office, actor):
    officer = actor("st.chuyenvien")
    own = drafted(office, officer)
    files = len(office.session().scalars(select(StoredFile)).all())
    form = letter(office, officer, secrecy="Mật", body=HIDDEN, subject=HIDDEN)
    with pytest.raises(Invalid) as refused:
        outgoing.create(office, officer, form)
    assert refused.value.code == "secret-not-drafted"
    with pytest.raises(Invalid):
        outgoing.edit(office, officer, own, form)
    assert len(office.session().scalars(select(StoredFile)).all()) == files
    bodies = office.session().scalars(select(DraftVersion.body)).all()
    assert HIDDEN not in "".join(bodies)
    assert len(office.session().scalars(select(OutgoingDocument)).all()) == 1


def test_the_pages_refuse_a_secret_draft_and_take_its_metadata(node):
    clerk, officer = Visitor(node, "st.vanthu", PASSWORD), Visitor(node, "st.chuyenvien", PASSWORD)
    for visitor, goal in ((clerk, "/registers/secret/new"), (officer, "/outgoing/")):
        sent = {"secrecy": "Tối mật", "subject": HIDDEN, "body": HIDDEN}
        answer = visitor.submit("/outgoing/new", sent, page="/outgoing/new")
        assert (answer.status_code, answer.location) == (303, goal)
        page = visitor.get(goal).text
        assert "không được soạn, lưu hoặc gửi trên hệ thống này" in page
        assert HIDDEN not in page
    form = html.fromstring(clerk.get("/registers/secret/new").text)
    assert form.xpath("//form[@id='vao-so-mat']/@data-keep") == []
    assert form.xpath("//input[@type='file']") == []
    drawn = form.get_element_by_id("vao-so-mat").form_values()
    typed = {key: value for key, value in drawn if key != "csrf_token"}
    missing = clerk.submit("/registers/secret/new", typed, page="/registers/secret/new")
    assert missing.status_code == 422
    typed |= {
        "secrecy": "Tuyệt mật",
        "notation": "KH-UBND",
        "signer_name": "Trần Quang Vinh",
        "recipients": "Nơi nhận thử",
    }
    refused = clerk.submit("/registers/secret/new", typed | {"subject": HIDDEN})
    assert (refused.status_code, "Hãy để trống ô trích yếu" in refused.text) == (422, True)
    gone = clerk.submit("/registers/secret/new", typed | {"number": "7"})
    assert (gone.status_code, 'value="1"' in gone.text) == (422, True)
    assert clerk.submit("/registers/secret/new", typed).status_code == 303
    assert "01/KH-UBND" in clerk.get("/registers/secret").text
    officer.get("/registers/secret", status=403)
    assert "01/KH-UBND" not in clerk.get("/search/?q=Nơi nhận thử").text
