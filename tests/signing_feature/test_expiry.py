"""Certificates that end: who is told when, once each; renewal and suspension; the home page."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.dates import local
from domain.errors import Conflict, Invalid
from domain.roles import SYSTEM
from models.audit import Notification
from models.signing import CertificateBinding, SigningRole
from services import signing
from services.signing import bindings, certificates, expiry
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, drain
from tests.signing_feature.test_bindings import person_file, upload
from tests.visitor import Visitor


@pytest.fixture
def admin(journey):
    return journey.actor("st.quantri")


@pytest.fixture
def leaders(journey) -> CertificateBinding:
    query = select(CertificateBinding).where(
        CertificateBinding.person_id == journey.leader.person_id
    )
    return journey.office.session().scalars(query).one()


def days_before_the_end(journey, binding: CertificateBinding, days: int) -> None:
    ahead = binding.valid_to - timedelta(days=days, hours=-1) - journey.office.now()
    journey.later(seconds=ahead.total_seconds())


def round_of_warnings(journey) -> list[tuple[int, int]]:
    """Whom the job told anew, and how many days it said."""
    session = journey.office.session()
    before = set(session.scalars(select(Notification.id)))
    expiry.ensure(journey.office)
    drain(journey.app, rounds=2, kinds={expiry.KIND})
    journey.look_anew()
    notes = session.scalars(select(Notification).where(Notification.kind == expiry.TAG))
    return [(n.person_id, n.details["left"]) for n in notes if n.id not in before]


def test_holder_and_administrator_are_told_three_times_once_each(journey, admin, leaders):
    told = []
    for days in (63, 60, 45, 30, 29, 7, 3):
        days_before_the_end(journey, leaders, days)
        told.append({person for person, _left in round_of_warnings(journey)})
    mine = {journey.leader.person_id, admin.person_id}
    assert [mine <= each for each in told] == [False, True, False, True, False, True, False]


def test_a_renewed_certificate_beside_it_ends_the_warnings(journey, admin, leaders):
    days_before_the_end(journey, leaders, 50)
    renewed = upload(person_file(journey, at=journey.office.now() + timedelta(days=20)))
    new = signing.bind_certificate(journey.office, admin, str(journey.leader.person_id), renewed)
    assert journey.leader.person_id not in dict(round_of_warnings(journey))
    person_id, session = journey.leader.person_id, journey.office.session()
    for later, used in ((timedelta(0), leaders.id), (timedelta(days=21), new)):
        at = journey.office.now() + later
        current = bindings.current(session, SigningRole.LEADER, at, person_id=person_id)
        assert current.id == used


def test_the_home_page_says_what_ends_soon_to_those_whom_it_concerns(journey, node, leaders):
    days_before_the_end(journey, leaders, 40)
    said = "Chứng thư số “Trần Quang Vinh” còn"
    assert said in Visitor(node, "st.chutich", PASSWORD).get("/").text
    assert said in Visitor(node, "st.quantri", PASSWORD).get("/").text
    assert said not in Visitor(node, "st.chuyenvien", PASSWORD).get("/").text


@pytest.mark.parametrize(
    ("hours", "left"),
    [(-1, "Hết hạn hôm nay"), (-6, "Còn 1 ngày"), (-24 * 7 - 20, "Còn 8 ngày")],
)
def test_days_are_counted_by_the_calendar_of_vietnam(journey, node, leaders, hours, left):
    """It ends at 5 in the morning, 22:00 of the day before in Greenwich."""
    end = local(leaders.valid_to).replace(hour=5, minute=0, second=0, microsecond=0)
    with transaction(journey.office, SYSTEM) as work:
        work.session.get_one(CertificateBinding, leaders.id).valid_to = end
    journey.later(seconds=(end + timedelta(hours=hours) - journey.office.now()).total_seconds())
    pages = "/signing/key", f"/signing/certificates/{leaders.id}"
    for who, page in zip(("st.chutich", "st.quantri"), pages, strict=True):
        assert left in Visitor(node, who, PASSWORD).get(page).text
    words = left.lower()
    assert words in Visitor(node, "st.chutich", PASSWORD).get("/").text
    listed = Visitor(node, "st.quantri", PASSWORD).get("/signing/certificates").text
    assert words.removeprefix("còn ") in listed.lower()


def test_what_a_warning_leads_to_is_a_page_for_holder_and_administrator(journey, node, leaders):
    days_before_the_end(journey, leaders, 5)
    round_of_warnings(journey)
    leader, admin = (Visitor(node, name, PASSWORD) for name in ("st.chutich", "st.quantri"))
    for visitor in (leader, admin):
        assert "Chứng thư số sắp hết hạn" in visitor.get("/notifications/").text
    assert "hãy xin cấp lại" in leader.get("/signing/key").text
    assert admin.get("/signing/key", status=302).location == "/signing/certificates"


def test_a_suspended_certificate_signs_nothing_until_it_is_resumed(journey, admin, leaders):
    doc = journey.submitted()
    certificates.suspend(journey.office, admin, leaders.id, "nghi mất token")
    with pytest.raises(Invalid, match="certificate-suspended"):
        journey.approve(doc)
    certificates.resume(journey.office, admin, leaders.id)
    journey.approve(doc)


def test_a_certificate_suspended_while_the_request_waits_stops_it(journey, admin, leaders):
    doc = journey.submitted()
    journey.approve(doc)
    certificates.suspend(journey.office, admin, leaders.id)
    journey.work()
    assert journey.now(doc.id).signed_sha256 is None


def test_what_was_taken_in_signs_only_once_it_is_confirmed(journey, admin, leaders):
    person_id = journey.leader.person_id
    new = signing.bind_certificate(
        journey.office, admin, str(person_id), upload(person_file(journey)), confirmed=False
    )
    session, now = journey.office.session(), journey.office.now()
    role = SigningRole.LEADER
    assert bindings.current(session, role, now, person_id=person_id).id == leaders.id
    certificates.confirm(journey.office, admin, new)
    assert bindings.current(session, role, now, person_id=person_id).id == new
    with pytest.raises(Conflict, match="certificate-not-pending"):
        certificates.confirm(journey.office, admin, new)
