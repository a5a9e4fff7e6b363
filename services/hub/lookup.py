"""What the axis and the pages ask of the directory: entries by code, names, lists for the wire."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from adapters.axis.records import AgencyRecord, DirectoryRecord, SynchronizeUnit
from domain.text import fold
from models.hub import DirectoryEntry
from services.office import Office


def is_dissolved(entry: DirectoryEntry, today: date) -> bool:
    """An entry holds up to and with its last day."""
    return entry.valid_to is not None and entry.valid_to < today


def live_on(today: date) -> ColumnElement[bool]:
    return or_(DirectoryEntry.valid_to.is_(None), DirectoryEntry.valid_to >= today)


def matches(text: str) -> list[ColumnElement[bool]]:
    """Entries with all words of `text`: each begins a word of the name, accents or none; one with
    a digit may stand anywhere in a code."""
    conditions = []
    for word in fold(text).split():
        start = "" if any(letter.isdigit() for letter in word) else " "
        spaced = literal(" ") + DirectoryEntry.search_text
        conditions.append(spaced.contains(start + word, autoescape=True))
    return conditions


def find_by_code(office: Office, codes: Iterable[str]) -> dict[str, DirectoryEntry]:
    """Entries by each of `codes`, which may be present codes or those of before."""
    wanted = set(codes)
    query = select(DirectoryEntry).where(
        or_(DirectoryEntry.code.in_(wanted), DirectoryEntry.old_code.in_(wanted - {""}))
    )
    entries = office.session().scalars(query).all()
    former = {entry.old_code: entry for entry in entries if entry.old_code}
    found = former | {entry.code: entry for entry in entries}
    return {code: found[code] for code in wanted if code in found}


def names(office: Office, codes: Iterable[str]) -> Mapping[str, str]:
    query = select(DirectoryEntry.code, DirectoryEntry.name).where(
        DirectoryEntry.code.in_(set(codes))
    )
    return dict(office.session().execute(query).all())


def agency_records(office: Office) -> list[AgencyRecord]:
    """getAgenciesList: those who can be written to now."""
    live = (DirectoryEntry.is_locked.is_(False), live_on(office.today()))
    query = select(DirectoryEntry).where(*live).order_by(DirectoryEntry.code)
    return [
        AgencyRecord(
            id=entry.code,
            pid=entry.parent_code,
            code=entry.code,
            name=entry.name,
            mail=entry.email,
            old_code=entry.old_code,
            code102=entry.old_code or entry.code,
        )
        for entry in office.session().scalars(query)
    ]


def changes(office: Office, since: int) -> list[DirectoryRecord]:
    """getDirectoryChanges: all whose version lies above `since`, whatever became of them."""
    newer = select(DirectoryEntry).where(DirectoryEntry.version > since)
    ordered = newer.order_by(DirectoryEntry.version, DirectoryEntry.code)
    return [
        DirectoryRecord(
            code=entry.code,
            old_code=entry.old_code,
            pid=entry.parent_code,
            name=entry.name,
            mail=entry.email,
            valid_from=entry.valid_from.isoformat() if entry.valid_from else None,
            valid_to=entry.valid_to.isoformat() if entry.valid_to else None,
            successor=entry.successor_code,
            locked=entry.is_locked,
            version=entry.version,
        )
        for entry in office.session().scalars(ordered)
    ]


def unit_records(office: Office) -> list[SynchronizeUnit]:
    """getSynchronizeUnit: all who ever were, those who cannot be written to marked as deleted."""
    today = office.today()
    query = select(DirectoryEntry).order_by(DirectoryEntry.version, DirectoryEntry.code)
    return [
        SynchronizeUnit(
            id=entry.code,
            pid=entry.parent_code,
            code=entry.code,
            name=entry.name,
            mail=entry.email,
            version=entry.version,
            deleted=entry.is_locked or is_dissolved(entry, today),
            is_agency=True,
        )
        for entry in office.session().scalars(query)
    ]
