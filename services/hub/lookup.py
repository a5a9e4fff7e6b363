"""What the axis and the pages ask of the directory: entries by code, names, lists for the wire."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from adapters.axis.records import AgencyRecord, DirectoryRecord, SynchronizeUnit
from domain.code_routes import head_office
from domain.dates import local
from domain.text import fold
from models.hub import DirectoryEntry
from models.search_words import has_words
from services.directory import MOST_FOUND
from services.office import Office

COLUMNS = (
    DirectoryEntry.code, DirectoryEntry.old_code, DirectoryEntry.parent_code, DirectoryEntry.name,
    DirectoryEntry.email, DirectoryEntry.valid_from, DirectoryEntry.valid_to,
    DirectoryEntry.successor_code, DirectoryEntry.forwards, DirectoryEntry.is_locked,
    DirectoryEntry.version, DirectoryEntry.changed_at,
)  # fmt: skip
BY_CODE = select(DirectoryEntry).where(
    or_(
        DirectoryEntry.code.in_(bindparam("codes", expanding=True)),
        DirectoryEntry.old_code.in_(bindparam("former", expanding=True)),
    )
)
ROWS_AT_ONCE = 1000
CHANGES = 5000
LEVELS = 20  # of the state, with room; more is a circle


def is_dissolved(entry: DirectoryEntry | Row, today: date) -> bool:
    """An entry holds up to and with its last day."""
    return entry.valid_to is not None and entry.valid_to < today


def is_early(entry: DirectoryEntry | Row, today: date) -> bool:
    """A reorganisation is entered before its day."""
    return entry.valid_from is not None and entry.valid_from > today


def is_open(entry: DirectoryEntry | Row, today: date) -> bool:
    """Whether it can be written to on that day."""
    return not (entry.is_locked or is_dissolved(entry, today) or is_early(entry, today))


def live_on(today: date) -> ColumnElement[bool]:
    since, until = DirectoryEntry.valid_from, DirectoryEntry.valid_to
    return and_(or_(since.is_(None), since <= today), or_(until.is_(None), until >= today))


def matches(text: str, most: int = MOST_FOUND) -> list[ColumnElement[bool]]:
    """Entries with all words of `text`: each begins a word of the name, accents or none, or a part
    of a code. Of very many `most` are found."""
    return [has_words(DirectoryEntry, text, most)] if fold(text) else []


def find_by_code(office: Office, codes: Iterable[str]) -> dict[str, DirectoryEntry]:
    """Entries by each of `codes`, which may be present codes or those of before."""
    wanted = set(codes)
    values = {"codes": list(wanted), "former": list(wanted - {""})}
    entries = office.session().scalars(BY_CODE, values).all()
    former = {entry.old_code: entry for entry in entries if entry.old_code}
    found = former | {entry.code: entry for entry in entries}
    return {code: found[code] for code in wanted if code in found}


def names(office: Office, codes: Iterable[str]) -> Mapping[str, str]:
    query = select(DirectoryEntry.code, DirectoryEntry.name).where(
        DirectoryEntry.code.in_(set(codes))
    )
    return dict(office.session().execute(query).all())


def agency_records(office: Office) -> Iterator[AgencyRecord]:
    """getAgenciesList: those who can be written to now."""
    live = (DirectoryEntry.is_locked.is_(False), live_on(office.today()))
    for entry in _told(office, select(*COLUMNS).where(*live).order_by(DirectoryEntry.code)):
        yield AgencyRecord(
            id=entry.code,
            pid=entry.parent_code,
            code=entry.code,
            name=entry.name,
            mail=entry.email,
            old_code=entry.old_code,
            code102=entry.old_code or entry.code,
        )


def changes(office: Office, since: int) -> Iterator[DirectoryRecord]:
    """getDirectoryChanges: whose version lies above `since`, whatever became of them; of very many
    the first CHANGES, with all that bear the last one's version: who asks goes on from there. Who
    is ahead knows what a restored backup of this hub forgot, and is told everything anew."""
    newest = office.session().scalar(select(func.max(DirectoryEntry.version))) or 0
    since = since if since <= newest else 0
    versions = select(DirectoryEntry.version).where(DirectoryEntry.version > since)
    last = office.session().scalar(
        versions.order_by(DirectoryEntry.version).offset(CHANGES - 1).limit(1)
    )
    newer = select(*COLUMNS).where(DirectoryEntry.version > since)
    if last is not None:
        newer = newer.where(DirectoryEntry.version <= last)
    for entry in _told(office, newer.order_by(DirectoryEntry.version, DirectoryEntry.code)):
        yield DirectoryRecord(
            code=entry.code,
            old_code=entry.old_code,
            pid=entry.parent_code,
            name=entry.name,
            mail=entry.email,
            valid_from=entry.valid_from.isoformat() if entry.valid_from else None,
            valid_to=entry.valid_to.isoformat() if entry.valid_to else None,
            successor=entry.successor_code,
            forwards=entry.forwards,
            locked=entry.is_locked,
            version=entry.version,
        )


def unit_records(office: Office) -> Iterator[SynchronizeUnit]:
    """getSynchronizeUnit: all who ever were, those who cannot be written to marked as deleted."""
    today, above = office.today(), _parents(office)
    every = select(*COLUMNS).order_by(DirectoryEntry.version, DirectoryEntry.code)
    for entry in _told(office, every):
        yield SynchronizeUnit(
            id=entry.code,
            pid=entry.parent_code,
            code=entry.code,
            name=entry.name,
            mail=entry.email,
            version=entry.version,
            center_code=_center(entry, above),
            deleted=not is_open(entry, today),
            modify_date=_moment(entry.changed_at),
            is_agency=True,
        )


def _parents(office: Office) -> Mapping[str, str]:
    """Of all who are somebody's parent, their own: a tenth of the directory."""
    parents = select(DirectoryEntry.parent_code).where(DirectoryEntry.parent_code != "")
    query = select(DirectoryEntry.code, DirectoryEntry.parent_code)
    return dict(office.session().execute(query.where(DirectoryEntry.code.in_(parents))).all())


def _center(entry: Row, above: Mapping[str, str]) -> str:
    """Who stands at the head of those above it; their parents may not all be in the directory."""
    head, over = entry.code, entry.parent_code
    for _ in range(LEVELS):
        if not over:
            break
        head, over = over, above.get(over, "")
    return head_office(head)


def _told(office: Office, query: Select) -> Iterator[Row]:
    """Rows, not objects, and never all at once: the list of a country has 120,000."""
    return iter(office.session().execute(query.execution_options(yield_per=ROWS_AT_ONCE)))


def _moment(at: datetime | None) -> str | None:
    return local(at).strftime("%d/%m/%Y %H:%M:%S") if at else None
