"""Signing with a token on somebody's PC, in two steps: a document is prepared when the PC asks for
it, so that the time in the signature is that of signing; the signature that comes back is checked
against the bound certificate before anything is written. The worker does the rest
(`token_answers`)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import x509

from adapters.signing.keys import longest_signature
from adapters.signing.sign import ready_issue
from adapters.signing.uncertified import is_certified
from adapters.signing.update import SignatureToMake
from adapters.signing.verifying import is_signature
from domain.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from domain.roles import Actor
from models.signing import SigningRequest, SigningRole, SigningState
from models.tokens import SigningDevice
from services.office import Office
from services.preservation import stamping
from services.signing import grounds, material, token_requests, trust, turns
from services.signing.requests import KIND, QUEUE
from services.unit_of_work import transaction

# From showing it to a person until the token has signed, PIN and all.
PREPARED_FOR = timedelta(minutes=10)
MOST_SIGNATURE = 1024  # bytes: RSA-8192


@dataclass(frozen=True)
class Holder:
    """Whose signature it will be, as far as a node knows of it: the certificate and its issuers."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def signature_bytes(self) -> int:
        return longest_signature(self.certificate)


@dataclass(frozen=True)
class Prepared:
    """One document ready for a token; `nonce` names this preparation."""

    request: SigningRequest
    nonce: str
    ready: SignatureToMake


def tasks(office: Office, device: SigningDevice) -> Sequence[SigningRequest]:
    """What waits for the token of the computer's owner, the oldest first."""
    return token_requests.waiting_of(office.session(), device.person_id)


def prepare(office: Office, device: SigningDevice, request_id: int) -> Prepared:
    """Prepares the document anew; what was prepared for another PC is void by that.

    Raises NotFound, Conflict("token-not-awaited"), and what `grounds.check` and the making refuse.
    """
    device_id, person_id = device.id, device.person_id
    request = _own(office, device, request_id)
    grounds.check(office.session(), request, office.now(), office.today())
    at = office.now()
    ready, nonce = _ready(office, request, at), secrets.token_hex(32)
    with transaction(office, _actor(device, request)) as work:
        found = token_requests.locked(work, request_id)
        found.signing.prepared, found.signing.nonce = ready.packed(), nonce
        found.signing.prepared_at, found.signing.device_id = work.now, device_id
        found.signing.problem, found.request.signing_at = "", at
        work.audit(
            "signing:token_prepared", found.request, device=device_id, person=person_id,
            digest=ready.document_digest.hex(),
        )  # fmt: skip
    return Prepared(_own(office, device, request_id), nonce, ready)


def _ready(office: Office, request: SigningRequest, at: datetime) -> SignatureToMake:
    data = grounds.read_file(office, request.input_sha256, "file-damaged")
    certificate = x509.Certificate.load(request.binding.certificate)
    holder = Holder(certificate, trust.issuers_of(office.session(), certificate))
    stamped = stamping.stamper(office) is not None
    if request.role == SigningRole.LEADER:
        parts = material.of_leader(office, request, at) | {"stamped": stamped}
        return turns.ready(request.document, data, holder, parts)
    grounds.check_leader_signed(office.session(), request, data)
    if not is_certified(data):  # number and date would be signatures of their own: three, not one
        raise Invalid("token-three-signatures")
    return ready_issue(data, holder, stamped=stamped, **material.of_seal(office, request, at))


def document(office: Office, device: SigningDevice, request_id: int, nonce: str) -> list[bytes]:
    """The file as it was prepared, the signature's place still empty: what the token's program
    checks its digest against, and shows. In two pieces, which follow each other."""
    request = _own(office, device, request_id)
    signing = token_requests.of_request(office.session(), request_id)
    if not signing.prepared or not secrets.compare_digest(signing.nonce, nonce):
        raise Conflict("token-answer-late")
    before = grounds.read_file(office, request.input_sha256, "file-damaged")
    return [before, SignatureToMake.unpacked(signing.prepared, before).tail]


def answer(
    office: Office, device: SigningDevice, request_id: int, nonce: str, signature: bytes
) -> None:
    """Takes the signature and lets the worker go on.

    Raises NotFound, Conflict("token-not-awaited" | "token-answer-late"),
    Invalid("token-signature-wrong"), Forbidden("appointment-ended"), Invalid("certificate-…").
    """
    request = _own(office, device, request_id)
    actor = _actor(device, request)
    try:
        _take(office, actor, device.id, request_id, (nonce, signature))
    except Refusal as refusal:
        _note_refused(office, actor, request_id, device.id, refusal)
        raise


def _take(
    office: Office, actor: Actor, device_id: int, request_id: int, given: tuple[str, bytes]
) -> None:
    nonce, signature = given
    with transaction(office, actor) as work:
        found = token_requests.locked(work, request_id)
        request, signing = found.request, found.signing
        _refuse_late(found, nonce, device_id, work.now)
        grounds.check(work.session, request, work.now, office.today())
        # The file is not needed for what is asked here, and may be large.
        ready = SignatureToMake.unpacked(signing.prepared, b"")
        genuine = len(signature) <= MOST_SIGNATURE and is_signature(
            ready.certificate, ready.attributes, signature, ready.digest_name
        )
        if not genuine:
            raise Invalid("token-signature-wrong")
        signing.signature, request.state = signature, SigningState.REQUESTED
        work.audit("signing:token_signed", request, device=device_id)
        work.enqueue(QUEUE, KIND, request.id, priority=request.document.urgency)


def _refuse_late(found: token_requests.OnToken, nonce: str, device_id: int, now) -> None:
    signing = found.signing
    fits = signing.prepared is not None and secrets.compare_digest(signing.nonce, nonce)
    in_time = signing.prepared_at is not None and now - signing.prepared_at <= PREPARED_FOR
    if not (fits and in_time and signing.device_id == device_id):
        raise Conflict("token-answer-late")
    if now > found.request.authorised_until:
        raise Forbidden("token-late")


def _note_refused(
    office: Office, actor: Actor, request_id: int, device_id: int, refusal: Refusal
) -> None:
    """In a transaction of its own: the refusal undid the other one."""
    with transaction(office, actor) as work:
        request = work.session.get_one(SigningRequest, request_id)
        work.audit("signing:token_refused", request, device=device_id, code=refusal.code)


def _own(office: Office, device: SigningDevice, request_id: int) -> SigningRequest:
    """A request of the computer's owner that waits for a token; NotFound for any other."""
    request = material.load(office, request_id)
    if request is None or request.person_id != device.person_id:
        raise NotFound("not-found")
    if request.state != SigningState.AWAITING_TOKEN:
        raise Conflict("token-not-awaited")
    return request


def _actor(device: SigningDevice, request: SigningRequest) -> Actor:
    return Actor(
        name=device.person.full_name,
        person_id=device.person_id,
        agency_id=request.document.agency_id,
    )
