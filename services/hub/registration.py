"""registerAgency and deleteAgency: a system that the operators trusted with it keeps the agencies
below its own in the directory. Others are the operators' affair."""

import json
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from adapters.axis.errors import AxisRefusal
from domain.errors import Invalid
from domain.roles import Actor
from models.hub import DirectoryEntry
from services.hub import accounts, directory
from services.hub.directory import EntryFields
from services.hub.lookup import is_dissolved
from services.office import Office
from services.unit_of_work import Work, transaction

MOST_BYTES = 64 * 1024
DEPTH = 20  # levels of the state, with room
# No description of the text exists; these are the names in use between Vietnamese hubs.
NAMES = {
    "code": ("code", "agencycode", "organid"),
    "name": ("name", "agencyname", "organname"),
    "parent_code": ("pcode", "pid", "parentcode", "parentid"),
    "old_code": ("oldcode", "code102"),
    "email": ("mail", "email"),
}
REASONS = {
    "directory-code-malformed": "ma chi gom chu khong dau, so, dau cham, gach; toi da 35 ky tu",
    "directory-code-taken": "ma da thuoc ve don vi khac",
    "directory-parent-unknown": "ma don vi cap tren khong co trong danh ba",
    "required": "thieu ten don vi",
}


def register(office: Office, system_id: str, body: bytes) -> None:
    """Enters an agency below the caller's own, or changes one; the same again changes nothing.

    Raises AxisRefusal("axis-may-not-register" | "axis-bad-agency").
    """
    fields = _read(body)
    with transaction(office, Actor(name=system_id)) as work:
        known = _by_code(work, fields.get("code", ""))
        otherwise = _as_is(known) if known else _as_is(None) | {"parent_code": system_id}
        wanted = EntryFields(**(otherwise | fields))
        _check_right(work, system_id, wanted.code, [wanted.parent_code])
        if known is None:
            _enter(work, wanted)
            return
        _check_right(work, system_id, wanted.code, [known.parent_code])
        if is_dissolved(known, office.today()):
            raise AxisRefusal("axis-bad-agency", reason="don vi da giai the")
        if _as_is(known) != vars(wanted):
            before = _as_is(known)
            _fill(work, known, wanted)
            _audit(work, known, "register_edit", before=before)


def delete(office: Office, system_id: str, code: str) -> None:
    """The agency exists until yesterday. Once more changes nothing. Raises as `register`."""
    with transaction(office, Actor(name=system_id)) as work:
        entry = _by_code(work, code.strip())
        if entry is None:
            _check_right(work, system_id, code, [])
            raise AxisRefusal("axis-bad-agency", reason=f"khong co ma {code.strip()}")
        _check_right(work, system_id, entry.code, [entry.parent_code])
        if is_dissolved(entry, office.today()):
            return
        entry.valid_to = office.today() - timedelta(days=1)
        directory.renew(work, entry)
        _audit(work, entry, "unregister")


def _read(body: bytes) -> dict[str, str]:
    """The members of the JSON object that mean something here, whatever their spelling."""
    if len(body) > MOST_BYTES:
        raise AxisRefusal("axis-bad-agency", reason="du lieu qua dai")
    try:
        told = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise AxisRefusal("axis-bad-agency", reason="khong phai JSON") from None
    if not isinstance(told, Mapping):
        raise AxisRefusal("axis-bad-agency", reason="can mot doi tuong JSON")
    plain = {str(key).lower().replace("_", ""): value for key, value in told.items()}
    found = {}
    for field, names in NAMES.items():
        for name in names:
            if isinstance(plain.get(name), str) and _is_storable(plain[name]):
                found.setdefault(field, plain[name].strip())
    return found


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _as_is(entry: DirectoryEntry | None) -> dict[str, str]:
    names = EntryFields.__dataclass_fields__
    return {name: getattr(entry, name, "") if entry else "" for name in names}


def _check_right(work: Work, system_id: str, code: str, parents: list[str]) -> None:
    """The operators gave this system the right, and all of `parents` are its agency or below it."""
    account = accounts.find(work.office, system_id)
    allowed = account is not None and account.may_register and code != system_id
    if not allowed or not all(_is_under(work, parent, system_id) for parent in parents):
        raise AxisRefusal("axis-may-not-register", system_id=system_id, agency=code or "?")


def _is_under(work: Work, code: str, top: str) -> bool:
    for _ in range(DEPTH):
        if code == top:
            return True
        query = select(DirectoryEntry.parent_code).where(DirectoryEntry.code == code)
        code = work.session.scalar(query) or ""
        if not code:
            return False
    return False


def _enter(work: Work, fields: EntryFields) -> None:
    entry = DirectoryEntry(valid_from=work.office.today())
    _fill(work, entry, fields)
    work.session.add(entry)
    _audit(work, entry, "register")


def _fill(work: Work, entry: DirectoryEntry, fields: EntryFields) -> None:
    try:
        directory.fill(work, entry, fields)
    except Invalid as refusal:
        reason = REASONS.get(refusal.code, refusal.code)
        raise AxisRefusal("axis-bad-agency", reason=reason) from refusal


def _audit(work: Work, entry: DirectoryEntry, change: str, **details: object) -> None:
    details = {"code": entry.code, "name": entry.name, "parent": entry.parent_code} | details
    work.audit("hub:directory_edit", entry, change=change, **details)


def _by_code(work: Work, code: str) -> DirectoryEntry | None:
    query = select(DirectoryEntry).where(DirectoryEntry.code == code)
    return work.session.scalar(query.with_for_update())
