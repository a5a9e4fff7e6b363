"""The province's directory, the original that nodes copy: who can be written to, under which code,
and who takes over from whom. Every change raises the version that incremental copies ask for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from domain.errors import Conflict, Invalid, NotFound
from domain.roles import Actor
from domain.text import fold, nfc
from models.audit import AuditHead
from models.hub import DirectoryEntry
from models.search_words import NO_LIMIT
from services.directory import MOST_FOUND
from services.hub.access import require_manage, require_view
from services.hub.lookup import is_dissolved, live_on, matches
from services.office import Office
from services.unit_of_work import Work, transaction

PER_PAGE = 25
EARLIEST = date(1945, 9, 2)  # no agency of the state is older
# Text up to 35 characters (QĐ 20/2020/QĐ-TTg); letters, digits and points in practice.
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,34}")


@dataclass(frozen=True)
class EntryFields:
    """What an operator types about an agency."""

    code: str
    name: str
    parent_code: str = ""
    old_code: str = ""
    email: str = ""


def listing(
    office: Office, actor: Actor, text: str = "", shown: str = "", page: int = 1
) -> tuple[Sequence[DirectoryEntry], int]:
    """One page of entries whose code or name has `text`, with or without accents, the exact
    spelling first; `shown` is "live", "locked", "dissolved" or "" for all. Also gives the count."""
    require_view(actor)
    session, skipped = office.session(), (page - 1) * PER_PAGE
    among_few = shown not in ("locked", "dissolved")
    found = matches(text, MOST_FOUND if among_few else NO_LIMIT)
    query = select(DirectoryEntry).where(*found, *_shown(shown, office.today()))
    if not found:
        total = session.scalar(query.with_only_columns(func.count(DirectoryEntry.id))) or 0
        ordered = query.order_by(DirectoryEntry.code).limit(PER_PAGE).offset(skipped)
        return session.scalars(ordered).all(), total
    exact = DirectoryEntry.name.contains(nfc(text), autoescape=True)
    counted = query.add_columns(func.count().over()).order_by(exact.desc(), DirectoryEntry.code)
    rows = session.execute(counted.limit(PER_PAGE).offset(skipped)).all()
    return [entry for entry, _ in rows], rows[0][1] if rows else 0


def _shown(shown: str, today: date) -> list[ColumnElement[bool]]:
    dissolved = DirectoryEntry.valid_to < today
    conditions = {
        "live": [DirectoryEntry.is_locked.is_(False), live_on(today)],
        "locked": [DirectoryEntry.is_locked.is_(True)],
        "dissolved": [dissolved],
    }
    return conditions.get(shown, [])


def load(office: Office, actor: Actor, entry_id: int) -> DirectoryEntry:
    """Raises Forbidden, NotFound("not-found")."""
    require_view(actor)
    entry = office.session().get(DirectoryEntry, entry_id)
    if entry is None:
        raise NotFound("not-found")
    return entry


def add(office: Office, actor: Actor, fields: EntryFields) -> int:
    """Enters a new agency. Raises Forbidden, Invalid("directory-code-malformed"),
    Invalid("directory-code-taken"), Invalid("directory-parent-unknown"), Invalid("required")."""
    require_manage(actor)
    with transaction(office, actor) as work:
        entry = DirectoryEntry(valid_from=office.today())
        fill(work, entry, fields)
        work.session.add(entry)
        work.audit("hub:directory_edit", entry, change="add", code=entry.code, name=entry.name)
        return entry.id


def edit(office: Office, actor: Actor, entry_id: int, version: int, fields: EntryFields) -> None:
    """Changes an entry as it was at `version`. Raises as `add`, and Conflict("stale"). The code
    stays: deliveries and accounts bear it; a new code is a new agency with a predecessor."""
    require_manage(actor)
    with transaction(office, actor) as work:
        entry = _load(work, entry_id, version)
        before = {"name": entry.name, "parent": entry.parent_code, "email": entry.email}
        fill(work, entry, EntryFields(**(vars(fields) | {"code": entry.code})))
        work.audit("hub:directory_edit", entry, change="edit", code=entry.code, before=before)


def set_locked(office: Office, actor: Actor, entry_id: int, version: int, locked: bool) -> None:
    """Stops or resumes sending to an agency; what is already under way is still delivered."""
    require_manage(actor)
    with transaction(office, actor) as work:
        entry = _load(work, entry_id, version)
        if entry.is_locked == locked:
            raise Conflict("wrong-state")
        entry.is_locked = locked
        renew(work, entry)
        change = "lock" if locked else "unlock"
        work.audit("hub:directory_edit", entry, change=change, code=entry.code)


@dataclass(frozen=True)
class Ending:
    """The agency no longer exists from the day `since`; `successor` (may be empty) takes over, and
    with `forwards` also gets what is sent to it."""

    since: date
    successor: str = ""
    forwards: bool = False


def dissolve(office: Office, actor: Actor, entry_id: int, version: int, ending: Ending) -> None:
    """Raises Forbidden, NotFound, Conflict("stale"), Conflict("wrong-state") where it is dissolved
    already, Invalid("directory-successor-unknown" | "directory-since-early" |
    "directory-forward-nowhere").
    """
    require_manage(actor)
    with transaction(office, actor) as work:
        entry = _load(work, entry_id, version)
        if entry.valid_to is not None:
            raise Conflict("wrong-state")
        if ending.since <= EARLIEST:
            raise Invalid("directory-since-early", field="since")
        heir = _checked_successor(work, entry, nfc(ending.successor), ending.since)
        entry.successor_code = heir
        entry.forwards = _checked_forwards(entry, ending.forwards)
        entry.valid_to = ending.since - timedelta(days=1)
        renew(work, entry)
        details = {"code": entry.code, "since": ending.since, "successor": heir}
        details |= {"forwards": entry.forwards}
        work.audit("hub:directory_edit", entry, change="dissolve", **details)


def set_forwards(office: Office, actor: Actor, entry_id: int, version: int, on: bool) -> None:
    """Whether what is sent to a dissolved agency goes to its successor, or is refused with its
    name. Raises as `dissolve`."""
    require_manage(actor)
    with transaction(office, actor) as work:
        entry = _load(work, entry_id, version)
        if entry.valid_to is None or entry.forwards == on:
            raise Conflict("wrong-state")
        entry.forwards = _checked_forwards(entry, on)
        renew(work, entry)
        work.audit("hub:directory_edit", entry, change="forward", code=entry.code, forwards=on)


def restore(office: Office, actor: Actor, entry_id: int, version: int) -> None:
    """The agency exists after all: a mistake is undone. Raises as `dissolve`."""
    require_manage(actor)
    with transaction(office, actor) as work:
        entry = _load(work, entry_id, version)
        if entry.valid_to is None:
            raise Conflict("wrong-state")
        before = {"until": entry.valid_to, "successor": entry.successor_code}
        entry.valid_to, entry.successor_code, entry.forwards = None, "", False
        renew(work, entry)
        work.audit("hub:directory_edit", entry, change="restore", code=entry.code, before=before)


def _checked_forwards(entry: DirectoryEntry, forwards: bool) -> bool:
    if forwards and not entry.successor_code:
        raise Invalid("directory-forward-nowhere", field="forwards")
    return forwards


def _checked_successor(work: Work, entry: DirectoryEntry, code: str, since: date) -> str:
    if not code:
        return ""
    successor = _by_code(work, code)
    if successor is None or code == entry.code or is_dissolved(successor, since):
        raise Invalid("directory-successor-unknown", field="successor", recipient=code)
    return code


def fill(work: Work, entry: DirectoryEntry, fields: EntryFields) -> None:
    """Sets an entry in an open transaction; raises as `add`."""
    code, name, parent = nfc(fields.code), nfc(fields.name), nfc(fields.parent_code)
    if not name:
        raise Invalid("required", field="name")
    if not CODE.fullmatch(code):
        raise Invalid("directory-code-malformed", field="code", recipient=code)
    taken = _by_code(work, code)
    if taken is not None and taken is not entry:
        raise Invalid("directory-code-taken", field="code", recipient=code, name=taken.name)
    if parent and (parent == code or _by_code(work, parent) is None):
        raise Invalid("directory-parent-unknown", field="parent_code", recipient=parent)
    entry.code, entry.name, entry.parent_code = code, name[:500], parent
    entry.old_code, entry.email = nfc(fields.old_code)[:35], nfc(fields.email)[:100]
    entry.search_text = fold(f"{code} {entry.old_code} {name}")
    renew(work, entry)


def _by_code(work: Work, code: str) -> DirectoryEntry | None:
    with work.session.no_autoflush:
        return work.session.scalar(select(DirectoryEntry).where(DirectoryEntry.code == code))


def _load(work: Work, entry_id: int, version: int) -> DirectoryEntry:
    entry = work.session.get(DirectoryEntry, entry_id, with_for_update=True)
    if entry is None:
        raise NotFound("not-found")
    if entry.version != version:
        raise Conflict("stale")
    return entry


def renew(work: Work, entry: DirectoryEntry) -> None:
    """An entry was changed: those who copy the directory are to hear of it."""
    entry.version, entry.changed_at = next_version(work), work.now


def renew_all(work: Work, entries: Iterable[DirectoryEntry]) -> None:
    version = next_version(work)
    for entry in entries:
        entry.version, entry.changed_at = version, work.now


def next_version(work: Work) -> int:
    """One count for the whole directory: whoever has seen n asks for what lies above it. So a
    smaller number may never be committed after a larger one: the audit chain's head, which every
    change locks in the end, is locked before the count."""
    with work.session.no_autoflush:
        work.session.get(AuditHead, 1, with_for_update=True)
        return (work.session.scalar(select(func.max(DirectoryEntry.version))) or 0) + 1
