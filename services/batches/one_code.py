"""A batch under one code of a signing service that ties it to the very hashes: the requests of its
documents wait until all of them are there, numbers given, and are then signed together."""

from collections.abc import Mapping

from sqlalchemy import select

from domain.errors import Forbidden, Refusal, Unavailable
from domain.roles import SYSTEM
from models.batches import BatchItem, SigningBatch
from models.outgoing import OutgoingDocument
from models.signing import CertificateBinding, SigningRequest, SigningState
from services import outbox
from services.office import Office
from services.outbox import LEASE, Lease
from services.signing import backends, ending, making, material, together
from services.unit_of_work import transaction

TRIES = 3


def serve(office: Office, lease: Lease) -> None:
    """Has signed what waits for the code of this batch; what cannot be is given back to its person.
    Raises Unavailable("csc-away") while it may be tried again."""
    waiting = _waiting(office, lease.subject_id)
    if not waiting:
        return
    try:
        refused: Mapping[int, Refusal] = together.sign_ahead(office, lease, waiting, wake=True)
    except Unavailable as refusal:
        if lease.attempts < TRIES:
            raise
        refused = {each.id: refusal for each in waiting}
    except Refusal as refusal:
        refused = {each.id: refusal for each in waiting}
    for request_id, refusal in refused.items():
        _give_back(office, lease, request_id, refusal)


def _waiting(office: Office, batch_id: int) -> list[SigningRequest]:
    """The requests whose code is not used yet; those whose time is over are given back."""
    session = office.session()
    batch = session.get_one(SigningBatch, batch_id)
    signer = batch.binding_id and session.get_one(CertificateBinding, batch.binding_id)
    if not signer or not backends.signs_ahead(signer):
        return []
    query = (
        select(SigningRequest.id)
        .join(BatchItem, BatchItem.request_id == SigningRequest.id)
        .where(
            BatchItem.batch_id == batch_id,
            SigningRequest.state == SigningState.REQUESTED,
            SigningRequest.output_sha256.is_(None),
        )
        .order_by(BatchItem.ordinal)
    )
    found = [material.load(office, request_id) for request_id in session.scalars(query).all()]
    return [each for each in found if _has_code(office, each)]


def _has_code(office: Office, request: SigningRequest) -> bool:
    """Whether it waits for this code still. One whose time is over counts too, a while later: its
    own job, if it has one, may just be at work."""
    try:
        return together.is_due(making.key_of(office, request))
    except Forbidden:
        return office.now() > request.authorised_until + LEASE
    except Refusal:
        return True  # the making tells why


def _give_back(office: Office, lease: Lease, request_id: int, refusal: Refusal) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        request = work.session.get_one(SigningRequest, request_id, populate_existing=True)
        doc = work.session.get_one(
            OutgoingDocument, request.document_id, with_for_update=True, populate_existing=True
        )
        if request.state == SigningState.REQUESTED:
            ending.fail(work, request, doc, refusal)
