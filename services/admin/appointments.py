"""Appointments: who holds which position in which unit, in which role, from when to when."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from domain.errors import Conflict, Invalid, NotFound
from domain.roles import Actor, Role
from domain.text import nfc
from models.agencies import Appointment, Person, Unit
from services import accounts
from services.admin import access
from services.office import Office
from services.unit_of_work import Work, transaction

ON_HUB = (Role.OPERATOR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Post:
    """A position to be given."""

    unit_id: int
    role: str
    title: str
    since: date
    until: date | None = None


def roles(office: Office) -> list[Role]:
    """The roles that this node knows."""
    if office.settings.is_hub:
        return list(ON_HUB)
    return [role for role in Role if role is not Role.OPERATOR]


def appoint(office: Office, actor: Actor, person_id: int, post: Post) -> None:
    """Gives a person of the agency a further position. Raises NotFound and what `add` raises."""
    access.require(actor)
    with transaction(office, actor) as work:
        person, _ = access.load(work.session, actor, person_id)
        add(work, person, actor.agency_id, post)


def invite(office: Office, actor: Actor, username: str, post: Post) -> int:
    """Gives a position to somebody who has an account on this node already, at another agency;
    gives the person's id. Raises Invalid("username-unknown") and what `add` raises."""
    access.require(actor)
    with transaction(office, actor) as work:
        name = nfc(username).lower()
        person = work.session.scalars(
            select(Person).where(Person.username == name, Person.is_active)
        ).one_or_none()
        if person is None:
            raise Invalid("username-unknown", field="username")
        add(work, person, actor.agency_id, post)
        return person.id


def add(work: Work, person: Person, agency_id: int, post: Post) -> Appointment:
    """Raises Invalid("unit-unknown"), ("role-not-here"), ("name-missing"), ("dates-crossed"),
    Conflict("appointment-exists")."""
    unit = work.session.get(Unit, post.unit_id)
    if unit is None or unit.agency_id != agency_id or not unit.is_active:
        raise Invalid("unit-unknown", field="unit_id")
    if post.role not in roles(work.office):
        raise Invalid("role-not-here", field="role")
    title = " ".join(nfc(post.title).split())
    if not title or len(title) > 100:
        raise Invalid("name-missing", field="title")
    if post.until and post.until < post.since:
        raise Invalid("dates-crossed", field="until", since=post.since)
    _refuse_twin(work, person, post)
    made = accounts.appoint(work, person, agency_id, unit.id, post.role, title, post.since)
    made.valid_to = post.until
    return made


def _refuse_twin(work: Work, person: Person, post: Post) -> None:
    twins = select(Appointment).where(
        Appointment.person_id == person.id,
        Appointment.unit_id == post.unit_id,
        Appointment.role == post.role,
    )
    if any(a.valid_to is None or a.valid_to >= post.since for a in work.session.scalars(twins)):
        raise Conflict("appointment-exists", field="role")


def end(office: Office, actor: Actor, appointment_id: int, last_day: date) -> int:
    """Ends an appointment of the agency after its last day; gives the person's id. Sessions acting
    in it end with it.

    Raises NotFound, Conflict("wrong-state") for one that ended before today: another last day would
    revive it or change what held, Invalid("dates-crossed"), Conflict("last-administrator").
    """
    access.require(actor)
    with transaction(office, actor) as work:
        appointment = work.session.get(Appointment, appointment_id)
        if appointment is None or appointment.agency_id != actor.agency_id:
            raise NotFound("not-found")
        if appointment.valid_to and appointment.valid_to < office.today():
            raise Conflict("wrong-state")
        if last_day < appointment.valid_from:
            raise Invalid("dates-crossed", field="last_day", since=appointment.valid_from)
        access.keep_an_administrator(
            work.session, actor.agency_id, office.today(), without=lambda a: a is appointment
        )
        appointment.valid_to = last_day
        work.audit(
            "admin:appointment_end",
            appointment,
            person=appointment.person.username,
            last_day=last_day,
        )
        return appointment.person_id
