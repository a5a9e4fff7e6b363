"""People of an agency and their accounts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from domain.errors import Conflict, Invalid
from domain.roles import Actor
from domain.text import by_given_name, fold, nfc
from models.agencies import Agency, Appointment, Person
from services import accounts
from services.accounts.passwords import one_time_password
from services.accounts.profile import checked_email, checked_telephone
from services.admin import access, seen
from services.admin.appointments import Post, add
from services.office import Office
from services.unit_of_work import Work, transaction

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,49}")


@dataclass(frozen=True)
class Row:
    """A person in the list: what they hold in this agency, now or soon."""

    person: Person
    held: list[Appointment]
    is_locked: bool


@dataclass(frozen=True)
class Filters:
    text: str = ""
    unit_id: int | None = None
    state: str = "active"  # active | inactive | all


@dataclass(frozen=True)
class Card:
    """One person as an administrator sees them."""

    person: Person
    appointments: list[Appointment]  # in this agency
    home: Agency
    is_managed: bool  # the account belongs to the actor's agency
    is_locked: bool


def listing(office: Office, actor: Actor, filters: Filters) -> list[Row]:
    """People who hold or held a position in the actor's agency, in the order of given names; one
    statement. An agency has hundreds of people at most, so the filter runs here, where accents
    fold alike on every database."""
    access.require(actor)
    query = (
        select(Appointment)
        .where(Appointment.agency_id == actor.agency_id)
        .options(joinedload(Appointment.person), joinedload(Appointment.unit))
        .order_by(Appointment.id)
    )
    of_person: dict[int, list[Appointment]] = {}
    for appointment in office.session().scalars(query):
        of_person.setdefault(appointment.person_id, []).append(appointment)
    rows = [_row(office, found) for found in of_person.values()]
    return sorted(
        (row for row in rows if _wanted(row, filters)),
        key=lambda row: by_given_name(row.person.full_name),
    )


def _row(office: Office, appointments: list[Appointment]) -> Row:
    today, person = office.today(), appointments[0].person
    held = [a for a in appointments if a.valid_to is None or a.valid_to >= today]
    return Row(person, held, _is_locked(office, person))


def _is_locked(office: Office, person: Person) -> bool:
    return person.locked_until is not None and person.locked_until > office.now()


def _wanted(row: Row, filters: Filters) -> bool:
    works = row.person.is_active and bool(row.held)
    if filters.state != "all" and works != (filters.state == "active"):
        return False
    if filters.unit_id and all(a.unit_id != filters.unit_id for a in row.held):
        return False
    titles = " ".join(f"{a.title} {a.unit.name}" for a in row.held)
    known = fold(f"{row.person.full_name} {row.person.username} {titles}")
    return all(word in known for word in fold(filters.text).split())


def load(office: Office, actor: Actor, person_id: int) -> Card:
    """Raises NotFound for whoever is not of the actor's agency."""
    access.require(actor)
    person, appointments = access.load(office.session(), actor, person_id)
    home = access.home_of(appointments, office.today())
    own = [a for a in appointments if a.agency_id == actor.agency_id]
    return Card(person, own, home, home.id == actor.agency_id, _is_locked(office, person))


def create(office: Office, actor: Actor, form: Mapping, post: Post) -> tuple[int, str]:
    """A new account with a first appointment; gives its id and its one-time password, which is
    seen only here. `form`: username, full_name, email, telephone.

    Raises Invalid("username-wrong"), Conflict("username-taken"), and what an appointment raises.
    """
    access.require(actor)
    with transaction(office, actor) as work:
        person, password = open_account(work, form)
        add(work, person, actor.agency_id, post)
        return person.id, password


def open_account(work: Work, form: Mapping) -> tuple[Person, str]:
    """The account and its one-time password, inside a transaction."""
    username, full_name = checked_username(form["username"]), _name(form["full_name"])
    if work.session.scalar(select(Person.id).where(Person.username == username)):
        raise Conflict("username-taken", field="username")
    password = one_time_password()
    email = checked_email(form.get("email") or "")
    person = accounts.create_person(work, username, full_name, password, email)
    person.telephone = checked_telephone(form.get("telephone") or "")
    person.must_change_password = True
    return person, password


def checked_username(text: str) -> str:
    username = nfc(text).lower()
    if not USERNAME.fullmatch(username):
        raise Invalid("username-wrong", field="username")
    return username


def _name(text: str) -> str:
    name = " ".join(nfc(text).split())
    if not name or len(name) > 100:
        raise Invalid("name-missing", field="full_name")
    return name


def edit(office: Office, actor: Actor, person_id: int, form: Mapping) -> None:
    """Name, e-mail and telephone; raises NotFound, Forbidden("person-elsewhere"), Invalid,
    Conflict("stale")."""
    access.require(actor)
    changes = {
        "full_name": _name(form["full_name"]),
        "email": checked_email(form.get("email") or ""),
        "telephone": checked_telephone(form.get("telephone") or ""),
    }
    with transaction(office, actor) as work:
        person = access.load_managed(office, actor, person_id)
        seen.require_same(person, seen.PERSON, form.get("seen"))
        for name, value in changes.items():
            setattr(person, name, value)
        work.audit("admin:person_edit", person, username=person.username, **changes)


def set_active(office: Office, actor: Actor, person_id: int, active: bool) -> None:
    """Shuts an account and ends its sessions, or opens it again.

    Raises NotFound, Forbidden("person-elsewhere"), Conflict("last-administrator").
    """
    access.require(actor)
    with transaction(office, actor) as work:
        person = access.load_managed(office, actor, person_id)
        if person.is_active == active:
            raise Conflict("wrong-state")
        ended = 0
        if not active:
            access.keep_an_administrator(
                work.session,
                actor.agency_id,
                office.today(),
                without=lambda a: a.person_id == person_id,
            )
            ended = accounts.end_all(work, person_id)
        person.is_active = active
        tag = "admin:person_activate" if active else "admin:person_deactivate"
        work.audit(tag, person, username=person.username, ended=ended)


def reset_password(office: Office, actor: Actor, person_id: int) -> str:
    """A new one-time password, seen only here; ends all sessions and the lock of the account.

    Raises NotFound, Forbidden("person-elsewhere").
    """
    access.require(actor)
    password = one_time_password()
    hashed = accounts.hash_password(password)
    with transaction(office, actor) as work:
        person = access.load_managed(office, actor, person_id)
        person.password_hash, person.must_change_password = hashed, True
        person.failed_logins, person.locked_until = 0, None
        ended = accounts.end_all(work, person_id)
        work.audit("admin:password_reset", person, username=person.username, ended=ended)
    return password


def unlock(office: Office, actor: Actor, person_id: int) -> None:
    """Lets a person who typed wrong passwords try again at once."""
    access.require(actor)
    with transaction(office, actor) as work:
        person = access.load_managed(office, actor, person_id)
        person.failed_logins, person.locked_until = 0, None
        work.audit("admin:person_unlock", person, username=person.username)


def end_sessions(office: Office, actor: Actor, person_id: int) -> int:
    """Signs a person out everywhere; gives how many sessions ended."""
    access.require(actor)
    with transaction(office, actor) as work:
        person = access.load_managed(office, actor, person_id)
        ended = accounts.end_all(work, person_id)
        work.audit("admin:sessions_end", person, username=person.username, ended=ended)
        return ended
