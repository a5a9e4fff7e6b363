"""The job `turn_directory`: an agency whose first day has come, or whose last one is over, can be
written to from today on, or no more. Nobody changed its entry that day; clients that ask only for
what has a newer version (getSynchronizeUnit, getDirectoryChanges) are to hear of it too."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select

from domain.dates import VIETNAM, local
from domain.roles import SYSTEM
from models.hub import DirectoryEntry
from services import outbox, repeating
from services.hub.directory import renew_all
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import Work, transaction

QUEUE, KIND = "exchange", "turn_directory"
DAY = timedelta(days=1)
LOOKED_BACK = 60 * DAY  # a hub that was away for longer is set up anew
AFTER_MIDNIGHT = timedelta(seconds=5)
AT_ONCE = 500
NAMED = 10


def ensure(office: Office) -> None:
    """The job exists on a hub; cheap when it does, for the sweeper asks often."""
    if office.settings.is_hub:
        repeating.ensure(office, QUEUE, {KIND: int(DAY.total_seconds())})


def turn_directory(office: Office, lease: Lease) -> None:
    """Part after part, each in a transaction of its own that still holds the lease."""
    turned = AT_ONCE
    while turned == AT_ONCE:
        with transaction(office, SYSTEM) as work:
            outbox.renew(work, lease)
            turned = turn(work)
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease, _midnight(local(work.now).date() + DAY) + AFTER_MIDNIGHT)


def turn(work: Work) -> int:
    """Gives those whose day came since their last change a new version; how many."""
    due = _due(work)
    if due:
        renew_all(work, due)
        codes = [entry.code for entry in due[:NAMED]]
        work.audit("hub:directory_edit", change="day_came", codes=codes, count=len(due))
    return len(due)


def _due(work: Work) -> Sequence[DirectoryEntry]:
    E, today = DirectoryEntry, work.office.today()
    lately = today - LOOKED_BACK
    begun = E.valid_from.between(lately, today)
    ended = E.valid_to.between(lately, today - DAY)
    found = work.session.scalars(select(E).where(or_(begun, ended)).order_by(E.id))
    return [entry for entry in found if _is_news(entry, today)][:AT_ONCE]


def _is_news(entry: DirectoryEntry, today: date) -> bool:
    turns = [entry.valid_from, entry.valid_to and entry.valid_to + DAY]
    last = max(day for day in turns if day is not None and day <= today)
    return entry.changed_at is None or entry.changed_at < _midnight(last)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)
