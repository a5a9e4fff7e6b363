"""Working days and deadlines. Public holidays are an argument: the calendar is an adapter."""

from collections.abc import Collection
from datetime import date, timedelta


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() < 5 and day not in holidays


def add_working_days(start: date, days: int, holidays: Collection[date]) -> date:
    """The date `days` working days after `start`; 0 gives `start` itself."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if is_working_day(day, holidays):
            days -= 1
    return day


def working_days_between(start: date, end: date, holidays: Collection[date]) -> int:
    """Working days after `start` up to and with `end`; negative when `end` lies before."""
    if end < start:
        return -working_days_between(end, start, holidays)
    span = range(1, (end - start).days + 1)
    return sum(is_working_day(start + timedelta(days=n), holidays) for n in span)


def last_working_day_before(day: date, holidays: Collection[date]) -> date:
    """Whatever was sent up to that day should have been acknowledged before `day` began."""
    day -= timedelta(days=1)
    while not is_working_day(day, holidays):
        day -= timedelta(days=1)
    return day


# "At once" for urgent documents (QĐ 28/2018, Điều 7): so long a clerk may need to see one.
URGENT_ANSWER = timedelta(minutes=30)

# Working days a document is usually given, by urgency (0 ordinary to 4 at a fixed hour): custom and
# no law, for NĐ 30/2020, Điều 24 leaves it to the office's rules and asks haste of urgent ones.
USUAL_DAYS = {0: 10, 1: 3, 2: 2, 3: 1, 4: 1}


def proposed_deadline(
    today: date, urgency: int, asked_by: date | None, holidays: Collection[date]
) -> date:
    """What a form proposes: the sender's own date while it lies ahead, else the usual days."""
    if asked_by is not None and asked_by >= today:
        return asked_by
    return add_working_days(today, USUAL_DAYS.get(urgency, USUAL_DAYS[0]), holidays)
