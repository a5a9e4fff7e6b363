"""The units of an agency: a tree of any depth. A unit is never deleted, for documents name it; it
is put out of use."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotFound
from domain.roles import Actor
from domain.text import fold, nfc
from models.agencies import Appointment, Unit
from services.admin import access, seen
from services.office import Office
from services.unit_of_work import transaction


@dataclass(frozen=True)
class Branch:
    """A unit in the tree: how deep it stands, how many positions are held in it today."""

    unit: Unit
    depth: int
    people: int


def tree(office: Office, actor: Actor) -> list[Branch]:
    """All units of the agency, each followed by those under it; two statements."""
    access.require(actor)
    session = office.session()
    people = dict(session.execute(_held(office, actor.agency_id)).all())
    under: dict[int | None, list[Unit]] = {}
    for unit in _all(session, actor.agency_id):
        under.setdefault(unit.parent_id, []).append(unit)
    return list(_walk(under, people, None, 0))


def _walk(under: dict, people: dict, parent_id: int | None, depth: int) -> Iterator[Branch]:
    for unit in under.get(parent_id, ()):
        yield Branch(unit, depth, people.get(unit.id, 0))
        yield from _walk(under, people, unit.id, depth + 1)


def _all(session: Session, agency_id: int) -> list[Unit]:
    query = select(Unit).where(Unit.agency_id == agency_id).order_by(Unit.position, Unit.id)
    return list(session.scalars(query))


def _held(office: Office, agency_id: int):
    lasts = or_(Appointment.valid_to.is_(None), Appointment.valid_to >= office.today())
    return (
        select(Appointment.unit_id, func.count())
        .where(Appointment.agency_id == agency_id, lasts)
        .group_by(Appointment.unit_id)
    )


def add(office: Office, actor: Actor, name: str, notation: str, parent_id: int | None) -> int:
    """Raises Invalid("name-missing"), Invalid("unit-unknown"), Conflict("unit-taken")."""
    access.require(actor)
    with transaction(office, actor) as work:
        units = _all(work.session, actor.agency_id)
        if parent_id is not None and parent_id not in {u.id for u in units if u.is_active}:
            raise Invalid("unit-unknown", field="parent_id")
        unit = Unit(
            agency_id=actor.agency_id,
            parent_id=parent_id,
            name=_free_name(units, name),
            notation=nfc(notation)[:100],
            position=max((u.position for u in units), default=-1) + 1,
        )
        work.session.add(unit)
        work.session.flush()
        work.audit("admin:unit_create", unit, name=unit.name, parent=parent_id)
        return unit.id


def edit(
    office: Office,
    actor: Actor,
    unit_id: int,
    name: str,
    notation: str,
    parent_id: int | None,
    shown: str = "",
) -> None:
    """Renames a unit or hangs it elsewhere; `shown` is the mark of what the form showed. Raises
    NotFound, Invalid("unit-in-circle"), Conflict("stale") and what `add` raises."""
    access.require(actor)
    with transaction(office, actor) as work:
        units = _all(work.session, actor.agency_id)
        unit = _own(units, unit_id)
        seen.require_same(unit, seen.UNIT, shown)
        if parent_id is not None:
            _refuse_circle(units, unit, parent_id)
        unit.name = _free_name([u for u in units if u is not unit], name)
        unit.notation, unit.parent_id = nfc(notation)[:100], parent_id
        work.audit("admin:unit_edit", unit, name=unit.name, parent=parent_id)


def set_active(office: Office, actor: Actor, unit_id: int, active: bool) -> None:
    """Raises NotFound, Conflict("wrong-state"), Conflict("unit-in-use") while people or units are
    in it, Invalid("unit-unknown") when the unit above is out of use."""
    access.require(actor)
    with transaction(office, actor) as work:
        units = _all(work.session, actor.agency_id)
        unit = _own(units, unit_id)
        if unit.is_active == active:
            raise Conflict("wrong-state")
        people = dict(work.session.execute(_held(office, actor.agency_id)).all()).get(unit_id, 0)
        inside = sum(1 for u in units if u.parent_id == unit_id and u.is_active)
        if not active and (people or inside):
            raise Conflict("unit-in-use", people=people, units=inside)
        if active and unit.parent_id and not _own(units, unit.parent_id).is_active:
            raise Invalid("unit-unknown")
        unit.is_active = active
        work.audit("admin:unit_edit", unit, name=unit.name, active=active)


def _own(units: list[Unit], unit_id: int) -> Unit:
    for unit in units:
        if unit.id == unit_id:
            return unit
    raise NotFound("not-found")


def _free_name(others: list[Unit], text: str) -> str:
    name = " ".join(nfc(text).split())
    if not name or len(name) > 500:
        raise Invalid("name-missing", field="name")
    if fold(name) in {fold(unit.name) for unit in others}:
        raise Conflict("unit-taken", field="name")
    return name


def _refuse_circle(units: list[Unit], unit: Unit, parent_id: int) -> None:
    above = {u.id: u.parent_id for u in units}
    if parent_id not in above:
        raise Invalid("unit-unknown", field="parent_id")
    at: int | None = parent_id
    while at is not None:
        if at == unit.id:
            raise Invalid("unit-in-circle", field="parent_id")
        at = above[at]
