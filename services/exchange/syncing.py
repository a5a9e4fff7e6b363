"""The job `sync_directory`: the node's copy of the hub's directory. Our own hub tells what changed,
also who was dissolved and who took over; another axis gives the list of those who can be written
to. The copy is used as it is while the hub is away, and a list that has lost half of the agencies
is not believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update

from adapters.axis.client import AxisClient
from adapters.axis.errors import AxisError, PermanentAxisError
from adapters.axis.records import AgencyRecord, DirectoryRecord
from domain.errors import Refusal
from domain.roles import SYSTEM
from domain.text import fold, nfc
from models.agencies import HubLink
from models.hub import DirectoryEntry
from services import outbox
from services.exchange import links
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import Work, transaction

COLUMNS = ("old_code", "parent_code", "name", "email", "valid_from", "valid_to", "successor_code",
           "forwards", "is_locked")  # fmt: skip
LONGEST_CODE = 35


@dataclass(frozen=True)
class Told:
    """What a hub says of its directory over the line of `agency_id`: all of it, or what changed;
    `version` is where to go on from the next time."""

    agency_id: int
    records: Sequence[AgencyRecord | DirectoryRecord]
    is_whole: bool
    version: int = 0


def sync_directory(office: Office, lease: Lease) -> None:
    """Asks over the first line that answers; keeps what there is where none does."""
    problem = "hub-link-missing"
    lines = select(HubLink.agency_id, HubLink.directory_version).order_by(HubLink.id)
    for agency_id, version in office.session().execute(lines).all():
        try:
            _copy(office, lease, agency_id, version)
            problem = ""
            break
        except outbox.LeaseLost:
            raise
        except (AxisError, Refusal) as error:
            problem = links.problem_of(error)
    with transaction(office, SYSTEM) as work:
        if problem:
            outbox.postpone(work, lease, problem)
        else:
            outbox.settle(work, lease)


def _copy(office: Office, lease: Lease, agency_id: int, version: int) -> None:
    """Part after part until nothing is new: a whole country's directory is never held at once. A
    hub that was restored from a backup tells all anew, from a lower version on; once is enough."""
    may_go_back = True
    with links.connect(office, agency_id) as axis:
        while (told := ask(axis, agency_id, version)).records:
            with transaction(office, SYSTEM) as work:
                outbox.renew(work, lease)
                take(work, told)
            goes_on = told.version > version or (told.version < version and may_go_back)
            if told.is_whole or not goes_on:
                return
            may_go_back = may_go_back and told.version > version
            version = told.version


def ask(axis: AxisClient, agency_id: int, version: int) -> Told:
    """What changed since `version`, or everything. Raises AxisError."""
    try:
        changed = axis.directory_changes(version)
    except PermanentAxisError:  # an axis of another make
        return Told(agency_id, axis.get_agencies_list(), is_whole=True)
    newest = max((record.version or 0 for record in changed), default=version)
    return Told(agency_id, changed, is_whole=False, version=newest)


def take(work: Work, told: Told) -> None:
    update_copy(work, told.records, told.is_whole)
    links.of_agency(work.session, told.agency_id).directory_version = told.version


def update_copy(
    work: Work, records: Sequence[AgencyRecord | DirectoryRecord], is_whole: bool
) -> None:
    """Adds and changes entries. Those that a whole list does not have any more cannot be written to
    from now on, unless so much is missing that the list itself must be wrong."""
    told = {record.code: _values(record) for record in records if _is_usable(record)}
    table = DirectoryEntry.__table__
    columns = (table.c.id, table.c.code, *(table.c[name] for name in COLUMNS))
    query = select(*columns) if is_whole else select(*columns).where(table.c.code.in_(told))
    known = {row["code"]: row for row in work.session.execute(query).mappings()}
    new = [{"code": code, **values} for code, values in told.items() if code not in known]
    if new:
        work.session.execute(insert(DirectoryEntry), new)
    for code, values in told.items():
        if code in known and _differs(known[code], values):
            _change(work, code, **values)
    if is_whole:
        _lock_unlisted(work, known, told)


def _lock_unlisted(work: Work, known: Mapping[str, Mapping], told: Mapping[str, dict]) -> None:
    live = [code for code, row in known.items() if not row["is_locked"]]
    gone = [code for code in live if code not in told]
    if len(gone) * 2 <= len(live):
        for code in gone:
            _change(work, code, is_locked=True)


def _is_usable(record: AgencyRecord | DirectoryRecord) -> bool:
    return bool(record.code and record.name and len(record.code) <= LONGEST_CODE)


def _values(record: AgencyRecord | DirectoryRecord) -> dict[str, object]:
    name, code = nfc(record.name)[:500], record.code
    former = (record.old_code or "")[:LONGEST_CODE]
    former = former if former != code else ""
    values = {
        "old_code": former,
        "parent_code": (record.pid or "")[:LONGEST_CODE],
        "name": name,
        "email": (record.mail or "")[:100],
        "search_text": fold(f"{code} {former} {name}"),
        "valid_from": None,
        "valid_to": None,
        "successor_code": "",
        "forwards": False,
        "is_locked": False,
    }
    if isinstance(record, DirectoryRecord):
        values |= {
            "valid_from": _day(record.valid_from),
            "valid_to": _day(record.valid_to),
            "successor_code": (record.successor or "")[:LONGEST_CODE],
            "forwards": bool(record.forwards),
            "is_locked": bool(record.locked),
        }
    return values


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _differs(row: Mapping, values: Mapping[str, object]) -> bool:
    return any(row[name] != values[name] for name in COLUMNS)


def _change(work: Work, code: str, **values: object) -> None:
    statement = update(DirectoryEntry).where(DirectoryEntry.code == code).values(**values)
    work.session.execute(statement.execution_options(synchronize_session=False))
