"""Who may approve copies: the head, whom the agency names by position, and whose delegation names
copies; asked when a copy is asked for and again when it is approved."""

from datetime import timedelta

import pytest

from adapters.pdf import page_words
from domain.copies import DELEGATED
from domain.copy_flow import CopyState
from domain.delegation import DelegationForm
from domain.errors import Forbidden, Invalid
from models.agencies import Agency
from models.audit import AuditEntry
from services import admin, delegations
from services.copies import authority
from services.delegations.keeping import Wish
from tests.conftest import PASSWORD
from tests.visitor import Visitor

BASIS = "Văn bản số 12/UQ-UBND ngày 01/3/2026"


def name(desk, *roles: str) -> None:
    admin.agency.set_copy_approvers(desk.office, desk.actor("st.quantri"), roles)


def delegate(desk, **changes) -> int:
    today = desk.office.today()
    wish = {
        "form": DelegationForm.ENTRUSTED,
        "grantor_id": desk.actor("st.chutich").appointment_id,
        "holder_id": desk.actor("st.truongphong").appointment_id,
        "types": [DELEGATED],
        "content": "Bản sao hồ sơ chứng thực",
        "basis": BASIS,
        "since": today,
        "until": today + timedelta(days=30),
    }
    return delegations.grant(desk.office, desk.actor("st.quantri"), Wish(**wish | changes))


def offered(desk) -> list[str]:
    agency = desk.actor("st.vanthu").agency_id
    return [each.post.person.username for each in authority.approvers(desk.office, agency)]


def approve(desk, who: str, copy_id: int):
    return desk.do(who, copy_id, "approve", digest=desk.now(copy_id).input_sha256)


def test_an_agency_that_was_told_nothing_lets_its_head_alone_approve(desk):
    agency = desk.office.session().get_one(Agency, desk.actor("st.vanthu").agency_id)
    agency.copy_approvers = Agency.copy_approvers.default.arg(None)
    desk.office.session().commit()
    assert offered(desk) == ["st.chutich"]
    for who in ("st.phochutich", "st.chanhvp"):
        with pytest.raises(Invalid, match="signer-not-approver"):
            desk.asked(signer_id=str(desk.actor(who).appointment_id))
    copy_id = desk.asked(signer="st.chutich")
    assert approve(desk, "st.chutich", copy_id).state == CopyState.APPROVED


def test_positions_are_named_one_by_one(desk):
    name(desk, "deputy_leader")
    assert offered(desk) == ["st.chutich", "st.phochutich"]
    name(desk, "chief_of_office", "clerk", "officer")
    assert offered(desk) == ["st.chutich", "st.chanhvp"]


def test_who_is_named_no_more_cannot_approve_what_lies_before_them(desk):
    copy_id = desk.asked(signer="st.chanhvp")
    name(desk)
    with pytest.raises(Forbidden, match="copy-approver-not-named"):
        approve(desk, "st.chanhvp", copy_id)
    page = Visitor(desk.app, "st.chanhvp", PASSWORD).get(f"/copies/{copy_id}").text
    assert "không còn giao" in page
    assert f"/copies/{copy_id}/approve" not in page
    assert desk.now(copy_id).state == CopyState.REQUESTED


def test_a_delegation_that_names_copies_lets_its_holder_approve_and_stands_in_the_block(desk):
    given = delegate(desk)
    assert "st.truongphong" in offered(desk)
    value = f"{desk.actor('st.truongphong').appointment_id}-{given}"
    copy_id = desk.asked(signer_id=value, medium="paper")
    holder = Visitor(desk.app, "st.truongphong", PASSWORD)
    page = holder.get(f"/copies/{copy_id}").text
    assert "TUQ. CHỦ TỊCH" in page
    assert BASIS in page
    assert "15/QĐ-UBND" in holder.get("/copies/?waiting=1").text
    approve(desk, "st.truongphong", copy_id)
    desk.do("st.vanthu", copy_id, "print")
    data = desk.office.files.read(desk.now(copy_id).output_sha256)
    printed = " ".join(word.text for word in page_words(data, 0))
    assert "TUQ. CHỦ TỊCH" in printed
    entries = desk.office.session().query(AuditEntry).filter_by(tag="copy:approve").all()
    assert entries[-1].details["basis"] == BASIS
    assert entries[-1].details["authority"].startswith("TUQ. CHỦ TỊCH")


def test_a_delegation_that_ended_lets_nobody_approve(desk):
    given = delegate(desk)
    holder = desk.actor("st.truongphong")
    copy_id = desk.asked(signer_id=f"{holder.appointment_id}-{given}")
    delegations.end(desk.office, desk.actor("st.quantri"), given, "Thôi giao")
    with pytest.raises(Forbidden, match="delegation-ended"):
        approve(desk, "st.truongphong", copy_id)
    assert "st.truongphong" not in offered(desk)


def test_a_delegation_for_other_documents_says_nothing_of_copies(desk):
    other = delegate(desk, types=["Công văn"])
    assert "st.truongphong" not in offered(desk)
    value = f"{desk.actor('st.truongphong').appointment_id}-{other}"
    with pytest.raises(Invalid, match="signer-not-approver"):
        desk.asked(signer_id=value)


def test_copies_alone_make_nobody_a_signer_of_drafts(desk):
    delegate(desk)
    drafter = Visitor(desk.app, "st.chuyenvien", PASSWORD)
    assert "TUQ. Chủ tịch" not in drafter.get("/outgoing/new").text
    assert "TUQ. Chủ tịch" in drafter.get("/copies/new").text


def test_the_administrator_names_positions_on_the_agencys_page(desk):
    visitor = Visitor(desk.app, "st.quantri", PASSWORD)
    page = visitor.get("/admin/agency").text
    assert "Điều 27" in page
    sent = visitor.submit(
        "/admin/agency/copies", {"roles": "chief_of_office"}, page="/admin/agency"
    )
    assert sent.status_code == 303
    assert offered(desk) == ["st.chutich", "st.chanhvp"]
    stale = {"roles": "deputy_leader", "seen": "0" * 16}
    refused = visitor.submit("/admin/agency/copies", stale, page="/admin/agency")
    assert refused.status_code == 409
    clerk = Visitor(desk.app, "st.vanthu", PASSWORD)
    assert clerk.submit("/admin/agency/copies", {"roles": "clerk"}).status_code == 403
