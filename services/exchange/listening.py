"""Waiting at the hub for something to come, so that mail does not wait for the next poll. A call
stands open there (adapters/axis: awaitReceived); when it brings news, the poll of that hub is due
at once, and whoever listens does it, beside the worker that sends meanwhile. Whether this works or
not, nothing is lost: polls come at their own pace.

No transaction and no connection to the database is held while waiting.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select

from adapters.axis.errors import AxisError, NotOffered
from adapters.axis.records import News
from domain.errors import Refusal, Unavailable
from domain.roles import SYSTEM
from models.agencies import HubLink
from models.exchange import OutboxItem, OutboxState
from services.exchange import links
from services.office import Office
from services.unit_of_work import transaction

log = structlog.get_logger()
AT_ONCE = 0.0
AWAY = 15.0  # seconds until a hub that gave no answer is asked again
CROWDED = 30.0
NEVER_HEARD = 600.0  # another make: it may be replaced by one that knows how
HELD = 0.2  # a poll is at work this moment: what has come since may not be in its list
# After a poll that news brought about: what comes in a stream is taken together, for a round of
# polls costs more than what one package adds to it.
GATHERING = 0.25


class Busy(Exception):
    """A poll is at work."""


@dataclass
class Ear:
    """One call after the other over one line: `mark` is what the hub knew last, `pause` how long to
    rest before the next call, `heard` what has not been passed on yet: the urgency of the news;
    `due` the poll that is to be done for it now."""

    line_id: int
    mark: str = ""
    pause: float = AT_ONCE
    heard: int | None = None
    due: int | None = None


def hubs(office: Office) -> list[int]:
    """The lines to listen on, one for each hub."""
    found = links.leads(office.session()) if office.settings.wait_seconds > 0 else []
    office.session().rollback()
    return found


def listen(office: Office, ear: Ear) -> None:
    """Makes one call, which may wait, and passes on what it brings."""
    attend(office, ear, "poll", lambda: _call(office, ear))


def attend(office: Office, ear: Ear, poll: str, call: Callable[[], News]) -> None:
    """As `listen`; `poll` is the kind of work that is due when something has come."""
    if ear.heard is None:
        _hear(ear, call)
    if ear.heard is not None:
        try:
            ear.due = _hasten(office, poll, ear.line_id, ear.heard)
            ear.heard, ear.pause = None, GATHERING
        except Busy:
            ear.pause = HELD


def _call(office: Office, ear: Ear) -> News:
    link = office.session().get(HubLink, ear.line_id, populate_existing=True)
    if link is None:
        raise Unavailable("hub-link-missing")
    party = links.party(office, link)
    with links.connect(office, party.caller or link.agency_id) as axis:
        return axis.await_received(party.others, ear.mark, office.settings.wait_seconds)


def _hear(ear: Ear, call: Callable[[], News]) -> None:
    started = time.monotonic()
    try:
        news = call()
    except NotOffered:
        ear.pause = NEVER_HEARD
        return
    except (AxisError, Refusal) as error:
        log.info("not listening", problem=str(error))
        ear.pause, ear.mark = AWAY, ""
        return
    is_first, in_vain = not ear.mark, time.monotonic() - started < 1 and not news.is_new
    ear.mark, ear.heard = news.mark, news.urgency if news.is_new else None
    # In vain and at once: all places over there are taken. The polls go on as ever.
    ear.pause = CROWDED if in_vain and not is_first else AT_ONCE


def _hasten(office: Office, poll: str, line_id: int, urgency: int) -> int | None:
    """Makes the poll due now and gives its id. Raises Busy while it is being done: it may have
    looked already."""
    with transaction(office, SYSTEM) as work:
        item = work.session.scalars(_poll_of(poll, line_id)).first()
        if item is None:
            return None
        if item.lease_until is not None and item.lease_until >= work.now:
            raise Busy
        item.priority = urgency
        item.due_at = min(item.due_at, work.now)
        item.woken_at = work.now  # by ourselves: the sweeper looks again later
        return item.id


def _poll_of(poll: str, line_id: int):
    return (
        select(OutboxItem)
        .where(
            OutboxItem.kind == poll,
            OutboxItem.subject_id == line_id,
            OutboxItem.state == OutboxState.DUE,
        )
        .with_for_update()
    )
