"""Dates and times as the wire writes them: `yyyy/MM/dd` and `yyyy/MM/dd HH:mm:ss`, Vietnamese local
time without a zone. Reading also takes the forms that careless producers send."""

import re
from datetime import date, datetime

from domain.dates import VIETNAM

_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[T ]+(.*))?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ]+(.*))?", re.ASCII)
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?(AM|PM|SA|CH))? ?(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_AFTERNOON = {"PM", "CH"}  # as .NET writes times in English and in Vietnamese


def write_day(day: date) -> str:
    return day.isoformat()[:10].replace("-", "/")


def write_moment(at: datetime) -> str:
    local = at.astimezone(VIETNAM)
    return f"{write_day(local)} {local:%H:%M:%S}"


def read_day(text: str) -> date | None:
    """The day, whatever time follows it; None where there is no such day (2014/02/30)."""
    day, _ = _split(text)
    return day


def read_moment(text: str) -> datetime | None:
    """The moment in Vietnamese time; a day without a clock is its midnight."""
    day, clock = _split(text)
    found = _CLOCK.fullmatch(" ".join(clock.split())) if clock else None
    if day is None or (clock and not found):
        return None
    if not found:
        return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    hour, minute, second, half, zone = found.groups()
    try:
        local = datetime.fromisoformat(
            f"{day.isoformat()}T{_hour(hour, half):02}:{minute}:{second or '00'}{zone or ''}"
        )
        return local.astimezone(VIETNAM) if zone else local.replace(tzinfo=VIETNAM)
    except (ValueError, OverflowError):
        return None


def _hour(text: str, half: str | None) -> int:
    """Of a day with two halves 12 is the first hour, and there is no 13."""
    hour = int(text)
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(text)
    return hour % 12 + (12 if half.upper() in _AFTERNOON else 0)


def _split(text: str) -> tuple[date | None, str]:
    text = text.strip()
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day, clock = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year, clock = found.groups()
    else:
        return None, ""
    try:
        return date(int(year), int(month), int(day)), clock or ""
    except ValueError:
        return None, ""
