"""What level each file has reached (`domain/preservation.py`): for files at hand, and counted in
SQL for all of an agency. A test holds the two together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.preservation import KNOWN, Kept, Level, level, lowest
from domain.verdicts import Verdict
from models.preservation import Preservation
from models.signing import Signature
from services.office import Office

LAPSED = "stamps-ended"
INTACT = [each.value for each in Verdict if each.intact]


@dataclass(frozen=True)
class State:
    """How a file stands: the level reached, what is still to come (a code, or empty), and the row
    of what is kept, if anything is."""

    level: Level | None
    missing: str = ""
    row: Preservation | None = None


def states(
    office: Office, signatures: Sequence[Signature], beside: Mapping[str, str] | None = None
) -> dict[str, State]:
    """By file, for the files of these signatures; one statement. `beside`: digest by name of the
    files that hold detached signatures, which are kept in their own right."""
    carried: dict[tuple[str, str], list[Signature]] = {}
    for each in signatures:
        carried.setdefault((each.file_sha256, _carrier(each, beside or {})), []).append(each)
    rows = _rows(office, {carrier for _file, carrier in carried})
    found: dict[str, list[State]] = {}
    for (file, carrier), own in carried.items():
        found.setdefault(file, []).append(_state(own, rows.get(carrier), office.now()))
    return {file: _worst(each) for file, each in found.items()}


def kept(row: Preservation | None) -> Kept | None:
    if row is None:
        return None
    return Kept(row.stamped_at, row.stamp_ends, row.standing, bool(row.archive_sha256))


def counts(office: Office, agency_id: int) -> dict[Level, int]:
    """How many kept files of an agency reached which level; one statement."""
    broken = exists().where(*_counted(), Signature.verdict.not_in(INTACT))
    each = (
        select(_level(office.now()).label("reached"))
        .where(Preservation.agency_id == agency_id, ~broken)
        .subquery()
    )
    query = select(each.c.reached, func.count()).group_by(each.c.reached)
    found = dict(office.session().execute(query).all())
    return {each: found.get(each.value, 0) for each in Level}


def _carrier(signature: Signature, beside: Mapping[str, str]) -> str:
    detached = (signature.facts or {}).get("purpose") == "detached"
    return beside.get(signature.field, "") if detached else signature.file_sha256


def _rows(office: Office, digests: set[str]) -> dict[str, Preservation]:
    query = select(Preservation).where(Preservation.file_sha256.in_(digests))
    return {row.file_sha256: row for row in office.session().scalars(query)}


def _state(signatures: Sequence[Signature], row: Preservation | None, now: datetime) -> State:
    facts = [each.facts or {"verdict": each.verdict} for each in signatures]
    held = kept(row)
    reached = level(facts, held, now)
    missing = row.missing if row is not None else ""
    if held is not None and held.lapsed(now):
        missing = LAPSED
    return State(reached, missing if reached else "", row)


def _worst(found: Sequence[State]) -> State:
    reached = lowest([each.level for each in found])
    return next(each for each in found if each.level == reached)


def _level(now: datetime) -> ColumnElement[str]:
    lapsed = and_(Preservation.stamp_ends.is_not(None), Preservation.stamp_ends <= now)
    vouches = and_(Preservation.stamped_at.is_not(None), ~lapsed)
    known = Preservation.standing.in_(KNOWN)
    unstamped = exists().where(*_counted(), _fact("time_source") != "timestamp")
    stamped = or_(vouches, and_(exists().where(*_counted()), ~unstamped))
    return case(
        (and_(vouches, known, Preservation.archive_sha256.is_not(None)), Level.LTA.value),
        (and_(stamped, known, ~lapsed), Level.LT.value),
        (stamped, Level.T.value),
        else_=Level.B.value,
    )


def _counted() -> tuple[ColumnElement[bool], ...]:
    own = Signature.file_sha256 == Preservation.file_sha256
    return own, func.coalesce(_fact("purpose"), "") != "timestamp"


def _fact(name: str) -> ColumnElement[str]:
    return Signature.facts[name].as_string()
