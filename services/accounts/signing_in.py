"""Signing in. An attempt is counted before its password is looked at and given back when it was
right, so that guesses sent side by side count as much as guesses sent in turn; Argon2 runs outside
of any transaction, so that it never keeps the database's writers waiting."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from domain.errors import Forbidden, Invalid, Locked
from domain.roles import SYSTEM, Actor
from models.agencies import LoginSession, Person
from services.accounts.passwords import password_matches
from services.accounts.people import held_on
from services.accounts.sessions import actor_in, digest
from services.office import Office
from services.unit_of_work import transaction

WRONG_BEFORE_LOCK = 5
LOCK = timedelta(minutes=5)


@dataclass(frozen=True)
class _Attempt:
    """Whose account is tried; nobody's for an unknown name."""

    person_id: int | None = None
    password_hash: str | None = None
    is_active: bool = False


def sign_in(office: Office, username: str, password: str, address: str, browser: str) -> str:
    """Opens a session and gives its token; five wrong passwords lock the account for 5 minutes.

    Raises Invalid("login-wrong"), Locked("login-locked"), Forbidden("no-appointment").
    """
    attempt = _count_attempt(office, username.strip().lower())
    matches = password_matches(attempt.password_hash, password)
    if not matches or not attempt.is_active:
        _note_refusal(office, attempt, address)
        raise Invalid("login-wrong", field="password")
    actor = _acting(office, attempt.person_id)
    token = secrets.token_urlsafe(32)
    with transaction(office, actor) as work:
        person = work.session.get(Person, actor.person_id)
        person.failed_logins, person.locked_until = 0, None
        session = LoginSession(
            person_id=actor.person_id,
            appointment_id=actor.appointment_id,
            token_sha256=digest(token),
            created_at=work.now,
            last_seen_at=work.now,
            address=address[:100],
            browser=browser[:500],
        )
        work.session.add(session)
        work.audit("account:login", session, address=address[:100])
    return token


def _count_attempt(office: Office, username: str) -> _Attempt:
    with transaction(office, SYSTEM) as work:
        person = work.session.scalars(
            select(Person).where(Person.username == username).with_for_update()
        ).one_or_none()
        if person is None:
            return _Attempt()
        if person.locked_until and person.locked_until > work.now:
            raise Locked("login-locked", until=person.locked_until)
        person.failed_logins += 1
        if person.failed_logins >= WRONG_BEFORE_LOCK:
            person.failed_logins, person.locked_until = 0, work.now + LOCK
        return _Attempt(person.id, person.password_hash, person.is_active)


def _note_refusal(office: Office, attempt: _Attempt, address: str) -> None:
    if attempt.person_id is None:  # anyone could fill the chain with invented names
        return
    with transaction(office, SYSTEM) as work:
        person = work.session.get(Person, attempt.person_id)
        work.audit("account:login_refused", person, address=address[:100])


def _acting(office: Office, person_id: int) -> Actor:
    """The person in the oldest appointment they hold today."""
    person = office.session().get(Person, person_id)
    held = held_on(person, office.today())
    if not held:
        raise Forbidden("no-appointment")
    return actor_in(person, held[0])
