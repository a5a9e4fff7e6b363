"""Asking for a signature, inside the transaction of the step that decided it. The request carries
an authorisation that is good for these bytes, this person and ten minutes, and for nothing else;
or it waits for the person's own token, a day at most."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, select, update

from adapters.signing.keys import authorise, bind
from domain.errors import Conflict, Forbidden, Invalid
from domain.roles import SYSTEM
from models.outgoing import OutgoingDocument
from models.signing import CertificateBinding, SigningRequest, SigningRole
from services.office import Office
from services.signing import bindings
from services.signing.pins import PinProof
from services.signing.proving import TokenProof
from services.signing.token_rows import open_rows
from services.unit_of_work import Work, transaction

QUEUE, KIND = "signing", "sign"
AUTHORISED_FOR = timedelta(minutes=10)
# Decided on the way, signed at the PC with the token later that day.
TOKEN_AWAITED_FOR = timedelta(hours=24)
Proof = PinProof | TokenProof


def request_leader(
    work: Work, doc: OutgoingDocument, proof: Proof, shown_sha256: str
) -> SigningRequest:
    """The leader's signature on exactly the bytes that were shown (law 8).

    Raises Conflict("document-changed"), Invalid("certificate-…" | "signature-image-missing"),
    Forbidden("pin-not-for-this").
    """
    if not doc.to_sign_sha256 or shown_sha256 != doc.to_sign_sha256:
        raise Conflict("document-changed")
    if not doc.signer.person.signature_sha256:
        raise Invalid("signature-image-missing", person=doc.signer.person.full_name)
    return _request(work, doc, proof, SigningRole.LEADER, doc.to_sign_sha256)


def request_seal(work: Work, doc: OutgoingDocument, proof: Proof) -> SigningRequest:
    """The agency's seal on the file the leader signed, once it has number and date.

    Raises Conflict("leader-signature-missing" | "number-missing"),
    Invalid("certificate-…" | "seal-image-missing"), Forbidden("pin-not-for-this").
    """
    if not doc.signed_sha256:
        raise Conflict("leader-signature-missing")
    if doc.number_entry_id is None or doc.issued_date is None:
        raise Conflict("number-missing")
    if not doc.agency.seal_sha256:
        raise Invalid("seal-image-missing", agency=doc.agency.name)
    return _request(work, doc, proof, SigningRole.SEAL, doc.signed_sha256)


def _request(
    work: Work, doc: OutgoingDocument, proof: Proof, role: SigningRole, sha256: str
) -> SigningRequest:
    given_for = (proof.document_id, proof.person_id, proof.role)
    if given_for != (doc.id, work.actor.person_id, role):
        raise Forbidden("pin-not-for-this")
    binding = work.session.get_one(CertificateBinding, proof.binding_id)
    bindings.check(binding, work.now)
    request = SigningRequest(
        document_id=doc.id,
        role=role,
        binding_id=binding.id,
        person_id=work.actor.person_id,
        person_name=work.actor.name,
        input_sha256=sha256,
        nonce=secrets.token_hex(32),
        authorised_until=_until(work.now, proof),
        requested_at=work.now,
        signing_at=work.now,
    )
    work.session.add(request)
    work.session.flush()
    if isinstance(proof, TokenProof):
        enclosures = doc.enclosures if role == SigningRole.SEAL else ()
        open_rows(work, request, enclosures)
        return request
    node_key = work.office.settings.node_key
    request.authorisation = authorise(proof.data_key, node_key, bound_to(request), proof.once)
    if not proof.waits:
        work.enqueue(QUEUE, KIND, request.id, priority=doc.urgency)
    return request


def _until(now: datetime, proof: Proof) -> datetime:
    """Ten minutes after the PIN was given, be it for a batch whose turn comes late."""
    if isinstance(proof, TokenProof):
        return now + TOKEN_AWAITED_FOR
    return min(now + AUTHORISED_FOR, proof.until) if proof.until else now + AUTHORISED_FOR


def forget_expired(office: Office) -> None:
    """Erases authorisations whose time is over, although no worker came for them; the worker then
    finds none and gives the document back."""
    over = and_(
        SigningRequest.authorisation.is_not(None),
        SigningRequest.authorised_until < office.now(),
    )
    if office.session().scalar(select(SigningRequest.id).where(over).limit(1)) is None:
        return  # most seconds: no need to take the lock of writers
    with transaction(office, SYSTEM) as work:
        work.session.execute(update(SigningRequest).where(over).values(authorisation=None))


def bound_to(request: SigningRequest) -> bytes:
    """What an authorisation is tied to: this request, role and key, these bytes, this person, this
    hour."""
    name = f"{request.id}/{SigningRole(request.role)}/{request.binding_id}/{request.nonce}"
    until: datetime = request.authorised_until.astimezone(UTC)
    return bind(name, request.input_sha256, str(request.person_id), until)
