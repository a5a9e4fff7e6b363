"""Delegations as an administrator keeps them: made once, ended early with a reason, never changed.
The head sees what is given in their name and may end it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from domain import delegation as rules
from domain import permissions
from domain.copies import DELEGATED
from domain.delegation import DelegationForm
from domain.document_types import DOCUMENT_TYPES
from domain.errors import Conflict, Invalid, NotFound
from domain.permissions import Relation
from domain.roles import STAFF, Actor
from domain.text import nfc
from models.agencies import Appointment
from models.delegations import Delegation
from services.accounts import posts
from services.delegations.authority import find
from services.office import Office
from services.unit_of_work import Work, transaction

LONGEST_LINE = 500


@dataclass(frozen=True)
class Wish:
    """A delegation as it was typed."""

    form: str
    grantor_id: int
    holder_id: int
    types: Sequence[str]
    content: str
    basis: str
    since: date
    until: date | None = None
    passed_from_id: int | None = None


def listing(office: Office, actor: Actor) -> list[Delegation]:
    """All delegations of the agency, the newest first. Raises Forbidden("not-allowed")."""
    permissions.require(actor, "delegation:view", {Relation.AGENCY})
    query = select(Delegation).where(Delegation.agency_id == actor.agency_id)
    return list(office.session().scalars(_with_people(query).order_by(Delegation.id.desc())))


def concerning(office: Office, actor: Actor) -> list[Delegation]:
    """What is in force or to come of delegations given in the actor's name or to the actor."""
    today = office.today()
    query = select(Delegation).where(
        or_(
            Delegation.grantor_id == actor.appointment_id,
            Delegation.holder_id == actor.appointment_id,
        ),
        or_(Delegation.valid_to.is_(None), Delegation.valid_to >= today),
        Delegation.ended_on.is_(None),
    )
    return list(office.session().scalars(_with_people(query).order_by(Delegation.id)))


def candidates(office: Office, actor: Actor) -> Sequence[Appointment]:
    """Posts of the agency that are held today, to choose head and holder from."""
    permissions.require(actor, "delegation:edit", {Relation.AGENCY})
    return posts.holders(office.session(), actor.agency_id, STAFF, office.today())


def grant(office: Office, actor: Actor, wish: Wish) -> int:
    """Makes a delegation; gives its id.

    Raises Forbidden("not-allowed"), NotFound, Invalid: required(field), delegation-… of
    `domain.delegation.check`, document-type-unknown, delegation-wider when what is passed on
    goes beyond what it comes from.
    """
    permissions.require(actor, "delegation:edit", {Relation.AGENCY})
    for field in ("content", "basis"):
        if not nfc(getattr(wish, field)).strip():
            raise Invalid("required", field=field)
        if len(getattr(wish, field)) > LONGEST_LINE:
            raise Invalid("too-long", field=field, limit=LONGEST_LINE)
    with transaction(office, actor) as work:
        made = _checked(work, actor, wish)
        work.session.add(made)
        work.session.flush()
        work.audit(
            "delegation:grant", made, form=made.form, grantor=made.grantor_id,
            holder=made.holder_id, types=made.types, basis=made.basis,
            since=made.valid_from, until=made.valid_to,
        )  # fmt: skip
        return made.id


def _checked(work: Work, actor: Actor, wish: Wish) -> Delegation:
    if wish.form not in set(DelegationForm):
        raise Invalid("delegation-form", field="form")
    known = {DELEGATED, *(kind.name for kind in DOCUMENT_TYPES)}
    if set(wish.types) - known:
        raise Invalid("document-type-unknown", field="types")
    grantor = _post(work, actor, wish.grantor_id, "grantor_id")
    holder = _post(work, actor, wish.holder_id, "holder_id")
    passed = None
    if wish.passed_from_id:
        passed = find(work.session, actor.agency_id, wish.passed_from_id)
        _require_narrower(wish, passed)
    rules.check(
        rules.Grant(
            DelegationForm(wish.form), _as_post(grantor), _as_post(holder), wish.types,
            wish.since, wish.until, _as_post(passed.holder) if passed else None,
        )
    )  # fmt: skip
    return Delegation(
        agency_id=actor.agency_id,
        form=DelegationForm(wish.form),
        grantor_id=grantor.id,
        holder_id=holder.id,
        passed_from_id=passed and passed.id,
        types=list(wish.types),
        content=nfc(wish.content),
        basis=nfc(wish.basis),
        valid_from=wish.since,
        valid_to=wish.until,
        created_by=actor.name,
        created_at=work.now,
    )


def _require_narrower(wish: Wish, passed: Delegation) -> None:
    """What a deputy signs is a part of what the head of the unit may sign; and of one line only."""
    same = passed.form == wish.form and passed.grantor_id == wish.grantor_id
    inside = wish.since >= passed.valid_from and (
        passed.valid_to is None or (wish.until is not None and wish.until <= passed.valid_to)
    )
    is_given = passed.passed_from_id is None and passed.ended_on is None
    if not (same and inside and is_given and set(wish.types) <= set(passed.types)):
        raise Invalid("delegation-wider", field="passed_from_id")


def end(office: Office, actor: Actor, delegation_id: int, reason: str) -> None:
    """Ends a delegation from today on. Raises Forbidden("not-allowed"), NotFound,
    Conflict("wrong-state") for one that is over, Invalid("required")."""
    permissions.require(actor, "delegation:end", {Relation.AGENCY})
    if not nfc(reason).strip():
        raise Invalid("required", field="reason")
    with transaction(office, actor) as work:
        found = find(work.session, actor.agency_id, delegation_id)
        today = office.today()
        if found.ended_on or (found.valid_to and found.valid_to < today):
            raise Conflict("wrong-state")
        found.ended_on, found.ended_by = today, actor.name
        found.end_reason = nfc(reason)[:LONGEST_LINE]
        work.audit("delegation:end", found, reason=found.end_reason)


def _post(work: Work, actor: Actor, appointment_id: int, field: str) -> Appointment:
    found = work.session.get(Appointment, appointment_id)
    if found is None or found.agency_id != actor.agency_id:
        raise NotFound("not-found")
    if not found.holds_on(work.office.today()):
        raise Invalid("delegation-post-over", field=field)
    return found


def _as_post(appointment: Appointment) -> rules.Post:
    return rules.Post(appointment.role, appointment.unit_id, appointment.person_id)


def _with_people(query):
    return query.options(
        joinedload(Delegation.grantor).joinedload(Appointment.person),
        joinedload(Delegation.holder).joinedload(Appointment.person),
        joinedload(Delegation.passed_from).joinedload(Delegation.holder),
    )
