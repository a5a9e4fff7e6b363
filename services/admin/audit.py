"""The audit chain as the agency's administrator reads it: what its people did and what was done to
them. The whole chain of the node can be verified by any of its administrators."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, func, or_, select

from domain.dates import VIETNAM
from domain.roles import Actor
from domain.text import by_given_name, nfc
from models.agencies import Appointment, Person
from models.audit import AuditEntry
from services.admin import access
from services.audit_chain import Fault, verify
from services.office import Office
from services.unit_of_work import transaction

PER_PAGE = 50
FAULTS_SHOWN = 100


@dataclass(frozen=True)
class Filters:
    person_id: int | None = None
    tag: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Page:
    entries: Sequence[AuditEntry]
    total: int
    people: Sequence[Person]  # who can be filtered by
    tags: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Verdict:
    """What a verification found; at most FAULTS_SHOWN faults are listed."""

    at: datetime
    entries: int
    faults: list[Fault]


def page(office: Office, actor: Actor, filters: Filters, number: int) -> Page:
    """One page of entries, the latest first; four statements."""
    access.require(actor, "audit:view")
    session = office.session()
    seen = _visible(office, actor)
    where = [seen, *_conditions(filters)]
    entries = session.scalars(
        select(AuditEntry)
        .where(*where)
        .order_by(AuditEntry.sequence.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    ).all()
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*where))
    people = session.scalars(select(Person).where(Person.id.in_(_own_people(actor))))
    tags = session.scalars(select(AuditEntry.tag).where(seen).distinct()).all()
    by_name = sorted(people, key=lambda person: by_given_name(person.full_name))
    return Page(entries, total, by_name, tags)


def _own_people(actor: Actor):
    return select(Appointment.person_id).where(Appointment.agency_id == actor.agency_id)


def _visible(office: Office, actor: Actor) -> ColumnElement[bool]:
    """Entries of the agency; those of no agency where they are about its people. A hub is one
    agency: all of it is its own."""
    if office.settings.is_hub:
        return AuditEntry.sequence > 0
    people = _own_people(actor)
    about = and_(AuditEntry.subject_type == "person", AuditEntry.subject_id.in_(people))
    return or_(
        AuditEntry.agency_id == actor.agency_id,
        and_(AuditEntry.agency_id.is_(None), or_(AuditEntry.person_id.in_(people), about)),
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    wanted = []
    if filters.person_id:
        about = and_(
            AuditEntry.subject_type == "person", AuditEntry.subject_id == filters.person_id
        )
        wanted.append(or_(AuditEntry.person_id == filters.person_id, about))
    if filters.tag:
        wanted.append(AuditEntry.tag == nfc(filters.tag))
    if filters.since:
        wanted.append(AuditEntry.at >= _midnight(filters.since))
    if filters.until:
        wanted.append(AuditEntry.at <= datetime.combine(filters.until, time.max, VIETNAM))
    return wanted


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def verify_chain(office: Office, actor: Actor) -> Verdict:
    """Walks the whole chain of this node; that it was asked for is an entry itself."""
    access.require(actor, "audit:view")
    session = office.session()
    faults = []
    for fault in verify(session):
        faults.append(fault)
        if len(faults) == FAULTS_SHOWN:
            break
    entries = session.scalar(select(func.count()).select_from(AuditEntry))
    with transaction(office, actor) as work:
        work.audit("admin:audit_verify", None, entries=entries, faults=len(faults))
    return Verdict(office.now(), entries, faults)
