"""How this node is: database, workers, queues, and the oldest that was not delivered yet, out to
the hub, from the hub to its recipient, and in to a clerk."""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from domain.exchange_flow import TransportState
from domain.incoming_flow import IncomingState
from domain.roles import SYSTEM
from models.exchange import (
    Direction,
    Dispatch,
    ExchangeMessage,
    MessageKind,
    OutboxItem,
    OutboxState,
)
from models.federation import WorkerBeat
from models.incoming import IncomingDocument, IncomingSource
from models.outgoing import OutgoingDocument
from services.federation.moments import seconds, written
from services.federation.scope import Scope
from services.office import Office
from services.unit_of_work import transaction

ALIVE = timedelta(seconds=120)
T = TransportState
WAITING = (T.QUEUED, T.PARKED)


def beat(office: Office, queues: tuple[str, ...]) -> None:
    """The supervisor's step: these queues have a living worker."""
    with transaction(office, SYSTEM) as work:
        for queue in queues:
            work.session.merge(WorkerBeat(queue=queue, at=work.now))


def health(office: Office, scope: Scope) -> dict:
    workers = _workers(office)
    return {
        "at": written(office.now()),
        "database": {"ok": True, "kind": office.session().get_bind().dialect.name},
        "workers": workers,
        "queues": _queues(office, [worker["queue"] for worker in workers]),
        "undelivered": {
            "out": _out(office, scope),
            "at_hub": _dispatches(office, scope, (T.SENT,), Dispatch.sent_at),
            "failed": _dispatches(office, scope, (T.FAILED,), Dispatch.queued_at),
            "in": _in(office, scope),
        },
    }


def _workers(office: Office) -> list[dict]:
    now = office.now()
    return [
        {"queue": beat.queue, "alive": now - beat.at < ALIVE, "seen_at": written(beat.at)}
        for beat in office.session().scalars(select(WorkerBeat).order_by(WorkerBeat.queue))
    ]


def _queues(office: Office, served: list[str]) -> list[dict]:
    """What is due and how long, what a worker holds, what waits for a person: also where that is
    nothing, for each queue that a worker serves."""
    now = office.now()
    due = and_(OutboxItem.state == OutboxState.DUE, OutboxItem.due_at <= now)
    held = OutboxItem.lease_until >= now
    free = and_(due, or_(OutboxItem.lease_until.is_(None), OutboxItem.lease_until < now))
    parked = OutboxItem.state == OutboxState.PARKED
    query = (
        select(
            OutboxItem.queue,
            func.count().filter(free),
            func.min(OutboxItem.due_at).filter(free),
            func.count().filter(and_(due, held)),
            func.count().filter(parked),
        )
        .where(OutboxItem.state.in_([OutboxState.DUE, OutboxState.PARKED]))
        .group_by(OutboxItem.queue)
    )
    found = {queue: counted for queue, *counted in office.session().execute(query)}
    nothing = (0, None, 0, 0)
    return [
        {
            "queue": queue,
            "due": waiting,
            "oldest_seconds": seconds(oldest, now),
            "held": taken,
            "parked": stopped,
        }
        for queue in sorted({*found, *served})
        for waiting, oldest, taken, stopped in [found.get(queue, nothing)]
    ]


def _heap(count: int, oldest: datetime | None) -> dict:
    return {"count": count, "oldest_at": written(oldest)}


def _out(office: Office, scope: Scope) -> dict:
    """Documents and statuses that the hub has not taken yet."""
    documents = _dispatched(office, scope, WAITING, Dispatch.queued_at)
    statuses = select(func.count(), func.min(ExchangeMessage.created_at)).where(
        ExchangeMessage.agency_id.in_(scope.ids),
        ExchangeMessage.direction == Direction.OUT,
        ExchangeMessage.kind == MessageKind.STATUS,
        ExchangeMessage.state.in_(WAITING),
    )
    found = [documents, office.session().execute(statuses).one()]
    oldest = [at for _number, at in found if at]
    return _heap(sum(number for number, _at in found), min(oldest, default=None))


def _dispatches(office: Office, scope: Scope, states: tuple[T, ...], since) -> dict:
    return _heap(*_dispatched(office, scope, states, since))


def _dispatched(office: Office, scope: Scope, states: tuple[T, ...], since):
    query = (
        select(func.count(), func.min(since))
        .join(OutgoingDocument, Dispatch.document_id == OutgoingDocument.id)
        .where(OutgoingDocument.agency_id.in_(scope.ids), Dispatch.transport_state.in_(states))
    )
    return office.session().execute(query).one()


def _in(office: Office, scope: Scope) -> dict:
    """Arrivals that no clerk has taken or refused yet."""
    query = select(func.count(), func.min(IncomingDocument.arrived_at)).where(
        IncomingDocument.agency_id.in_(scope.ids),
        IncomingDocument.state == IncomingState.ARRIVED,
        IncomingDocument.source != IncomingSource.PAPER,
    )
    return _heap(*office.session().execute(query).one())
