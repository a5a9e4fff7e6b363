"""Whether a requested signature may still be made, asked again by the worker (what was true at the
click may have changed since), and what the signature is made of."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.signing.certificates import read_facts
from adapters.signing.closing import closing_signature
from adapters.signing.finding import SEAL
from domain.errors import Conflict, Forbidden, Invalid
from domain.outgoing_flow import OutgoingState
from domain.permissions import DELEGATES
from domain.roles import LEADERS, Role
from models.agencies import Appointment, Person
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningRole, SigningState
from services import delegations, stored_files
from services.office import Office
from services.signing import bindings


@dataclass(frozen=True)
class Kind:
    """What differs between the two roles: the state the document waits in, the steps that end it,
    who may ask."""

    waits_in: OutgoingState
    done: str
    failed: str
    askers: frozenset[Role]


SIGNERS = LEADERS | DELEGATES
KINDS = {
    SigningRole.LEADER: Kind(OutgoingState.SIGNING, "leader_signed", "leader_failed", SIGNERS),
    SigningRole.SEAL: Kind(OutgoingState.SEALING, "sealed", "seal_failed", frozenset({Role.CLERK})),
}


def waiting(doc: OutgoingDocument, request: SigningRequest) -> bool:
    return doc.state == KINDS[SigningRole(request.role)].waits_in


def check(session: Session, request: SigningRequest, now: datetime, today: date) -> None:
    """Raises Conflict("wrong-state" | "document-changed"), Forbidden("appointment-ended" |
    "delegation-…"), Invalid("certificate-…")."""
    doc = request.document
    if not waiting(doc, request):
        raise Conflict("wrong-state", state=doc.state)
    leads = request.role == SigningRole.LEADER
    awaited = (
        {doc.to_sign_sha256, doc.approved_sha256 or doc.to_sign_sha256}
        if leads
        else {doc.signed_sha256}
    )
    if awaited != {request.input_sha256}:
        raise Conflict("document-changed")
    if not _still_holds(session, request, today):
        raise Forbidden("appointment-ended", person=request.person_name)
    if leads:
        delegations.require(session, doc, today)
    holder = doc.signer.person_id if leads else doc.agency_id
    bound = request.binding.person_id if leads else request.binding.agency_id
    if holder != bound:
        raise Invalid("certificate-not-bound")
    bindings.check(request.binding, now)


def _still_holds(session: Session, request: SigningRequest, today: date) -> bool:
    """The person is still in the role in which they asked, in this agency."""
    query = (
        select(Appointment)
        .join(Appointment.person)
        .where(
            Appointment.person_id == request.person_id,
            Appointment.agency_id == request.document.agency_id,
            Appointment.role.in_(KINDS[SigningRole(request.role)].askers),
            Person.is_active,
        )
    )
    if request.role == SigningRole.LEADER:
        query = query.where(Appointment.id == request.document.signer_id)
    return any(appointment.holds_on(today) for appointment in session.scalars(query))


def check_leader_signed(session: Session, request: SigningRequest, pdf: bytes) -> None:
    """The seal goes only on a file that the signature of the bound leader closes: it was judged by
    all rules when it was made, and over the whole file there is no later change to judge.

    Raises Conflict("leader-signature-missing" | "leader-certificate-other").
    """
    asked = session.scalars(
        select(SigningRequest)
        .where(
            SigningRequest.document_id == request.document_id,
            SigningRequest.role == SigningRole.LEADER,
            SigningRequest.state == SigningState.DONE,
            SigningRequest.output_sha256 == request.input_sha256,
        )
        .order_by(SigningRequest.id.desc())
    ).first()
    try:
        found = closing_signature((pdf,))
    except Invalid as refusal:
        raise Conflict("leader-signature-missing") from refusal
    # A desktop program signs in a field of its own; whose signature it is, the certificate says.
    if asked is None or found.field == SEAL:
        raise Conflict("leader-signature-missing")
    facts = read_facts(found.certificate)
    if facts.sha256 != asked.binding.certificate_sha256:
        raise Conflict("leader-certificate-other", signer=facts.subject_name)


def read_file(office: Office, sha256: str | None, missing: str) -> bytes:
    """Bytes of a stored file; Invalid(`missing`) where none is set, Unavailable("file-damaged")
    where the disk does not have it whole."""
    if not sha256:
        raise Invalid(missing)
    return stored_files.read_file(office, sha256)
