"""The running office: what every use case needs around it: database session, files, clock,
settings, the way to wake a worker and the way to reach an axis."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from adapters.axis.client import AxisClient
from adapters.calendar import public_holidays
from adapters.files import FileStore
from config import Settings
from domain.dates import local_date

Wake = Callable[[str, int], None]


def utc_now() -> datetime:
    """The one clock of the program; everything else takes the time as an argument."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Office:
    """One per process. `session()` gives the session of the current request or job; `turn()` is
    held while writing, where the database lets writers of one process queue better than it does."""

    settings: Settings
    session: Callable[[], Session]
    files: FileStore
    wake: Wake
    clock: Callable[[], datetime] = utc_now
    connect: Callable[[str, str, str], AxisClient] = field(default=AxisClient)
    turn: Callable[[], AbstractContextManager] = nullcontext

    def now(self) -> datetime:
        return self.clock()

    def today(self) -> date:
        return local_date(self.clock())


@lru_cache(maxsize=32)
def _holidays_of(year: int) -> frozenset[date]:
    return public_holidays(year)


def holidays_around(day: date) -> frozenset[date]:
    """Public holidays of this year and its neighbours: enough for any deadline."""
    return _holidays_of(day.year - 1) | _holidays_of(day.year) | _holidays_of(day.year + 1)
