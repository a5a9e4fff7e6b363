"""Files with agencies: kept, read by the job `read_import`, shown line by line, and put into the
directory by the job `apply_import` when an operator says so. What a file does not name stays as it
is; lines that are wrong are left out and listed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, islice

from sqlalchemy import delete, func, insert, select, update

from adapters import sheets
from domain.errors import Conflict, Invalid, NotFound
from domain.roles import SYSTEM, Actor
from domain.text import fold, nfc
from models.directory_imports import (
    DirectoryImport,
    DirectoryImportLine,
    ImportChange,
    ImportState,
)
from models.hub import DirectoryEntry
from services import outbox
from services.hub import import_lines
from services.hub.access import require_manage, require_view
from services.hub.columns import DAYS, HEADINGS
from services.hub.directory import next_version
from services.hub.import_lines import Line, Values
from services.office import Office
from services.outbox import Lease
from services.stored_files import read_file
from services.unit_of_work import Work, transaction

QUEUE, MEDIA_TYPE = "exchange", "application/octet-stream"
PER_PAGE, RECENT, AT_ONCE = 50, 20, 2000
GOING = (ImportState.READING, ImportState.APPLYING)


@dataclass(frozen=True)
class Page:
    """One file with a page of its lines of one kind."""

    found: DirectoryImport
    lines: Sequence[DirectoryImportLine]
    total: int


def upload(office: Office, actor: Actor, file_name: str, data: bytes) -> int:
    """Keeps a file and has it read. Raises Forbidden, Invalid("required" | "sheet-too-large")."""
    require_manage(actor)
    if not data:
        raise Invalid("required", field="file")
    if len(data) > sheets.MOST_BYTES:
        most = sheets.MOST_BYTES // 1024 // 1024
        raise Invalid("sheet-too-large", field="file", rows=sheets.MOST_ROWS, megabytes=most)
    with transaction(office, actor) as work:
        item = DirectoryImport(
            file_name=nfc(file_name)[:500],
            sha256=work.store(data, MEDIA_TYPE),
            person_id=actor.person_id,
            person_name=actor.name[:100],
            created_at=work.now,
        )
        work.session.add(item)
        work.session.flush()
        work.audit("hub:directory_import", item, step="upload", sha256=item.sha256)
        work.enqueue(QUEUE, "read_import", item.id)
        return item.id


def recent(office: Office, actor: Actor) -> Sequence[DirectoryImport]:
    require_view(actor)
    newest = select(DirectoryImport).order_by(DirectoryImport.id.desc()).limit(RECENT)
    return office.session().scalars(newest).all()


def page(office: Office, actor: Actor, import_id: int, change: str, number: int) -> Page:
    """Raises Forbidden, NotFound("not-found")."""
    require_view(actor)
    found = office.session().get(DirectoryImport, import_id)
    if found is None:
        raise NotFound("not-found")
    query = select(DirectoryImportLine).where(
        DirectoryImportLine.import_id == import_id, DirectoryImportLine.change == change
    )
    ordered = query.order_by(DirectoryImportLine.line).limit(PER_PAGE)
    lines = office.session().scalars(ordered.offset((number - 1) * PER_PAGE)).all()
    totals = {"new": found.new, "changed": found.changed, "error": found.errors}
    return Page(found, lines, totals.get(change, 0))


def start(office: Office, actor: Actor, import_id: int) -> bool:
    """Has the good lines put into the directory. False where it has changed since the file was
    compared with it: it is compared anew, and nothing else happens.

    Raises Forbidden, NotFound, Conflict("wrong-state").
    """
    require_manage(actor)
    with transaction(office, actor) as work:
        item = work.session.get(DirectoryImport, import_id, with_for_update=True)
        if item is None:
            raise NotFound("not-found")
        if item.state != ImportState.READY or not item.new + item.changed:
            raise Conflict("wrong-state")
        is_fresh = item.directory_version == _version(work)
        item.state = ImportState.APPLYING if is_fresh else ImportState.READING
        work.enqueue(QUEUE, "apply_import" if is_fresh else "read_import", item.id)
        if is_fresh:
            told = {"sha256": item.sha256, "new": item.new, "changed": item.changed}
            work.audit("hub:directory_import", item, step="apply", **told)
        return is_fresh


def read(office: Office, lease: Lease) -> None:
    """The job `read_import`: compares the file with the directory."""
    item = office.session().get(DirectoryImport, lease.subject_id)
    version = _version(office)
    try:
        lines = import_lines.parse(sheets.read_rows(read_file(office, item.sha256)))
        judged = list(import_lines.judge(lines, _known(office)))
    except Invalid as refusal:
        _unreadable(office, lease, refusal)
        return
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        item = work.session.get(DirectoryImport, lease.subject_id)
        of_import = DirectoryImportLine.import_id == item.id
        work.session.execute(delete(DirectoryImportLine).where(of_import))
        rows = [_row(item.id, line) for line in judged if line.change]
        if rows:
            work.session.execute(insert(DirectoryImportLine), rows)
        item.state, item.lines, item.directory_version = ImportState.READY, len(judged), version
        item.new, item.changed, item.errors = (
            sum(line.change == change for line in judged) for change in ImportChange
        )


def _unreadable(office: Office, lease: Lease, refusal: Invalid) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        item = work.session.get(DirectoryImport, lease.subject_id)
        item.state, item.problem = ImportState.FAILED, refusal.code
        item.problem_fields, item.finished_at = dict(refusal.fields), work.now


def _version(source: Office | Work) -> int:
    session = source.session if isinstance(source, Work) else source.session()
    return session.scalar(select(func.max(DirectoryEntry.version))) or 0


def _known(office: Office) -> dict[str, Values]:
    columns = [getattr(DirectoryEntry, name) for name in HEADINGS]
    rows = office.session().execute(select(*columns).execution_options(yield_per=AT_ONCE))
    return {row.code: _as_values(row._mapping) for row in rows}


def _as_values(entry: Mapping) -> Values:
    days = {name: entry[name].isoformat() if entry[name] else None for name in DAYS}
    return {name: entry[name] for name in HEADINGS} | days


def _row(import_id: int, line: Line) -> dict:
    return {
        "import_id": import_id,
        "line": line.number,
        "change": line.change,
        "code": line.code[:100],
        "name": str(line.values.get("name", ""))[:500],
        "values": line.values,
        "before": line.before,
        "problem": line.problem,
        "problem_fields": line.problem_fields,
    }


def apply(office: Office, lease: Lease) -> None:
    """The job `apply_import`: part after part, each in a transaction that still holds the lease, so
    that nobody waits long for the lock; after an interruption it goes on where it was."""
    while True:
        with transaction(office, SYSTEM) as work:
            item = work.session.get(DirectoryImport, lease.subject_id)
            lines = _next_lines(work, item)
            if not lines:
                outbox.settle(work, lease)
                item.state, item.finished_at = ImportState.APPLIED, work.now
                return
            outbox.renew(work, lease)
            _put(work, lines)
            item.applied_line = lines[-1].line


def _next_lines(work: Work, item: DirectoryImport) -> Sequence[DirectoryImportLine]:
    query = select(DirectoryImportLine).where(
        DirectoryImportLine.import_id == item.id,
        DirectoryImportLine.line > item.applied_line,
        DirectoryImportLine.change != ImportChange.ERROR,
    )
    return work.session.scalars(query.order_by(DirectoryImportLine.line).limit(AT_ONCE)).all()


def _put(work: Work, lines: Sequence[DirectoryImportLine]) -> None:
    """Each entry gets a version of its own: copies take them over in parts."""
    versions = count(next_version(work))
    codes = [line.code for line in lines]
    known = {
        entry.code: entry
        for entry in work.session.scalars(
            select(DirectoryEntry).where(DirectoryEntry.code.in_(codes))
        )
    }
    new = [line for line in lines if line.code not in known]
    old = [line for line in lines if line.code in known]
    if new:
        work.session.execute(insert(DirectoryEntry), list(_entered(work, new, versions)))
    if old:
        rows = [_changed(work, known[line.code], line.values, next(versions)) for line in old]
        work.session.execute(update(DirectoryEntry), rows)


def _entered(
    work: Work, lines: Sequence[DirectoryImportLine], versions: Iterator[int]
) -> Iterator[dict]:
    today = work.office.today()
    for line, version in zip(lines, islice(versions, len(lines)), strict=True):
        blank = {name: "" for name in HEADINGS} | import_lines.EMPTY
        entry = _kept(blank | line.values, version, work)
        yield entry | {"valid_from": entry["valid_from"] or today}


def _changed(work: Work, entry: DirectoryEntry, values: Values, version: int) -> dict:
    before = _as_values({name: getattr(entry, name) for name in HEADINGS})
    return {"id": entry.id} | _kept(before | values, version, work)


def _kept(values: Values, version: int, work: Work) -> dict:
    days = {name: date.fromisoformat(str(values[name])) if values[name] else None for name in DAYS}
    words = fold(f"{values['code']} {values['old_code']} {values['name']}")
    told = {"search_text": words, "version": version, "changed_at": work.now}
    return values | days | told
