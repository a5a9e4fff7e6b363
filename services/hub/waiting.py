"""Long polls at the hub: a call that waits until something new has come for its codes, or its time
is over. Each occupies a thread of the web process, so their number is bounded: whoever comes when
all places are taken is answered at once and asks again at its own pace. While it waits a call holds
no connection to the database and no transaction.

The process that accepts a package wakes those who wait in it, and rings for those who wait in the
node's other web processes (adapters/bell.py). Each also looks for itself once in PACE seconds, for
the bell may be away.
"""

import threading
import time
from collections.abc import Collection, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from sqlalchemy import func, select

from adapters.bell import Bell
from models.hub import Delivery, DeliveryState, HubMessage
from services.hub.deliveries import is_for
from services.office import Office

PACE = 1.0
LONGEST = 25


@dataclass(frozen=True)
class Mark:
    """How much lies there untouched: the newest delivery and how many. Both, for a delivery can be
    offered again, and on PostgreSQL an older number may become visible after a younger one."""

    newest: int = 0
    count: int = 0

    @classmethod
    def read(cls, text: str) -> "Mark":
        newest, _, count = text.partition("-")
        both = (newest, count)
        sound = all(t.isascii() and t.isdecimal() and len(t) <= 18 for t in both)
        return cls(int(newest), int(count)) if sound else cls()

    def __str__(self) -> str:
        return f"{self.newest}-{self.count}"


class Places:
    """The calls that wait in this process. `tell` wakes those that wait for one of the codes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[threading.Event, frozenset[str]] = {}
        self._closed = False

    @contextmanager
    def place(self, codes: Collection[str], most: int):
        """An event that is set when something has come; None when no place is free."""
        event = threading.Event()
        with self._lock:
            free = not self._closed and len(self._waiting) < most
            if free:
                self._waiting[event] = frozenset(codes)
        try:
            yield event if free else None
        finally:
            with self._lock:
                self._waiting.pop(event, None)

    def tell(self, codes: Iterable[str]) -> None:
        told = set(codes)
        with self._lock:
            for event, wanted in self._waiting.items():
                if not wanted.isdisjoint(told):
                    event.set()

    def close(self) -> None:
        """The process is about to end: nobody waits any more."""
        with self._lock:
            self._closed = True
            for event in self._waiting:
                event.set()

    @property
    def is_closed(self) -> bool:
        return self._closed


PLACES = Places()
close = PLACES.close
_bell = cache(Bell)


def tell(office: Office, codes: Collection[str]) -> None:
    """Wakes the calls that wait for one of the codes, in this process and in the others."""
    PLACES.tell(codes)
    _bell(office.settings.redis_url).ring(codes)


@cache
def _listening(redis_url: str) -> threading.Thread:
    """The one thread of this process that hears the others, from the first call that waits on."""
    thread = threading.Thread(target=_bell(redis_url).listen, args=(PLACES.tell,), daemon=True)
    thread.start()
    return thread


def news(
    office: Office, codes: Collection[str], after: str, seconds: int, places: Places = PLACES
) -> tuple[Mark, bool]:
    """What lies there for the codes, and whether some of it is new since the mark `after`; waits
    for that up to `seconds`. Without a mark the answer comes at once."""
    before, mark = Mark.read(after), _mark(office, codes)
    seconds = min(seconds, LONGEST, office.settings.wait_seconds)
    if not after or seconds <= 0 or _is_new(mark, before):
        return mark, bool(after) and _is_new(mark, before)
    _listening(office.settings.redis_url)
    until = time.monotonic() + seconds
    with places.place(codes, office.settings.waiters) as event:
        while event is not None and (left := until - time.monotonic()) > 0:
            # What is taken in the meantime lowers the bar for what comes then.
            before = Mark(before.newest, min(before.count, mark.count))
            event.wait(min(left, PACE))
            event.clear()
            mark = _mark(office, codes)
            if _is_new(mark, before) or places.is_closed:
                break
    return mark, _is_new(mark, before)


def _is_new(mark: Mark, before: Mark) -> bool:
    return mark.newest > before.newest or mark.count > before.count


def _mark(office: Office, codes: Collection[str]) -> Mark:
    query = select(func.max(Delivery.id), func.count(Delivery.id)).where(*_untouched(codes))
    newest, count = office.session().execute(query).one()
    office.session().rollback()  # gives the connection back: others need it while this one waits
    return Mark(newest or 0, count)


def urgency(office: Office, codes: Collection[str]) -> int:
    """That of the most urgent package which nobody has fetched yet."""
    query = select(func.max(HubMessage.urgency)).join(Delivery).where(*_untouched(codes))
    return office.session().scalar(query) or 0


def _untouched(codes: Collection[str]) -> tuple:
    return is_for(codes), Delivery.state == DeliveryState.INITIAL, Delivery.parked_at.is_(None)
