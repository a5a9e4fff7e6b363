"""The nightly job `renew_stamps`: wakes `preserve` for every file whose archive stamp nears the end
of its certificate, and once more for those where something is still missing; takes in what nothing
is kept of yet; tells when the authority stays away."""

from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select

from domain.dates import VIETNAM, local
from domain.roles import SYSTEM
from models.exchange import OutboxItem, OutboxState
from models.preservation import Preservation
from services import outbox, repeating
from services.office import Office
from services.outbox import Lease
from services.preservation import outcome, taking_in, warning
from services.preservation.keeping import KIND, PRIORITY, QUEUE
from services.unit_of_work import Work, transaction

NIGHTLY, EVERY = "renew_stamps", 24 * 3600
NIGHT = time(1, 30, tzinfo=VIETNAM)
AT_ONCE = 500
HOPEFUL = timedelta(days=30)  # so long is revocation of a file asked for again by night


def ensure(office: Office) -> None:
    """The job exists on a node; cheap when it does, for the sweeper asks often."""
    if not office.settings.is_hub:
        repeating.ensure(office, QUEUE, {NIGHTLY: EVERY})


def renew_stamps(office: Office, lease: Lease) -> None:
    """Part after part, each in a transaction of its own that still holds the lease."""
    while True:
        with transaction(office, SYSTEM) as work:
            outbox.renew(work, lease)
            woken = wake(work, _due(work))
        if woken < AT_ONCE:
            break
    taken, found = 0, 1
    while found and taken < taking_in.A_NIGHT:
        with transaction(office, SYSTEM) as work:
            outbox.renew(work, lease)
            found = taking_in.part(work)
        taken += found
    with transaction(office, SYSTEM) as work:
        warning.warn(work)
        outbox.settle(work, lease, _next_night(work.now))


def _next_night(now: datetime) -> datetime:
    tonight = datetime.combine(local(now).date(), NIGHT)
    return tonight if tonight > now else tonight + timedelta(days=1)


def wake(work: Work, wanted) -> int:
    """Lets `preserve` run for these files where it is not waiting to already; how many."""
    waiting = exists().where(
        OutboxItem.kind == KIND,
        OutboxItem.subject_id == Preservation.id,
        OutboxItem.state == OutboxState.DUE,
    )
    query = select(Preservation.id).where(wanted, ~waiting).order_by(Preservation.id)
    found = work.session.scalars(query.limit(AT_ONCE)).all()
    for row_id in found:
        work.enqueue(QUEUE, KIND, row_id, priority=PRIORITY)
    work.session.flush()
    return len(found)


def hurry(work: Work, wanted) -> int:
    """The same at once, also for files whose next try was put off; how many."""
    put_off = (
        select(OutboxItem)
        .join(Preservation, Preservation.id == OutboxItem.subject_id)
        .where(
            OutboxItem.kind == KIND,
            OutboxItem.state == OutboxState.DUE,
            OutboxItem.lease_token.is_(None),
            wanted,
        )
        .order_by(OutboxItem.id)
    )
    items = work.session.scalars(put_off.limit(AT_ONCE)).all()
    for item in items:
        item.due_at = item.woken_at = work.now
        work.woken.append((item.queue, item))
    return len(items) + wake(work, wanted)


def hopeful(office: Office) -> ColumnElement[bool]:
    """Files of which something is missing that another try may bring."""
    hopeless = [] if office.settings.tsa_url else [outcome.NO_AUTHORITY]
    return Preservation.missing.not_in(["", *hopeless])


def _due(work: Work) -> ColumnElement[bool]:
    settings = work.office.settings
    ending = Preservation.stamp_ends <= work.now + timedelta(days=settings.stamp_renewal_days)
    old = and_(
        Preservation.missing == outcome.UNKNOWN, Preservation.created_at < work.now - HOPEFUL
    )
    return or_(ending, and_(hopeful(work.office), ~old))
