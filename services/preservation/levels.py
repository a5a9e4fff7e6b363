"""What level each file has reached (`domain/preservation.py`): for files at hand, and counted in
SQL for all of an agency. A test holds the two together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from domain.preservation import KNOWN, Kept, Level, level, lowest
from domain.verdicts import Verdict
from models.preservation import Origin, Preservation
from models.signing import Signature
from services.office import Office

LAPSED = "stamps-ended"
NOTHING: Mapping[str, str] = {}
INTACT = [each.value for each in Verdict if each.intact]


@dataclass(frozen=True)
class State:
    """How a file stands: the level reached, what is still to come (a code, or empty), and the row
    of what is kept, if anything is."""

    level: Level | None
    missing: str = ""
    row: Preservation | None = None


def of_files(
    office: Office, digests: Sequence[str], beside: Mapping[str, str] = NOTHING
) -> tuple[list[Signature], dict[str, State]]:
    """What is known of the signatures in these files, by file, oldest first; and how far each file
    is preserved. One statement, or two where signatures lie beside their files: `beside` has the
    digest by name of files that hold such, which are kept in their own right."""
    query = (
        select(Signature, Preservation)
        .outerjoin(Preservation, Preservation.file_sha256 == Signature.file_sha256)
        .where(Signature.file_sha256.in_(digests))
        .order_by(Signature.id)
    )
    read = office.session().execute(query).all()
    found: dict[str, list[Mapping]] = {}
    for each, _row in read:
        facts = {"verdict": each.verdict} | (each.facts or {})
        found.setdefault(each.file_sha256, []).append(facts)
    rows = {row.file_sha256: row for _each, row in read if row is not None}
    groups = by_carrier(found, beside)
    apart = {carrier for file, carrier in groups if carrier not in (file, "")}
    if apart:
        more = select(Preservation).where(Preservation.file_sha256.in_(apart))
        rows |= {row.file_sha256: row for row in office.session().scalars(more)}
    return [each for each, _row in read], states(groups, rows, office.now())


def by_carrier(
    found: Mapping[str, Sequence[Mapping]], beside: Mapping[str, str]
) -> dict[tuple[str, str], list[Mapping]]:
    """The facts of signatures by file and by the file that carries them, which is the same but for
    detached ones; those that came from a file unknown to `beside` are carried by none."""
    groups: dict[tuple[str, str], list[Mapping]] = {}
    for file, signatures in found.items():
        for facts in signatures:
            detached = facts.get("purpose") == "detached"
            carrier = beside.get(facts["field"], "") if detached else file
            groups.setdefault((file, carrier), []).append(facts)
    return groups


def states(
    groups: Mapping[tuple[str, str], Sequence[Mapping]],
    rows: Mapping[str, Preservation],
    now: datetime,
) -> dict[str, State]:
    """Of each file, by its worst carrier."""
    found: dict[str, list[State]] = {}
    for (file, carrier), facts in groups.items():
        found.setdefault(file, []).append(_state(facts, rows.get(carrier), now))
    return {file: _worst(each) for file, each in found.items()}


def kept(row: Preservation | None, facts: Sequence[Mapping] = ()) -> Kept | None:
    """`facts` of the signatures in its file."""
    if row is None:
        return None
    apart = bool(facts) and all(each.get("purpose") == "detached" for each in facts)
    return Kept(
        row.stamped_at,
        row.stamp_ends,
        row.standing,
        bool(row.archive_sha256),
        is_alone=apart or row.origin == Origin.RECEIVED,
        is_whole=not row.missing,
    )


def counts(office: Office, agency_id: int) -> dict[Level, int]:
    """How many kept files of an agency reached which level; one statement, and one look at each
    signature."""
    signed = _signed()
    each = (
        select(_level(office.now(), signed).label("reached"))
        .select_from(Preservation)
        .outerjoin(signed, signed.c.file_sha256 == Preservation.file_sha256)
        .where(Preservation.agency_id == agency_id, func.coalesce(signed.c.broken, 0) == 0)
        .subquery()
    )
    query = select(each.c.reached, func.count()).group_by(each.c.reached)
    found = dict(office.session().execute(query).all())
    return {each: found.get(each.value, 0) for each in Level}


def _state(facts: Sequence[Mapping], row: Preservation | None, now: datetime) -> State:
    held = kept(row, facts)
    reached = level(facts, held, now)
    missing = row.missing if row is not None else ""
    if held is not None and held.lapsed(now):
        missing = LAPSED
    return State(reached, missing if reached else "", row)


def _worst(found: Sequence[State]) -> State:
    reached = lowest([each.level for each in found])
    return next(each for each in found if each.level == reached)


def _signed() -> Subquery:
    """Of each file how many of its signatures do not hold, are not stamped, are not detached."""
    purpose = func.coalesce(_fact("purpose"), "")
    return (
        select(
            Signature.file_sha256,
            func.count().filter(Signature.verdict.not_in(INTACT)).label("broken"),
            func.count().filter(_fact("time_source") != "timestamp").label("unstamped"),
            func.count().filter(purpose != "detached").label("inside"),
        )
        .where(purpose != "timestamp")
        .group_by(Signature.file_sha256)
        .subquery()
    )


def _level(now: datetime, signed: Subquery) -> ColumnElement[str]:
    lapsed = and_(Preservation.stamp_ends.is_not(None), Preservation.stamp_ends <= now)
    vouches = and_(Preservation.stamped_at.is_not(None), ~lapsed)
    known = Preservation.standing.in_(KNOWN)
    stamped = or_(vouches, signed.c.unstamped == 0)
    alone = or_(Preservation.origin == Origin.RECEIVED, signed.c.inside == 0)
    archived = or_(
        Preservation.archive_sha256.is_not(None), and_(Preservation.missing == "", alone)
    )
    return case(
        (and_(vouches, known, archived), Level.LTA.value),
        (and_(stamped, known, ~lapsed), Level.LT.value),
        (stamped, Level.T.value),
        else_=Level.B.value,
    )


def _fact(name: str) -> ColumnElement[str]:
    return Signature.facts[name].as_string()
