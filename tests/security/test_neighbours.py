"""Object-level access: a person who knows every id of a neighbour, of another unit or of a
colleague gets nothing by it. The neighbour is an agency on the same node."""

import pytest
from sqlalchemy import select

from domain.outgoing_flow import OUTGOING_FLOW
from models.agencies import Agency, Appointment, LoginSession, Person, Unit
from models.audit import AuditEntry, Notification
from models.exchange import Dispatch, ExchangeMessage
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.incoming.arrivals import arrival, arrive, clock, steps  # noqa: F401
from tests.outgoing.drafts import drafted
from tests.visitor import Visitor

SECRET = "TRICH-YEU-CUA-HANG-XOM"
FILES = ("file", "pages/1.webp", "archive")
DISTRICT = "000.00.32.H48"
# Of the commune Tịnh Hà, and of the district's other division: neither has to do with the document.
STRANGERS = ("st.th.vanthu", "st.th.chutich", "st.cvtaichinh", "st.tptaichinh", "st.quantri")


@pytest.fixture
def outgoing_id(office, actor):
    return drafted(office, actor("st.chuyenvien"), subject=SECRET)


@pytest.fixture
def incoming_id(arrive):  # noqa: F811
    return arrive(subject=SECRET).id


def shas(office, table: str) -> list[str]:
    from models.files import StoredFile

    return list(office.session().scalars(select(StoredFile.sha256)))


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_gets_nothing_of_a_document(node, office, outgoing_id, incoming_id, who):
    digests = shas(office, "outgoing")
    office.session().rollback()
    visitor = Visitor(node, who, PASSWORD)
    addresses = [f"/outgoing/{outgoing_id}", f"/incoming/{incoming_id}"]
    addresses += [f"/outgoing/{outgoing_id}/{tail}" for tail in ("edit", "places", "places/1.webp")]
    addresses += [f"/outgoing/new?answers={incoming_id}", "/signing/1/status"]
    for sha in digests:
        for kind, number in (("outgoing", outgoing_id), ("incoming", incoming_id)):
            addresses += [f"/documents/{kind}/{number}/{sha}/{t}" for t in FILES]
    for address in addresses:
        answer = visitor._open("GET", address)
        assert answer.status_code in (403, 404), f"{address}: {answer.status_code}"
        assert SECRET.encode() not in answer.data
    for address in ("/", "/outgoing/", "/incoming/?state=all", "/assignments/", "/signing/",
                    f"/search/?q={SECRET}", "/registers/incoming", "/registers/outgoing",
                    "/exchange/", "/notifications/"):  # fmt: skip
        answer = visitor._open("GET", address)
        body = answer.text.replace(f'value="{SECRET}"', "").replace(f"“{SECRET}”", "")
        assert f">{SECRET}" not in body, address
        assert f"{SECRET}<" not in body, address
    actions = (*sorted(OUTGOING_FLOW.actions), "places")
    posts = [f"/outgoing/{outgoing_id}/{action}" for action in actions]
    posts += [f"/incoming/{incoming_id}/{a}" for a in ("register", "refuse", "submit", "direct")]
    form = {"reason": "x", "text": "x", "pin": "1", "digest": "1", "issued_date": "2026-11-20"}
    before = state_of(office)
    for address in posts:
        answer = visitor.submit(address, form, page="/account/")
        assert answer.status_code in (403, 404, 422), f"{address}: {answer.status_code}"
        assert SECRET.encode() not in answer.data
    assert state_of(office) == before


def state_of(office) -> list:
    from models.incoming import IncomingDocument
    from models.outgoing import OutgoingDocument

    office.session().rollback()
    office.session().expire_all()
    return [
        *office.session().execute(select(OutgoingDocument.state, OutgoingDocument.version)),
        *office.session().execute(select(IncomingDocument.state, IncomingDocument.version)),
        *office.session().scalars(
            select(AuditEntry.tag).where(AuditEntry.tag.not_like("account:%"))
        ),
    ]


def test_a_form_cannot_name_fields_that_are_not_its_own(node, office, actor, outgoing_id):
    """What is not asked for is not taken: state, owner, agency, digests, references."""
    from models.outgoing import OutgoingDocument

    stranger = actor("st.th.chutich", "000.21.32.H48")
    forged = {
        "state": "issued", "drafter_id": stranger.person_id, "agency_id": stranger.agency_id,
        "unit_id": stranger.unit_id, "reference": "01/QĐ", "issued_sha256": "0" * 64,
        "prepared_sha256": "0" * 64, "number_entry_id": 1, "document_uid": "x", "notation": "X",
    }  # fmt: skip
    officer = Visitor(node, "st.chuyenvien", PASSWORD)
    assert officer.submit(f"/outgoing/{outgoing_id}/submit", forged).status_code == 303
    office.session().rollback()
    office.session().expire_all()
    doc = office.session().get(OutgoingDocument, outgoing_id)
    assert (doc.state, doc.reference, doc.issued_sha256) == ("in_review", "", None)
    assert doc.agency_id == actor("st.chuyenvien").agency_id
    assert doc.drafter_id == actor("st.chuyenvien").person_id
    assert doc.prepared_sha256 != "0" * 64


def test_a_system_step_is_no_address(node, outgoing_id):
    officer = Visitor(node, "st.chutich", PASSWORD)
    for action in ("leader_signed", "sealed", "leader_failed", "seal_failed", "edit_", "create"):
        assert officer.submit(f"/outgoing/{outgoing_id}/{action}").status_code == 404


def test_what_is_a_colleagues_own_stays_theirs(node, office, actor, incoming_id):
    """Notifications, sessions, appointments and scans of somebody else."""
    clerk, other = actor("st.vanthu"), Visitor(node, "st.chanhvp", PASSWORD)
    Visitor(node, "st.vanthu", PASSWORD)
    session = office.session()
    session.rollback()
    theirs = session.scalars(
        select(LoginSession.id).where(LoginSession.person_id == clerk.person_id)
    ).first()
    note = session.scalars(
        select(Notification.id).where(Notification.person_id == clerk.person_id)
    ).first()
    assert theirs
    assert note
    session.rollback()
    assert other._open("GET", f"/notifications/{note}").status_code == 404
    assert other.submit(f"/account/sessions/{theirs}/end").status_code == 404
    stolen = {"appointment": str(clerk.appointment_id)}
    assert other.submit("/account/appointment", stolen).status_code == 403
    session.expire_all()
    assert session.get(LoginSession, theirs).ended_at is None
    assert session.get(Notification, note).read_at is None


def test_an_administrator_reaches_only_the_own_agency(node, office, actor):
    """People, units and appointments of a neighbour; and nobody but the host adds agencies."""
    admin = Visitor(node, "st.quantri", PASSWORD)
    session = office.session()
    commune = session.scalars(select(Agency).where(Agency.code == "000.21.32.H48")).one()
    held = session.scalars(
        select(Appointment).join(Person).where(Person.username == "st.th.chutich")
    ).one()
    unit = session.scalars(select(Unit).where(Unit.agency_id == commune.id)).first()
    person_id, appointment_id, unit_id = held.person_id, held.id, unit.id
    session.rollback()
    for address in (
        f"/admin/people/{person_id}/password",
        f"/admin/people/{person_id}/active",
        f"/admin/people/{person_id}/sessions/end",
        f"/admin/people/{person_id}/unlock",
        f"/admin/people/{person_id}/appointments/{appointment_id}/end",
        f"/admin/units/{unit_id}",
        f"/admin/units/{unit_id}/active",
    ):
        form = {"name": "Chiếm", "active": "0", "last_day": "2026-11-22", "parent_id": "0"}
        answer = admin.submit(address, form, page="/admin/people")
        assert answer.status_code in (403, 404), f"{address}: {answer.status_code}"


def test_raw_packages_of_a_neighbour_are_not_handed_out(node, office, actor):
    with transaction(office, actor("st.vanthu")) as work:
        sha256 = work.store(b"<x/>", "application/xml")
        message = ExchangeMessage(
            agency_id=actor("st.th.vanthu", "000.21.32.H48").agency_id,
            direction="in",
            kind="edoc",
            payload_sha256=sha256,
            created_at=work.now,
        )
        work.session.add(message)
        work.session.flush()
        message_id = message.id
    for who in ("st.vanthu", "st.chutich", "st.quantri", "st.chuyenvien"):
        visitor = Visitor(node, who, PASSWORD)
        for tail in ("", "/raw"):
            answer = visitor._open("GET", f"/exchange/messages/{message_id}{tail}")
            assert answer.status_code in (403, 404)
        answer = visitor.submit(f"/exchange/messages/{message_id}/resume", page="/account/")
        assert answer.status_code in (403, 404)
    assert office.session().scalars(select(Dispatch)).all() == []
