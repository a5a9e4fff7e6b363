"""What a person changes about their own account: password, language, address and telephone."""

import re

from sqlalchemy.orm import selectinload

from domain.errors import Invalid
from domain.roles import Actor
from domain.text import nfc
from models.agencies import Appointment, LoginSession, Person
from services.accounts.passwords import hash_password, password_matches
from services.accounts.sessions import digest, end_all
from services.office import Office
from services.unit_of_work import transaction

LANGUAGES = ("vi", "en")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TELEPHONE = re.compile(r"[0-9+ .()-]{6,30}")


def account_of(office: Office, actor: Actor) -> Person:
    """The person's own account with all appointments, agencies and units."""
    appointments = selectinload(Person.appointments)
    return office.session().get(
        Person,
        actor.person_id,
        options=[
            appointments.joinedload(Appointment.agency),
            appointments.joinedload(Appointment.unit),
        ],
        populate_existing=True,
    )


def change_password(office: Office, actor: Actor, token: str, current: str, new: str) -> int:
    """Sets a new password and ends all other sessions; gives how many ended.

    Raises Invalid("password-wrong"), ("password-unchanged"), ("password-too-short").
    """
    known = office.session().get(Person, actor.person_id).password_hash
    if not password_matches(known, current):
        raise Invalid("password-wrong", field="current")
    if password_matches(known, new):
        raise Invalid("password-unchanged", field="password")
    hashed = hash_password(new)
    with transaction(office, actor) as work:
        person = work.session.get(Person, actor.person_id)
        person.password_hash, person.must_change_password = hashed, False
        ended = end_all(work, person.id, LoginSession.token_sha256 != digest(token))
        work.audit("account:password_change", person, ended=ended)
        return ended


def change_language(office: Office, actor: Actor, language: str) -> None:
    """Raises Invalid("language-unknown")."""
    if language not in LANGUAGES:
        raise Invalid("language-unknown", field="language")
    with transaction(office, actor) as work:
        person = work.session.get(Person, actor.person_id)
        person.language = language
        work.audit("account:profile_edit", person, language=language)


def edit_profile(office: Office, actor: Actor, email: str, telephone: str) -> None:
    """Raises Invalid("email-wrong"), Invalid("telephone-wrong")."""
    email, telephone = checked_email(email), checked_telephone(telephone)
    with transaction(office, actor) as work:
        person = work.session.get(Person, actor.person_id)
        person.email, person.telephone = email, telephone
        work.audit("account:profile_edit", person, email=email, telephone=telephone)


def checked_email(text: str) -> str:
    email = nfc(text)
    if email and (len(email) > 100 or not EMAIL.fullmatch(email)):
        raise Invalid("email-wrong", field="email")
    return email


def checked_telephone(text: str) -> str:
    telephone = nfc(text)
    if telephone and not TELEPHONE.fullmatch(telephone):
        raise Invalid("telephone-wrong", field="telephone")
    return telephone
