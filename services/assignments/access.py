"""Who stands how to an assignment, for one at hand and as SQL for lists."""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, contains_eager

from domain.errors import NotFound
from domain.permissions import OVERSIGHT, Relation
from domain.roles import Actor, Role
from models.agencies import Appointment
from models.assignments import Assignment
from services.accounts import posts
from services.incoming import access as incoming
from services.unit_of_work import Work


def relations(actor: Actor, assignment: Assignment, headed: bool) -> frozenset[Relation]:
    """`headed`: whether the unit has a head now (see `headed_units`)."""
    if actor.agency_id is None or assignment.agency_id != actor.agency_id:
        return frozenset()
    holds = {
        Relation.AGENCY: True,
        Relation.ASSIGNED_UNIT: assignment.unit_id == actor.unit_id,
        Relation.ASSIGNEE: assignment.person_id is not None
        and assignment.person_id == actor.person_id,
        Relation.UNHEADED_UNIT: not headed,
    }
    return frozenset(relation for relation, held in holds.items() if held)


def headed_units(session: Session, agency_id: int, day: date) -> frozenset[int]:
    """Units of the agency with somebody at their head today; a chief of office heads their own."""
    heads = {Role.UNIT_HEAD, Role.CHIEF_OF_OFFICE}
    return frozenset(each.unit_id for each in posts.holders(session, agency_id, heads, day))


def locked(work: Work, assignment_id: int) -> Assignment:
    """The assignment for a change, with its document; NotFound("not-found") for what the actor may
    not see. The document's row is locked too: completing the lead closes it."""
    found = work.session.scalars(
        select(Assignment)
        .join(Assignment.document)
        .where(Assignment.id == assignment_id, seen(work.actor))
        .options(contains_eager(Assignment.document))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("not-found")
    return found


def seen(actor: Actor) -> ColumnElement[bool]:
    """Assignments on documents that the actor may view."""
    return and_(Assignment.agency_id == actor.agency_id, incoming.visible(actor))


def mine(actor: Actor, day: date) -> ColumnElement[bool]:
    """What waits for this person: given to them, or to the unit for which they answer."""
    own = Assignment.person_id == actor.person_id
    if actor.role not in {Role.UNIT_HEAD, Role.CHIEF_OF_OFFICE}:
        return own
    answered_for = Assignment.unit_id == actor.unit_id
    if actor.role == Role.CHIEF_OF_OFFICE:
        answered_for = or_(answered_for, ~_headed(day))
    return or_(own, and_(Assignment.person_id.is_(None), answered_for))


def of_unit(actor: Actor) -> ColumnElement[bool]:
    """What the actor's unit has to do; those who oversee the agency see all units."""
    if actor.role in OVERSIGHT:
        return Assignment.agency_id == actor.agency_id
    if actor.role == Role.UNIT_HEAD:
        return Assignment.unit_id == actor.unit_id
    return Assignment.person_id == actor.person_id


def _headed(day: date) -> ColumnElement[bool]:
    return exists().where(
        Appointment.unit_id == Assignment.unit_id,
        Appointment.role.in_({Role.UNIT_HEAD, Role.CHIEF_OF_OFFICE}),
        posts.in_office(day),
    )
