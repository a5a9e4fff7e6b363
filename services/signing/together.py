"""Signing at a remote service that ties its one-time code to the very hashes (SCAL 2): all that one
code shall serve, a document with its enclosures or a whole batch, is made ready first, then signed
under one authorisation. What came of it is kept with each request, whose job goes on as with any
other key: it makes the same bytes again and finds their signature there."""

from collections.abc import Sequence
from contextlib import suppress

from adapters.signing.keys import KeyRefused, Rehearsal, Rehearsed, SigningKey, authorise
from adapters.signing.keys.csc import CscKey, hashes_of
from adapters.signing.permissions import is_certified
from domain.errors import Invalid, Refusal
from domain.roles import SYSTEM
from models.signing import CertificateBinding, SigningRequest, SigningRole
from services import outbox
from services.office import Office
from services.outbox import Lease, LeaseLost
from services.signing import enclosures, grounds, making, pins, timing
from services.signing.requests import KIND, QUEUE, bound_to
from services.unit_of_work import transaction

DIGEST = "sha256"
HOLD_EVERY = 10


def is_due(key: SigningKey) -> bool:
    """Whether a code waits to be used for all at once."""
    return isinstance(key, CscKey) and key.signs_ahead


def is_done(key: SigningKey) -> bool:
    return isinstance(key, CscKey) and key.signed_ahead


def sign_ahead(
    office: Office, lease: Lease, requests: Sequence[SigningRequest], *, wake: bool = False
) -> dict[int, Refusal]:
    """Has all signatures of these requests (of one person and key, under one code) made at once.
    Gives why some were left out, by the request's id. `wake`: their own jobs begin only now.

    Raises KeyRefused, Unavailable("csc-away"), Invalid("csc-too-many"): then none was signed.
    """
    wanted: dict[int, list[bytes]] = {}
    refused: dict[int, Refusal] = {}
    for number, request in enumerate(requests, 1):
        if number % HOLD_EVERY == 0:  # making ready many large files takes longer than a lease
            with transaction(office, SYSTEM) as work:
                outbox.renew(work, lease)
        try:
            wanted[request.id] = _foreseen(office, lease, request)
        except LeaseLost:
            raise
        except Refusal as refusal:
            refused[request.id] = refusal
    if wanted:
        _keep(office, lease, wanted, _signed(office, lease, requests, wanted), wake)
    return refused


def _foreseen(office: Office, lease: Lease, request: SigningRequest) -> list[bytes]:
    """What the key will be asked to sign for a request, in its turn. Refuses what the making
    refuses, Invalid("csc-three-signatures")."""
    grounds.check(office.session(), request, office.now(), office.today())
    timing.fix(office, lease, request)
    rehearsal = Rehearsal(making.key_of(office, request))
    data = making.input_of(office, request)
    if request.role == SigningRole.SEAL:
        if not is_certified(data):  # each of the three covers the one before it
            raise Invalid("csc-three-signatures")
        for enclosure in request.document.enclosures:
            if not enclosures.holds(office, request, enclosure):
                with suppress(Rehearsed):
                    enclosures.make(office, request, enclosure, rehearsal, True)
    with suppress(Rehearsed):
        making.made(office, request, data, rehearsal)
    return rehearsal.noted


def _signed(
    office: Office,
    lease: Lease,
    requests: Sequence[SigningRequest],
    wanted: dict[int, list[bytes]],
) -> dict[str, str]:
    """By their hashes. A wrong code is counted."""
    key = making.key_of(office, next(each for each in requests if each.id in wanted))
    try:
        return key.sign_ahead([data for datas in wanted.values() for data in datas], DIGEST)
    except KeyRefused as refusal:
        if refusal.code == "csc-otp-wrong":
            _note(office, lease, requests)
        raise


def _note(office: Office, lease: Lease, requests: Sequence[SigningRequest]) -> None:
    documents, binding_id = [each.document_id for each in requests], requests[0].binding_id
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        binding = work.session.get_one(
            CertificateBinding, binding_id, with_for_update=True, populate_existing=True
        )
        pins.note_code(work, binding, documents, right=False)


def _keep(
    office: Office, lease: Lease, wanted: dict[int, list[bytes]], made: dict[str, str], wake: bool
) -> None:
    """Each request gets its own signatures, sealed as its authorisation was."""
    node_key = office.settings.node_key
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        for request_id, datas in wanted.items():
            request = work.session.get_one(SigningRequest, request_id, populate_existing=True)
            own = {each: made[each] for each in hashes_of(datas, DIGEST)}
            data_key = making.authority_of(office, request).data_key
            request.authorisation = authorise(data_key, node_key, bound_to(request), {"made": own})
            pins.note_code(work, request.binding, [request.document_id], right=True)
            if wake:
                work.enqueue(QUEUE, KIND, request.id, priority=request.document.urgency)
