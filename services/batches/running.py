"""The job of a batch: one document after the other, each through the one door of its flow and in a
transaction of its own. A refused document gets its reason and the batch goes on; a stopped batch
ends before the next one. Killed anywhere, it goes on with the first document that has no result."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from adapters.signing.keys import redeem
from domain.batches import KINDS
from domain.errors import Forbidden, Refusal
from domain.roles import SYSTEM, Actor
from models.agencies import Appointment
from models.batches import BatchItem, BatchItemState, SigningBatch
from models.signing import CertificateBinding, KeyBackend, SigningRole
from services import outbox
from services.accounts.sessions import actor_in
from services.batches import one_code, telling, watching
from services.batches.starting import KIND, QUEUE, bound_to
from services.office import Office
from services.outbox import Lease, LeaseLost
from services.outgoing import actions
from services.outgoing.queries import last_request
from services.signing import backends
from services.signing.pins import PinProof
from services.signing.proving import TokenProof
from services.unit_of_work import Work, transaction

AT_ONCE = 5  # documents; then other people's signatures have their turn
TRIES = 3
LOOK_AGAIN = timedelta(seconds=5)
LOOK_FOR_TOKEN = timedelta(minutes=1)  # it may not be plugged in before tomorrow
ROLES = {"approve": SigningRole.LEADER, "issue": SigningRole.SEAL}


def run(office: Office, lease: Lease) -> None:
    """Does some documents of a batch and asks to be called again for the rest. Raises LeaseLost."""
    for _turn in range(AT_ONCE):
        item = _next(office, lease.subject_id)
        if item is None:
            return _end(office, lease)
        _one(office, lease, item)
        if lease.attempts > TRIES:
            break  # the next document is not to blame
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        work.enqueue(QUEUE, KIND, lease.subject_id)
    return None


def _next(office: Office, batch_id: int) -> BatchItem | None:
    query = (
        select(BatchItem)
        .where(BatchItem.batch_id == batch_id, BatchItem.state == BatchItemState.WAITING)
        .options(joinedload(BatchItem.batch))
        .order_by(BatchItem.ordinal)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return office.session().scalars(query).one_or_none()


def _end(office: Office, lease: Lease) -> None:
    """Every document has had its turn; once their signatures are there too, people are told."""
    one_code.serve(office, lease)
    with transaction(office, SYSTEM) as work:
        found = watching.whole(work.session, lease.subject_id)
        found.batch.finished_at = found.batch.finished_at or work.now
        if found.is_over:
            outbox.settle(work, lease)
            telling.tell(work, found)
        else:
            pause = LOOK_AGAIN if found.counts[watching.UNDER_WAY] else LOOK_FOR_TOKEN
            outbox.postpone(work, lease, "", until=work.now + pause)


def _one(office: Office, lease: Lease, item: BatchItem) -> None:
    """Takes one document through its step, or writes down why not."""
    item_id = item.id
    try:
        if lease.attempts > TRIES:  # what nobody foresaw happens again and again at this document
            raise Refusal("batch-item-failed")
        _step(office, lease, item)
    except LeaseLost:
        raise
    except Refusal as refusal:
        with transaction(office, SYSTEM) as work:
            outbox.renew(work, lease)
            _result(work, item_id, BatchItemState.FAILED, refusal)


def _step(office: Office, lease: Lease, item: BatchItem) -> None:
    batch, document_id, shown = item.batch, item.document_id, item.shown_sha256
    action, item_id = batch.action, item.id
    form = batch.form | {"digest": shown, "batch": batch.id}
    proof = _proof(office, batch, item) if KINDS[action].signs else None
    with transaction(office, _actor(office, batch)) as work:
        outbox.renew(work, lease)
        if not _result(work, item_id, BatchItemState.DONE):
            return
        doc = actions.do(work, document_id, action, form, proof)
        if proof is not None:
            work.session.get_one(BatchItem, item_id).request_id = last_request(office, doc).id


def _result(
    work: Work, item_id: int, state: BatchItemState, refusal: Refusal | None = None
) -> bool:
    """Writes what became of the item, unless the batch was stopped meanwhile."""
    item = work.session.get_one(BatchItem, item_id, with_for_update=True, populate_existing=True)
    if item.state != BatchItemState.WAITING:
        return False
    item.state, item.finished_at, item.authorisation = state, work.now, None
    if refusal is not None:
        item.failure = refusal.code
        item.failure_fields = {name: str(value) for name, value in refusal.fields.items()}
    return True


def _actor(office: Office, batch: SigningBatch) -> Actor:
    """Who started the batch, if they still hold the position; Forbidden("appointment-ended")."""
    held = office.session().get_one(
        Appointment, batch.appointment_id, options=[joinedload(Appointment.person)]
    )
    if not (held.holds_on(office.today()) and held.person.is_active):
        raise Forbidden("appointment-ended", person=batch.person_name)
    return actor_in(held.person, held)


def _proof(office: Office, batch: SigningBatch, item: BatchItem) -> PinProof | TokenProof:
    """Redeems what the PIN authorised for this document; where the person's own token will sign,
    the decision itself is all there is. Raises
    Forbidden("authorisation-expired" | "authorisation-invalid")."""
    until: datetime = batch.authorised_until
    if office.now() > until:
        raise Forbidden("authorisation-expired")
    signer = office.session().get_one(CertificateBinding, batch.binding_id)
    if signer.backend == KeyBackend.TOKEN:
        role = ROLES[batch.action]
        return TokenProof(item.document_id, batch.person_id, role, batch.binding_id)
    if item.authorisation is None:
        raise Forbidden("authorisation-expired")
    binding = bound_to(batch, item.document_id, item.shown_sha256, item.nonce)
    opened = redeem(item.authorisation, office.settings.node_key, binding)
    role = ROLES[batch.action]
    return PinProof(
        item.document_id, batch.person_id, role, batch.binding_id, opened.data_key, opened.once,
        until, backends.signs_ahead(signer),
    )  # fmt: skip
