"""Sessions: the browsers in which a person is signed in. The cookie carries a random token, the
table its digest; a session ends by itself, by its owner, or by an administrator."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import joinedload

from domain.errors import Forbidden, NotFound
from domain.roles import SYSTEM, Actor
from models.agencies import Appointment, LoginSession, Person
from services.accounts.people import held_on
from services.office import Office
from services.unit_of_work import Work, transaction

IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)


def find_session(office: Office, token: str) -> LoginSession | None:
    """The live session of this token with person, their appointments and agencies, and the unit
    they act in: one statement, for every page begins with it."""
    session = (
        office.session()
        .scalars(
            select(LoginSession)
            .where(LoginSession.token_sha256 == digest(token), *_alive(office))
            .options(
                joinedload(LoginSession.person)
                .joinedload(Person.appointments)
                .joinedload(Appointment.agency),
                joinedload(LoginSession.appointment).joinedload(Appointment.agency),
                joinedload(LoginSession.appointment).joinedload(Appointment.unit),
            )
        )
        .unique()
        .one_or_none()
    )
    if session is None or not session.person.is_active or not session.appointment:
        return None
    return session if session.appointment.holds_on(office.today()) else None


def live_sessions(office: Office, person_id: int) -> Sequence[LoginSession]:
    """Where a person is signed in now, the latest used first."""
    return (
        office.session()
        .scalars(
            select(LoginSession)
            .where(LoginSession.person_id == person_id, *_alive(office))
            .options(joinedload(LoginSession.appointment).joinedload(Appointment.agency))
            .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
        )
        .all()
    )


def touch(office: Office, session: LoginSession) -> None:
    """Notes that the session is in use, at most every few minutes."""
    if office.now() - session.last_seen_at > SEEN_EVERY:
        session_id = session.id
        with transaction(office, SYSTEM) as work:
            work.session.get(LoginSession, session_id).last_seen_at = work.now


def sign_out(office: Office, actor: Actor, token: str) -> None:
    """Ends this session; one that ended meanwhile stays as it is."""
    with transaction(office, actor) as work:
        session = _of_token(work, token)
        if session and session.ended_at is None:
            session.ended_at = work.now
            work.audit("account:logout", session)


def end_session(office: Office, actor: Actor, session_id: int) -> None:
    """Ends one of the person's own sessions; NotFound for anyone else's."""
    with transaction(office, actor) as work:
        session = work.session.get(LoginSession, session_id)
        if session is None or session.person_id != actor.person_id:
            raise NotFound("not-found")
        if session.ended_at is None:
            session.ended_at = work.now
            work.audit("account:session_end", session)


def end_others(office: Office, actor: Actor, token: str) -> int:
    """Ends all sessions of the person but this one; gives how many."""
    with transaction(office, actor) as work:
        ended = end_all(work, actor.person_id, LoginSession.token_sha256 != digest(token))
        if ended:
            person = work.session.get(Person, actor.person_id)
            work.audit("account:session_end", person, ended=ended)
        return ended


def end_all(work: Work, person_id: int, *conditions: ColumnElement[bool]) -> int:
    """Ends a person's open sessions (those that meet the conditions) inside a transaction."""
    found = work.session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None), *conditions)
        .values(ended_at=work.now)
    )
    return found.rowcount


def switch_appointment(office: Office, actor: Actor, token: str, appointment_id: int) -> None:
    """Acts in another appointment of the same person; raises Forbidden("not-your-appointment")."""
    with transaction(office, actor) as work:
        person = work.session.get(Person, actor.person_id)
        if appointment_id not in {a.id for a in held_on(person, office.today())}:
            raise Forbidden("not-your-appointment")
        session = _of_token(work, token)
        session.appointment_id = appointment_id
        work.audit("account:appointment_switch", session, appointment=appointment_id)


def actor_of(session: LoginSession) -> Actor:
    return actor_in(session.person, session.appointment)


def actor_in(person: Person, appointment: Appointment) -> Actor:
    """The person acting in one of their appointments."""
    return Actor(
        name=person.full_name,
        person_id=person.id,
        appointment_id=appointment.id,
        agency_id=appointment.agency_id,
        unit_id=appointment.unit_id,
        role=appointment.role,
        position=appointment.title,
        agency_name=appointment.agency.name,
        unit_name=appointment.unit.name,
    )


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _of_token(work: Work, token: str) -> LoginSession | None:
    return work.session.scalars(
        select(LoginSession).where(LoginSession.token_sha256 == digest(token))
    ).one_or_none()


def _alive(office: Office) -> tuple[ColumnElement[bool], ...]:
    now = office.now()
    return (
        LoginSession.ended_at.is_(None),
        LoginSession.last_seen_at > now - IDLE,
        LoginSession.created_at > now - LIFETIME,
    )
