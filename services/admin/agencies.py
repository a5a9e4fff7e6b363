"""The agencies of this node. The host's administrator adds them, each with a first unit and an
administrator of its own, who does the rest; and sends one where none is left."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.roles import Actor, Role
from domain.text import nfc
from models.agencies import Agency, Appointment, Person, Unit
from services import accounts
from services.admin import access
from services.admin.agency import letterhead
from services.admin.people import open_account
from services.office import Office
from services.unit_of_work import Work, transaction

CODE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.]{1,33})[A-Za-z0-9]")
ADMINISTRATOR = "Quản trị viên"


@dataclass(frozen=True)
class Row:
    agency: Agency
    people: int
    administrators: int


def is_host(office: Office, actor: Actor) -> bool:
    return access.is_host(office.session(), actor)


def listing(office: Office, actor: Actor) -> list[Row]:
    """All agencies of the node with how many people and administrators; two statements."""
    _require_host(office, actor)
    session, today = office.session(), office.today()
    held = (
        select(
            Appointment.agency_id,
            func.count(Appointment.person_id.distinct()),
            func.count(Appointment.id).filter(Appointment.role == Role.ADMINISTRATOR),
        )
        .join(Appointment.person)
        .where(
            Person.is_active,
            Appointment.valid_from <= today,
            func.coalesce(Appointment.valid_to, today) >= today,
        )
        .group_by(Appointment.agency_id)
    )
    counts = {agency_id: (people, admins) for agency_id, people, admins in session.execute(held)}
    found = session.scalars(select(Agency).order_by(Agency.id))
    return [Row(agency, *counts.get(agency.id, (0, 0))) for agency in found]


def create(office: Office, actor: Actor, form: Mapping) -> tuple[str, str]:
    """A new agency; gives the user name of its administrator and the one-time password, seen only
    here. `form`: code, the letterhead, unit_name, username, full_name.

    Raises Forbidden, Invalid("agency-code-wrong"), Conflict("agency-code-taken"), and what the
    letterhead and the account raise.
    """
    _require_host(office, actor)
    with transaction(office, actor) as work:
        agency, unit = add(work, form)
        return _administrator(work, agency, unit, form)


def add(work: Work, form: Mapping) -> tuple[Agency, Unit]:
    """An agency with its first unit, inside a transaction."""
    code = nfc(form["code"])
    if not CODE.fullmatch(code):
        raise Invalid("agency-code-wrong", field="code")
    if work.session.scalar(select(Agency.id).where(Agency.code == code)):
        raise Conflict("agency-code-taken", field="code")
    agency = Agency(code=code, created_at=work.now, **letterhead(form))
    work.session.add(agency)
    work.session.flush()
    unit_name = nfc(form["unit_name"])[:500]
    if not unit_name:
        raise Invalid("name-missing", field="unit_name")
    unit = Unit(agency_id=agency.id, name=unit_name, notation="", position=0)
    work.session.add(unit)
    work.session.flush()
    work.audit("admin:agency_create", agency, code=code, name=agency.name)
    work.audit("admin:unit_create", unit, name=unit.name, agency=code)
    return agency, unit


def send_administrator(office: Office, actor: Actor, agency_id: int, form: Mapping):
    """A new account that administers an agency which has no administrator; gives user name and
    one-time password.

    Raises Forbidden, NotFound, Conflict("wrong-state") where there is an administrator.
    """
    rows = {row.agency.id: row for row in listing(office, actor)}
    if agency_id not in rows:
        raise NotFound("not-found")
    if rows[agency_id].administrators:
        raise Conflict("wrong-state")
    with transaction(office, actor) as work:
        agency = work.session.get(Agency, agency_id)
        units = select(Unit).where(Unit.agency_id == agency_id, Unit.is_active)
        unit = work.session.scalars(units.order_by(Unit.position, Unit.id)).first()
        return _administrator(work, agency, unit, form)


def _administrator(work: Work, agency: Agency, unit: Unit, form: Mapping) -> tuple[str, str]:
    person, password = open_account(work, form)
    today = work.office.today()
    accounts.appoint(work, person, agency.id, unit.id, Role.ADMINISTRATOR, ADMINISTRATOR, today)
    return person.username, password


def _require_host(office: Office, actor: Actor) -> None:
    access.require(actor, "admin:agencies")
    if not is_host(office, actor):
        raise Forbidden("not-allowed", action="admin:agencies")
