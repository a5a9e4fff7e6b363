"""Dates as the field writes them. Instants are kept in UTC and shown in Vietnam's zone. The time is
an argument: the clock is in `services/office.py`."""

import re
from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "+07:00")
_WRITTEN = re.compile("([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def local(moment: datetime) -> datetime:
    """An aware instant in Vietnam's zone."""
    return moment.astimezone(VIETNAM)


def local_date(moment: datetime) -> date:
    return local(moment).date()


def start_of_day(day: date) -> datetime:
    """The instant at which this day begins in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def read_day(text: str) -> date:
    """A day as a browser sends it (2026-11-22) or as the office writes it (22/11/2026). Raises
    ValueError."""
    if written := _WRITTEN.fullmatch(text.strip()):
        day, month, year = map(int, written.groups())
        return date(year, month, day)
    return date.fromisoformat(text.strip())


def date_line(day: date) -> str:
    """The date as a document prints it: days below 10 and January, February get a leading 0.

    NĐ 30/2020, Phụ lục I, phần I, mục II.4.
    """
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def signing_time(moment: datetime) -> str:
    """The time of signing as the agency's text block says it, the zone spelt out (NĐ 30/2020, Phụ
    lục I, phần I, mục II.8: the zone of Vietnam after ISO 8601)."""
    return f"{local(moment):%d-%m-%Y %H:%M:%S} +07:00"


def next_night(moment: datetime, minutes: int) -> datetime:
    """The next time that it is 2 o'clock in Vietnam, and some minutes: work for when nobody waits,
    not on all machines at once."""
    here = local(moment)
    night = here.replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)
    return night if night > here else night + timedelta(days=1)
