"""Background work: claimed by lease with a fencing token (law 3), due times in SQL, woken by a
queue that may lose everything (law 1)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import FromClause, Row, bindparam, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from domain.errors import Conflict
from domain.roles import SYSTEM
from models.exchange import OutboxItem, OutboxState
from services.office import Office
from services.unit_of_work import Work, transaction

LEASE = timedelta(seconds=120)
LATE = timedelta(seconds=30)
WAKE_AGAIN = timedelta(seconds=10)
FIRST_PAUSE = 5
LONGEST_PAUSE = 15 * 60
GIVE_UP_AFTER = timedelta(days=7)


class LeaseLost(Conflict):
    """Another worker took this item over; whatever was done here must not be written."""


def _free_rows(table: FromClause) -> tuple[ColumnElement[bool], ...]:
    """As `_free`, in a statement that is written out once."""
    now, held = bindparam("now"), table.c.lease_until
    return table.c.state == OutboxState.DUE, table.c.due_at <= now, or_(held.is_(None), held < now)


# Written out once: each of these is run for every item.
ITEM = OutboxItem.__table__
IN_QUEUE = (ITEM.c.queue == bindparam("queue"), *_free_rows(ITEM))
HIGHEST = select(ITEM.c.priority).where(*IN_QUEUE).order_by(ITEM.c.priority.desc()).limit(1)
OLDEST = (
    select(ITEM.c.id, ITEM.c.priority)
    .where(*IN_QUEUE, ITEM.c.priority == bindparam("priority"))
    .order_by(ITEM.c.due_at)
    .limit(1)
)
CLAIM = (
    update(ITEM)
    .where(ITEM.c.id == bindparam("item_id"), *_free_rows(ITEM))
    .values(
        lease_token=bindparam("token"),
        lease_until=bindparam("until"),
        attempts=ITEM.c.attempts + 1,
    )
    .returning(ITEM.c.kind, ITEM.c.subject_id, ITEM.c.attempts, ITEM.c.repeat_seconds > 0)
)
ALIKE = (
    select(ITEM.c.id)
    .where(*IN_QUEUE, ITEM.c.kind == bindparam("kind"))
    .order_by(ITEM.c.priority.desc(), ITEM.c.due_at)
    .limit(bindparam("most"))
)
HELD = update(ITEM).where(
    ITEM.c.id == bindparam("item_id"), ITEM.c.lease_token == bindparam("token")
)
RENEW = HELD.values(lease_until=bindparam("until"))


@dataclass(frozen=True)
class Lease:
    """The right to do one item now. `token` fences: results are written only with it."""

    item_id: int
    kind: str
    subject_id: int
    attempts: int
    token: str
    repeats: bool = False


def most_urgent(office: Office, item_id: int) -> int:
    """The item that a wake-up for `item_id` is best spent on: urgent work passes a backlog, and its
    own wake-up, when it comes, does what was passed."""
    session, now = office.session(), office.now()
    item = session.get(OutboxItem, item_id, populate_existing=True)
    if item is None:
        return item_id
    first = _first(session, item.queue, now)
    passes = first is not None and (first.priority > item.priority or not _is_free(item, now))
    return first.id if passes else item_id


def queue_of(office: Office, item_id: int) -> str:
    """Where the item waits; empty where there is none."""
    query = select(OutboxItem.queue).where(OutboxItem.id == item_id)
    return office.session().scalar(query) or ""


def next_free(office: Office, queue: str) -> int | None:
    """The item to be done next in a queue: of the most urgent ones the longest due."""
    first = _first(office.session(), queue, office.now())
    return first and first.id


def _first(session: Session, queue: str, now: datetime) -> Row | None:
    # In two steps, each of which finds its row by the index behind a backlog of any length.
    values = {"queue": queue, "now": now}
    highest = session.execute(HIGHEST, values).scalar()
    if highest is None:
        return None
    return session.execute(OLDEST, values | {"priority": highest}).one_or_none()


def _is_free(item: OutboxItem, now: datetime) -> bool:
    held = item.lease_until is not None and item.lease_until >= now
    return item.state == OutboxState.DUE and item.due_at <= now and not held


def _free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Items that somebody may take now."""
    return (
        OutboxItem.state == OutboxState.DUE,
        OutboxItem.due_at <= now,
        or_(OutboxItem.lease_until.is_(None), OutboxItem.lease_until < now),
    )


def claim(office: Office, item_id: int) -> Lease | None:
    """Takes the item by a conditional UPDATE; None when it is done, not due or held by another."""
    now, token = office.now(), secrets.token_hex(16)
    values = {"item_id": item_id, "now": now, "token": token, "until": now + LEASE}
    with transaction(office, SYSTEM) as work:
        claimed = work.session.execute(CLAIM, values).one_or_none()
        if claimed is None:
            return None
        kind, subject_id, attempts, repeats = claimed
        return Lease(item_id, kind, subject_id, attempts, token, repeats)


def claim_more(office: Office, lease: Lease, queue: str, most: int) -> list[Lease]:
    """Takes other items of the same kind that are due in the same queue, the most urgent first."""
    session, now = office.session(), office.now()
    alike = {"queue": queue, "now": now, "kind": lease.kind, "most": most}
    others = session.scalars(ALIKE, alike).all()
    if not others:
        return []
    values = {"now": now, "token": lease.token, "until": now + LEASE}
    with transaction(office, SYSTEM) as work:
        rows = [
            (item_id, work.session.execute(CLAIM, values | {"item_id": item_id}).one_or_none())
            for item_id in others
        ]
    return [
        Lease(item_id, kind, subject_id, attempts, lease.token, repeats)
        for item_id, row in rows
        if row is not None
        for kind, subject_id, attempts, repeats in [row]
    ]


def renew(work: Work, lease: Lease, span: timedelta | None = None) -> None:
    """Holds the item for another LEASE or longer, in a transaction that writes a part of the result
    or while a long transfer goes on (services/carrying.py); raises LeaseLost."""
    values = {"item_id": lease.item_id, "token": lease.token, "until": work.now + (span or LEASE)}
    held = work.session.execute(RENEW, values)
    if held.rowcount != 1:
        raise LeaseLost("lease-lost")


def settle(work: Work, lease: Lease, at: datetime | None = None) -> None:
    """Marks the item done, in the transaction that writes its result; a repeating one comes again
    at its pace, or at the time given. Raises LeaseLost."""
    values = {"state": OutboxState.DONE, "finished_at": work.now}
    item = _fresh(work, lease) if lease.repeats else None
    if item is not None and item.repeat_seconds:  # its pace may have changed meanwhile
        next_time = at or work.now + timedelta(seconds=item.repeat_seconds)
        values = {"due_at": next_time, "attempts": 0}
    _write(work, lease, problem="", **values)


def postpone(work: Work, lease: Lease, problem: str, until: datetime | None = None) -> bool:
    """Puts the item off with a growing pause, or, where nothing was tried, until a given time;
    parks it after a week. True when it was parked."""
    item = _fresh(work, lease)
    if item is not None and not item.repeat_seconds and work.now - item.created_at > GIVE_UP_AFTER:
        park(work, lease, problem)
        return True
    if until is not None:
        untried = OutboxItem.attempts - 1
        _write(work, lease, problem=problem[:500], due_at=until, attempts=untried)
        return False
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(lease.attempts - 1, 10))
    jitter = pause * (0.8 + 0.4 * secrets.randbelow(1000) / 1000)
    _write(work, lease, problem=problem[:500], due_at=work.now + timedelta(seconds=jitter))
    return False


def again(work: Work, lease: Lease) -> None:
    """Gives the item back, due at once: what stood in the way is gone."""
    _write(work, lease, due_at=work.now, woken_at=None)


def park(work: Work, lease: Lease, problem: str) -> None:
    """Stops trying; the item stays visible until a person resumes it."""
    _write(work, lease, problem=problem[:500], state=OutboxState.PARKED, finished_at=work.now)


def resume(work: Work, item: OutboxItem) -> None:
    """A parked item is due again, at once."""
    item.state, item.due_at, item.created_at = OutboxState.DUE, work.now, work.now
    item.attempts, item.problem, item.finished_at = 0, "", None
    item.woken_at = work.now
    work.woken.append((item.queue, item))


def _fresh(work: Work, lease: Lease) -> OutboxItem | None:
    return work.session.get(OutboxItem, lease.item_id, populate_existing=True)


def _write(work: Work, lease: Lease, **values: object) -> None:
    given_back = HELD.values(lease_token=None, lease_until=None, **values)
    held = {"item_id": lease.item_id, "token": lease.token}
    written = work.session.execute(given_back, held)
    if written.rowcount != 1:
        raise LeaseLost("lease-lost")


def wake_due(office: Office, limit: int = 200) -> int:
    """The sweeper's step: wakes a worker for each item that is due, not held, and not woken lately.

    A lost wake-up, an emptied queue and a dead worker all end here.
    """
    now = office.now()
    if not _due(office.session(), now, 1):
        return 0  # most seconds: no need to take the lock of writers
    with transaction(office, SYSTEM) as work:
        items = _due(work.session, now, limit)
        for item in items:
            item.woken_at = now
            work.woken.append((item.queue, item))
    return len(items)


def _due(session: Session, now: datetime, limit: int) -> Sequence[OutboxItem]:
    return session.scalars(
        select(OutboxItem)
        .where(
            *_free(now),
            or_(
                OutboxItem.woken_at.is_(None),
                OutboxItem.woken_at < OutboxItem.due_at,
                OutboxItem.woken_at < now - WAKE_AGAIN,
            ),
        )
        .order_by(OutboxItem.priority.desc(), OutboxItem.due_at)
        .limit(limit)
    ).all()


def stalled(office: Office) -> int:
    """How much work is long due and held by nobody: the queue server or the workers are away."""
    now = office.now()
    return office.session().scalar(
        select(func.count(OutboxItem.id)).where(
            OutboxItem.state == OutboxState.DUE,
            OutboxItem.due_at < now - LATE,
            or_(OutboxItem.lease_until.is_(None), OutboxItem.lease_until < now),
        )
    )


def give_back(office: Office, lease: Lease) -> None:
    """As `again`, in a transaction of its own, unless it is done or another's already."""
    try:
        with transaction(office, SYSTEM) as work:
            again(work, lease)
    except LeaseLost:
        return


def put_off(office: Office, lease: Lease, problem: str) -> None:
    """Postpones in a transaction of its own: for failures that no service foresaw."""
    try:
        with transaction(office, SYSTEM) as work:
            postpone(work, lease, problem)
    except LeaseLost:
        return
