"""State secrets stay out (law 10): a draft of one is not kept, and what goes out on paper has a row
in a register of its own, without a file and without being searched."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from domain.errors import Conflict, Forbidden, Invalid
from models.audit import AuditEntry
from models.files import StoredFile
from models.outgoing import DraftVersion, OutgoingDocument
from models.secret_documents import SecretDocument
from services import outgoing, secret_documents
from tests.conftest import PASSWORD
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
