"""How values look on a screen: dates and times as the field writes them, in Vietnam's zone."""

from datetime import date, datetime

from flask import Flask
from flask_babel import gettext as _

from blueprints.labels import label, tone
from domain.dates import local
from domain.roles import SYSTEM


def day(value: date | datetime | None) -> str:
    """`22/11/2026`; nothing for nothing."""
    if isinstance(value, datetime):
        value = local(value).date()
    return value.strftime("%d/%m/%Y") if value else ""


def moment(value: datetime | None) -> str:
    """`22/11/2026 16:05`."""
    return local(value).strftime("%d/%m/%Y %H:%M") if value else ""


def number(value: float | None) -> str:
    """`1.234,5`: points between thousands, a comma before decimals."""
    if value is None:
        return ""
    text = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    return text.translate(str.maketrans({",": ".", ".": ","}))


def storage(size: float) -> str:
    """`512 byte`, `3,0 KB`, `1,5 MB`."""
    if size < 1024:
        return f"{size} byte"
    for unit in ("KB", "MB"):
        size /= 1024
        if size < 1000:
            return f"{number(size)} {unit}"
    return f"{number(size / 1024)} GB"


def fingerprint(sha256: str) -> str:
    """`AB:CD:…`, as authorities print it."""
    return ":".join(sha256[at : at + 2].upper() for at in range(0, len(sha256), 2))


def grouped(sha256: str) -> str:
    """`ABCD EF01 …`: in fours, to be compared by eye."""
    return " ".join(sha256[at : at + 4].upper() for at in range(0, len(sha256), 4))


def doer(name: str | None) -> str:
    """Who did something: a person by name, the system in the reader's language."""
    return _("Hệ thống") if name == SYSTEM.name else name or ""


def register(app: Flask) -> None:
    for filter_ in (fingerprint, grouped, day, moment, doer, number, storage, label, tone):
        app.jinja_env.filters[filter_.__name__] = filter_
