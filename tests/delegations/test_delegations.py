"""Signing for the head of the agency: TL., TUQ. and KT., by what was granted and while it holds
(NĐ 30/2020, Điều 13)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.pdf import page_text
from domain.errors import Conflict, Forbidden, Invalid
from domain.outgoing_flow import OutgoingState as S
from domain.roles import SYSTEM
from models.agencies import Person
from models.audit import AuditEntry
from models.signing import SigningRole
from services import delegations, outgoing, signing
from services.delegations.keeping import Wish
from services.exchange.packaging import _signer
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, PIN, demo_ca
from tests.signing_feature.conftest import DRAFT, Journey, node  # noqa: F401  a fixture
from tests.visitor import Visitor

BASIS = "Quy chế làm việc ban hành kèm Quyết định số 15/QĐ-UBND ngày 10/01/2026"


class Desk(Journey):
    def __init__(self, app, office, actor):
        super().__init__(app, office, actor)
        self.chief, self.admin = actor("st.chanhvp"), actor("st.quantri")
        self.officer = actor("st.chuyenvien")

    def wish(self, **changes) -> Wish:
        today = self.office.today()
        values = {
            "form": "tl",
            "grantor_id": self.leader.appointment_id,
            "holder_id": self.chief.appointment_id,
            "types": ["Công văn", "Giấy mời"],
            "content": "Văn bản điều hành thường xuyên",
            "basis": BASIS,
            "since": today - timedelta(days=5),
        }
        return Wish(**values | changes)

    def grant(self, **changes) -> int:
        return delegations.grant(self.office, self.admin, self.wish(**changes))

    def can_sign(self, username: str, name: str, title: str) -> None:
        """A certificate and a picture for who never signed before."""
        p12 = demo_ca().issue_person(
            name, title=title, organisation="UBND", passphrase=PIN, at=self.office.now()
        )
        with transaction(self.office, SYSTEM) as work:
            people = select(Person).where(Person.username.in_([username, "st.chutich"]))
            found = {each.username: each for each in work.session.scalars(people)}
            person = found[username]
            person.signature_sha256 = found["st.chutich"].signature_sha256
            signing.bind_p12(
                work, SigningRole.LEADER, person_id=person.id, p12=p12, passphrase=PIN, pin=PIN
            )

    def draft(self, delegation_id: int, holder=None, **changes) -> int:
        holder = holder or self.chief
        value = f"{holder.appointment_id}-{delegation_id}"
        form = DRAFT | {"recipients": "000.21.32.H48", "signer_id": value} | changes
        return outgoing.create(self.office, self.officer, form)

    def awaiting(self, delegation_id: int, **changes):
        document_id = self.draft(delegation_id, **changes)
        outgoing.perform(self.office, self.officer, document_id, "submit", {})
        outgoing.perform(self.office, self.actor("st.truongphong"), document_id, "agree", {})
        return outgoing.perform(self.office, self.chief, document_id, "forward", {})

    def approve_as(self, who, doc):
        form = {"pin": PIN, "digest": doc.prepared_sha256}
        return outgoing.perform(self.office, who, doc.id, "approve", form)


@pytest.fixture
def desk(node, office, actor):  # noqa: F811
    return Desk(node, office, actor)


def printed(desk, doc) -> str:
    return page_text(desk.office.files.read(doc.prepared_sha256), 0)


def test_the_chief_of_office_signs_by_order_and_it_is_shown_sealed_sent_and_audited(desk):
    chief = desk.chief
    desk.can_sign("st.chanhvp", chief.name, chief.position)
    delegation_id = desk.grant()
    doc = desk.awaiting(delegation_id)
    lines = printed(desk, doc).upper()
    assert "TL. CHỦ TỊCH" in lines
    assert "CHÁNH VĂN PHÒNG" in lines
    assert "TM. ỦY BAN" not in lines
    desk.approve_as(chief, doc)
    desk.work()
    doc = desk.now(doc.id)
    assert doc.state == S.SIGNED
    assert _signer(doc) == {
        "competence": "TL. CHỦ TỊCH",
        "signer_position": chief.position,
        "signer_name": chief.name,
    }
    entries = desk.office.session().scalars(
        select(AuditEntry).where(AuditEntry.tag == "outgoing:approve")
    )
    details = entries.one().details
    assert (details["delegation"], details["basis"]) == (delegation_id, BASIS)
    assert details["authority"].startswith("TL. CHỦ TỊCH / ")


def test_entrusting_has_an_end_and_a_deputy_signs_only_what_the_units_head_passes_on(
    desk,
):
    today = desk.office.today()
    with pytest.raises(Invalid, match="delegation-endless"):
        desk.grant(form="tuq")
    with pytest.raises(Invalid, match="delegation-too-long"):
        desk.grant(form="tuq", until=today + timedelta(days=400))
    entrusted = desk.grant(form="tuq", until=today + timedelta(days=3))
    doc = desk.awaiting(entrusted)
    assert "TUQ. CHỦ TỊCH" in printed(desk, doc).upper()
    head = desk.actor("st.truongphong")
    ordered = desk.grant(holder_id=head.appointment_id)
    deputy = {"holder_id": desk.officer.appointment_id, "passed_from_id": ordered}
    passed = desk.grant(**deputy)
    document_id = desk.draft(passed, holder=desk.officer)
    lines = printed(desk, desk.now(document_id)).upper()
    assert "TL. CHỦ TỊCH" in lines
    assert f"KT. {head.position.upper()}" in lines
    with pytest.raises(Invalid, match="delegation-wider"):
        desk.grant(**deputy | {"types": ["Quyết định"]})
    with pytest.raises(Invalid, match="delegation-wider"):
        desk.grant(**deputy | {"passed_from_id": passed})
    with pytest.raises(Invalid, match="delegation-deputy"):
        desk.grant(**deputy | {"holder_id": desk.actor("st.cvtaichinh").appointment_id})
    again = {"form": "tuq", "passed_from_id": entrusted, "until": today + timedelta(days=2)}
    with pytest.raises(Invalid, match="delegation-handed-on"):
        desk.grant(**deputy | again)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grantor_id": "st.phochutich"}, "delegation-grantor"),
        ({"holder_id": "st.chuyenvien"}, "delegation-holder"),
        ({"types": []}, "delegation-types"),
        ({"types": ["Sớ"]}, "document-type-unknown"),
        ({"basis": " "}, "required"),
        ({"form": "xx"}, "delegation-form"),
    ],
)
def test_what_the_decree_does_not_allow_cannot_be_granted(desk, changes, code):
    for key in ("grantor_id", "holder_id"):
        if key in changes:
            changes = changes | {key: desk.actor(changes[key]).appointment_id}
    with pytest.raises(Invalid, match=code):
        desk.grant(**changes)


def test_who_may_be_chosen_is_checked_when_it_is_drafted(desk):
    ordered = desk.grant(types=["Giấy mời"])
    with pytest.raises(Invalid, match="delegation-other-type"):
        desk.draft(ordered)
    late = desk.grant(since=desk.office.today() + timedelta(days=1))
    with pytest.raises(Invalid, match="delegation-not-yet"):
        desk.draft(late)
    with pytest.raises(Invalid, match="signer-not-leader"):
        desk.draft(desk.grant(), holder=desk.actor("st.truongphong"))
    plain = DRAFT | {"signer_id": str(desk.chief.appointment_id)}
    with pytest.raises(Invalid, match="signer-not-leader"):
        outgoing.create(desk.office, desk.officer, plain)
    delegations.end(desk.office, desk.leader, late, "Thôi")
    with pytest.raises(Conflict):
        delegations.end(desk.office, desk.leader, late, "Lần nữa")
    with pytest.raises(Forbidden):
        delegations.end(desk.office, desk.officer, ordered, "Không được")


def test_a_delegation_ended_before_approval_or_before_the_signature_signs_nothing(desk):
    desk.can_sign("st.chanhvp", desk.chief.name, desk.chief.position)
    first, second = desk.grant(), desk.grant()
    doc, other = desk.awaiting(first), desk.awaiting(second)
    delegations.end(desk.office, desk.leader, first, "Thay đổi phân công")
    with pytest.raises(Forbidden, match="delegation-ended"):
        desk.approve_as(desk.chief, doc)
    desk.approve_as(desk.chief, other)
    delegations.end(desk.office, desk.leader, second, "Thay đổi phân công")
    desk.work()
    assert desk.now(other.id).state == S.AWAITING_LEADER
    page = Visitor(desk.app, "st.chanhvp", PASSWORD).get(f"/outgoing/{other.id}").text
    assert "Việc giao ký cho người ký này đã thôi." in page


def test_the_pages_of_delegations(desk):
    admin, leader = (Visitor(desk.app, name, PASSWORD) for name in ("st.quantri", "st.chutich"))
    form = {
        "form": "tl", "grantor_id": desk.leader.appointment_id,
        "holder_id": desk.chief.appointment_id, "passed_from_id": "0", "types": ["Công văn"],
        "content": "Điều hành", "basis": BASIS, "since": desk.office.today().isoformat(),
    }  # fmt: skip
    address = "/admin/delegations/"
    refused = admin.submit(address, form | {"form": "tuq"}, page=address)
    assert refused.status_code == 422
    assert "phải có ngày kết thúc" in refused.text
    assert admin.submit(address, form, page=address).status_code == 303
    page = admin.get(address).text
    assert "Đang ủy quyền" in page
    assert "TL. Chủ tịch" in page
    page = leader.get("/signing/").text
    assert "Đang ủy quyền" in page
    assert desk.chief.name in page
    officer = Visitor(desk.app, "st.chuyenvien", PASSWORD)
    assert "TL. Chủ tịch: Công văn" in officer.get("/outgoing/new").text
    officer.get(address, status=403)
    ended = leader.submit("/admin/delegations/1/end?back=desk", {"reason": "Hết"}, page="/signing/")
    assert ended.status_code == 303
    assert "Đang ủy quyền" not in leader.get("/signing/").text
    assert "Đã thôi" in admin.get(address).text
