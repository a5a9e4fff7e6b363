"""Who may administer what: the own agency only; and an account only from the agency that the person
belonged to first, or the administrator of a commune could take over the chairman's account."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from domain import permissions
from domain.errors import Conflict, Forbidden, NotFound
from domain.permissions import Relation
from domain.roles import Actor, Role
from models.agencies import Agency, Appointment, Person
from services.office import Office


def require(actor: Actor, action: str = "admin:people") -> None:
    permissions.require(actor, action, {Relation.AGENCY})


def is_host(session: Session, actor: Actor) -> bool:
    """Whether the actor's agency is the one that came first to this node."""
    return session.scalar(select(func.min(Agency.id))) == actor.agency_id


def appointments_of(session: Session, person_id: int) -> list[Appointment]:
    """All appointments of a person, wherever, the oldest first."""
    return list(
        session.scalars(
            select(Appointment)
            .where(Appointment.person_id == person_id)
            .options(joinedload(Appointment.agency), joinedload(Appointment.unit))
            .order_by(Appointment.id)
        )
    )


def load(session: Session, actor: Actor, person_id: int) -> tuple[Person, list[Appointment]]:
    """A person of the actor's agency with all their appointments; NotFound for anyone else."""
    found = appointments_of(session, person_id)
    if all(appointment.agency_id != actor.agency_id for appointment in found):
        raise NotFound("not-found")
    return session.get(Person, person_id), found


def home_of(appointments: list[Appointment], today: date) -> Agency:
    """The agency that manages a person's account: that of the oldest appointment still held, or
    of the last one for who holds none."""
    held = [a for a in appointments if a.valid_to is None or a.valid_to >= today]
    return (held or appointments[-1:])[0].agency


def load_managed(office: Office, actor: Actor, person_id: int) -> Person:
    """A person whose account the actor manages; Forbidden("person-elsewhere") with its agency."""
    person, appointments = load(office.session(), actor, person_id)
    home = home_of(appointments, office.today())
    if home.id != actor.agency_id:
        raise Forbidden("person-elsewhere", agency=home.name)
    return person


def keep_an_administrator(session: Session, agency_id: int, today: date, *, without) -> None:
    """Conflict("last-administrator") when no administrator is left once `without` (a test of an
    appointment) are gone."""
    query = (
        select(Appointment)
        .join(Appointment.person)
        .where(
            Appointment.agency_id == agency_id,
            Appointment.role == Role.ADMINISTRATOR,
            Person.is_active,
        )
    )
    held = [a for a in session.scalars(query) if a.holds_on(today)]
    if held and all(without(a) for a in held):
        raise Conflict("last-administrator")
