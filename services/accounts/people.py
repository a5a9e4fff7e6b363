"""People and what they hold: a person with an account, an appointment, which ones hold today."""

from datetime import date

from models.agencies import Appointment, Person
from services.accounts.passwords import hash_password
from services.unit_of_work import Work


def create_person(
    work: Work, username: str, full_name: str, password: str, email: str = ""
) -> Person:
    person = Person(
        username=username.strip().lower(),
        full_name=full_name,
        password_hash=hash_password(password),
        email=email,
        created_at=work.now,
    )
    work.session.add(person)
    work.session.flush()
    work.audit("admin:person_create", person, username=person.username)
    return person


def appoint(
    work: Work, person: Person, agency_id: int, unit_id: int, role: str, title: str, since: date
) -> Appointment:
    appointment = Appointment(
        person_id=person.id,
        agency_id=agency_id,
        unit_id=unit_id,
        role=role,
        title=title,
        valid_from=since,
    )
    work.session.add(appointment)
    work.session.flush()
    work.audit("admin:appointment_create", appointment, person=person.username, role=role)
    return appointment


def held_on(person: Person, day: date) -> list[Appointment]:
    """The appointments a person holds that day, the oldest first."""
    return sorted((a for a in person.appointments if a.holds_on(day)), key=lambda a: a.id)
