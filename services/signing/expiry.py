"""Certificates that end: the daily job `warn_certificates` tells the holder and the administrators
60, 30 and 7 days before, once each, unless a renewed certificate stands by; and the home page shows
what ends soon to those whom it concerns."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from domain.dates import local_date, start_of_day
from domain.roles import SYSTEM, Actor, Role
from models.agencies import Appointment
from models.signing import CertificateBinding, SigningRole
from services import outbox, repeating
from services.accounts import posts
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import Work, transaction

QUEUE, KIND = "signing", "warn_certificates"
DAY = 24 * 3600
WARNED_AT = (60, 30, 7)  # days before the end
TAG = "admin:certificate_ends"


def ensure(office: Office) -> None:
    """The job exists on a node that signs; cheap when it does."""
    if not office.settings.is_hub:
        repeating.ensure(office, QUEUE, {KIND: DAY})


def warn(office: Office, lease: Lease) -> None:
    """One round of the job. Raises LeaseLost."""
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        for binding in ending(work.session, work.now):
            step = min(days for days in WARNED_AT if days_left(binding, work.now) <= days)
            if binding.warned_days is None or step < binding.warned_days:
                binding.warned_days = step
                _tell(work, binding)


def ending(session: Session, now: datetime) -> Sequence[CertificateBinding]:
    """Usable certificates that end within the longest warning and have no successor."""
    later = aliased(CertificateBinding)
    successor = exists().where(
        *_alive(later),
        later.role == CertificateBinding.role,
        or_(
            later.person_id == CertificateBinding.person_id,
            later.agency_id == CertificateBinding.agency_id,
        ),
        later.valid_to > CertificateBinding.valid_to,
    )
    until = start_of_day(local_date(now) + timedelta(days=max(WARNED_AT) + 1))
    query = select(CertificateBinding).where(
        *_alive(CertificateBinding),
        CertificateBinding.valid_to > now,
        CertificateBinding.valid_to < until,
        ~successor,
    )
    return session.scalars(query.order_by(CertificateBinding.valid_to)).all()


def ending_for(office: Office, actor: Actor) -> list[CertificateBinding]:
    """Of those that end soon, what concerns the actor: their own, the seal that a clerk applies,
    all of the agency for its administrators."""
    found = ending(office.session(), office.now())
    if actor.role not in {Role.CLERK, Role.ADMINISTRATOR}:
        return [each for each in found if each.person_id == actor.person_id]
    mine = [each for each in found if each.agency_id == actor.agency_id]
    if actor.role == Role.ADMINISTRATOR:
        people = [each.person_id for each in found if each.person_id is not None]
        here = set(_people_here(office.session(), actor, people)) if people else set()
        mine += [each for each in found if each.person_id in here]
    return mine


def days_left(binding: CertificateBinding, now: datetime) -> int:
    """Days of the calendar in Vietnam, as people count them: 0 on the day on which it ends."""
    return (local_date(binding.valid_to) - local_date(now)).days


def _people_here(session: Session, actor: Actor, people: Sequence[int]) -> Sequence[int]:
    query = select(Appointment.person_id).where(
        Appointment.agency_id == actor.agency_id, Appointment.person_id.in_(people)
    )
    return session.scalars(query).all()


def _alive(binding: type[CertificateBinding]) -> tuple:
    return (
        binding.revoked_at.is_(None),
        binding.suspended_at.is_(None),
        binding.confirmed_at.is_not(None),
    )


def _tell(work: Work, binding: CertificateBinding) -> None:
    left = days_left(binding, work.now)
    work.audit(TAG, binding, certificate=binding.certificate_sha256, left=left)
    for person_id in _whom(work, binding):
        work.notify(person_id, TAG, binding, binding.subject, left=left)


def _whom(work: Work, binding: CertificateBinding) -> list[int]:
    """The holder (of a seal: the clerks) and the administrators of the holder's agencies."""
    today, session = work.office.today(), work.session
    if binding.role == SigningRole.SEAL:
        holders = posts.clerks(session, binding.agency_id, today)
        agencies = [binding.agency_id]
    else:
        holders = [binding.person_id]
        held = and_(Appointment.person_id == binding.person_id, posts.in_office(today))
        agencies = list(session.scalars(select(Appointment.agency_id).where(held)))
    for agency_id in agencies:
        found = posts.holders(session, agency_id, {Role.ADMINISTRATOR}, today)
        holders += [each.person_id for each in found]
    return list(dict.fromkeys(holders))
