"""What stops a signature: certificates, changed documents, missing grounds; each ends the request
with its reason and gives the document back."""

import hashlib

import pytest
from sqlalchemy import select

from domain.errors import Conflict, Invalid
from domain.outgoing_flow import OutgoingState
from domain.roles import SYSTEM
from models.agencies import Agency, Appointment, Person
from models.audit import Notification
from models.outgoing import OutgoingDocument
from models.signing import CertificateBinding, SigningRequest, SigningRole
from services import signing
from services.outbox import claim
from services.unit_of_work import transaction
from tests.conftest import PIN


def change(journey, kind, where, **values) -> None:
    """Somebody changes a row between the click and the worker."""
    with transaction(journey.office, SYSTEM) as work:
        for row in work.session.scalars(select(kind).where(*where)):
            for name, value in values.items():
                setattr(row, name, value)


def leaders_binding(journey):
    return (CertificateBinding.person_id == journey.leader.person_id,)


def failed(journey, doc, code: str) -> OutgoingDocument:
    """The newest request has failed with this code, holds no authorisation, and was told."""
    journey.look_anew()
    query = select(SigningRequest).order_by(SigningRequest.id.desc())
    request = journey.office.session().scalars(query).first()
    assert request.failure == code
    assert request.authorisation is None
    kinds = set(journey.office.session().scalars(select(Notification.kind)))
    assert kinds & {"outgoing:leader_failed", "outgoing:seal_failed"}
    return journey.now(doc.id)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda now: {"valid_to": now}, "certificate-expired"),
        (lambda now: {"revoked_at": now}, "certificate-revoked"),
    ],
)
def test_a_certificate_that_ended_meanwhile_signs_nothing(journey, changed, code):
    doc = journey.submitted()
    journey.approve(doc)
    change(journey, CertificateBinding, leaders_binding(journey), **changed(journey.office.now()))
    journey.work()
    assert failed(journey, doc, code).state == OutgoingState.AWAITING_LEADER


def test_a_leader_without_certificate_is_told_before_anything_is_asked(journey):
    doc = journey.submitted()
    with transaction(journey.office, SYSTEM) as work:
        for binding in work.session.scalars(
            select(CertificateBinding).where(*leaders_binding(journey))
        ):
            work.session.delete(binding)
    with pytest.raises(Invalid, match="certificate-missing"):
        journey.approve(doc)


def test_a_certificate_not_yet_valid_is_told_at_the_click(journey):
    doc = journey.submitted()
    journey.later(days=-1)
    with pytest.raises(Invalid, match="certificate-not-yet-valid"):
        signing.check_pin(journey.office, journey.leader, doc, SigningRole.LEADER, PIN)


def test_a_document_changed_after_the_approval_is_not_signed(journey):
    doc = journey.submitted()
    journey.approve(doc)
    with transaction(journey.office, SYSTEM) as work:
        other = work.store(b"%PDF-1.7 another", "application/pdf")
    change(journey, OutgoingDocument, (OutgoingDocument.id == doc.id,), prepared_sha256=other)
    journey.work()
    doc = failed(journey, doc, "document-changed")
    assert (doc.state, doc.signed_sha256) == (OutgoingState.AWAITING_LEADER, None)


def test_a_leader_who_left_office_before_the_worker_came_has_signed_nothing(journey):
    doc = journey.submitted()
    journey.approve(doc)
    yesterday = journey.office.today().replace(day=1).replace(year=2025)
    held = (Appointment.id == journey.leader.appointment_id,)
    change(journey, Appointment, held, valid_to=yesterday)
    journey.work()
    failed(journey, doc, "appointment-ended")


def test_an_authorisation_lasts_ten_minutes(journey):
    doc = journey.submitted()
    journey.approve(doc)
    journey.later(minutes=10, seconds=1)
    journey.work()
    doc = failed(journey, doc, "authorisation-expired")
    assert doc.state == OutgoingState.AWAITING_LEADER
    journey.approve(doc)
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED


def test_an_authorisation_that_nobody_came_for_is_erased_in_time(journey):
    doc = journey.submitted()
    journey.approve(doc)

    def kept() -> bytes | None:
        journey.look_anew()
        return journey.office.session().scalar(select(SigningRequest.authorisation))

    signing.forget_expired(journey.office)
    assert kept() is not None
    journey.later(minutes=10, seconds=1)
    signing.forget_expired(journey.office)
    assert kept() is None
    journey.work()
    failed(journey, doc, "authorisation-expired")


def test_an_authorisation_moved_to_another_request_opens_nothing(journey):
    first, second = journey.submitted(), journey.submitted()
    journey.approve(first)
    journey.approve(second)
    with transaction(journey.office, SYSTEM) as work:
        one, two = work.session.scalars(select(SigningRequest).order_by(SigningRequest.id))
        one.authorisation = two.authorisation
    journey.work(rounds=1)
    states = {journey.now(each.id).state for each in (first, second)}
    assert states == {OutgoingState.AWAITING_LEADER, OutgoingState.SIGNED}
    codes = set(journey.office.session().scalars(select(SigningRequest.failure)))
    assert "authorisation-invalid" in codes


def test_the_seal_is_refused_before_the_leader_signed(journey):
    doc = journey.submitted()
    with pytest.raises(Conflict, match="wrong-state"):
        journey.issue(doc)
    proof = signing.check_pin(journey.office, journey.clerk, doc, SigningRole.SEAL, PIN)
    with (
        pytest.raises(Conflict, match="leader-signature-missing"),
        transaction(journey.office, journey.clerk) as work,
    ):
        signing.request_seal(work, work.session.get(OutgoingDocument, doc.id), proof)


def test_the_seal_is_refused_without_a_number(journey):
    doc = journey.signed()
    proof = signing.check_pin(journey.office, journey.clerk, doc, SigningRole.SEAL, PIN)
    with (
        pytest.raises(Conflict, match="number-missing"),
        transaction(journey.office, journey.clerk) as work,
    ):
        signing.request_seal(work, work.session.get(OutgoingDocument, doc.id), proof)


def test_the_seal_goes_only_on_a_signature_of_the_bound_leader(journey):
    doc = journey.signed()
    journey.issue(doc)
    change(
        journey, CertificateBinding, leaders_binding(journey),
        certificate_sha256=hashlib.sha256(b"another").hexdigest(),
    )  # fmt: skip
    journey.work()
    doc = failed(journey, doc, "leader-certificate-other")
    assert doc.state == OutgoingState.NUMBERED


def test_after_a_failed_seal_the_clerk_seals_again_under_the_same_number(journey):
    doc = journey.signed()
    journey.issue(doc)
    seals = (Agency.id == journey.clerk.agency_id,)
    kept = journey.office.session().get(Agency, journey.clerk.agency_id).seal_sha256
    change(journey, Agency, seals, seal_sha256=None)
    journey.work()
    doc = failed(journey, doc, "seal-image-missing")
    assert (doc.state, doc.reference[:2]) == (OutgoingState.NUMBERED, "01")
    change(journey, Agency, seals, seal_sha256=kept)
    from services import outgoing

    outgoing.perform(journey.office, journey.clerk, doc.id, "reseal", {"pin": PIN})
    journey.work()
    doc = journey.now(doc.id)
    assert (doc.state, doc.reference[:2]) == (OutgoingState.ISSUED, "01")


def test_a_leader_without_picture_is_told_at_the_click(journey):
    doc = journey.submitted()
    change(journey, Person, (Person.id == journey.leader.person_id,), signature_sha256=None)
    with pytest.raises(Invalid, match="signature-image-missing"):
        journey.approve(doc)


def test_a_damaged_file_is_tried_again_and_then_given_back(journey):
    doc = journey.submitted()
    journey.approve(doc)
    path = journey.office.files.path(doc.prepared_sha256)
    path.chmod(0o600)
    path.write_bytes(b"not what it was")
    for _ in range(3):
        assert journey.now(doc.id).state == OutgoingState.SIGNING
        journey.work(rounds=1)
        journey.later(minutes=1)
    assert failed(journey, doc, "file-damaged").state == OutgoingState.AWAITING_LEADER


def test_a_request_is_claimed_by_one_worker_only(journey):
    journey.approve(journey.submitted())
    from models.exchange import OutboxItem

    item = journey.office.session().scalars(select(OutboxItem.id)).one()
    assert claim(journey.office, item) is not None
    assert claim(journey.office, item) is None
