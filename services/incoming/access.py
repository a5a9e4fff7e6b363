"""Who stands how to an incoming document, in Python for one document and in SQL for lists; both
say the same. Nothing of another agency exists here."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import aliased

from domain.errors import NotFound
from domain.incoming_flow import IncomingState
from domain.permissions import Grant, Relation, allowing, relations_granting
from domain.roles import Actor
from models.assignments import Assignment
from models.incoming import IncomingDocument
from services.unit_of_work import Work


def relations(actor: Actor, document: IncomingDocument) -> frozenset[Relation]:
    """How the actor stands to the document; to anything of another agency not at all. What was
    revoked or given back is nobody's work any more: only who oversees the agency finds it."""
    if actor.agency_id is None or document.agency_id != actor.agency_id:
        return frozenset()
    if document.state == IncomingState.WITHDRAWN:
        return frozenset({Relation.AGENCY})
    assigned = document.assignments
    holds = {
        Relation.AGENCY: True,
        Relation.DIRECTOR: document.director_id is not None
        and document.director_id == actor.appointment_id,
        Relation.ASSIGNED_UNIT: any(each.unit_id == actor.unit_id for each in assigned),
        Relation.ASSIGNEE: any(each.person_id == actor.person_id for each in assigned),
    }
    return frozenset(relation for relation, held in holds.items() if held)


def grant_to_view(actor: Actor, document: IncomingDocument) -> Grant | None:
    """The grant that lets the actor see it: the answer to "vì sao tôi xem được"."""
    return allowing(actor, "incoming:view", relations(actor, document))


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition of all lists: documents of the actor's agency that they may view."""
    granting = relations_granting(actor, "incoming:view")
    ways = [_condition(actor, relation) for relation in sorted(granting)]
    return and_(IncomingDocument.agency_id == actor.agency_id, or_(false(), *ways))


def _condition(actor: Actor, relation: Relation) -> ColumnElement[bool]:
    # Under a name of its own: lists of assignments use this condition beside that table.
    given = aliased(Assignment)
    assigned = exists().where(given.document_id == IncomingDocument.id)
    in_force = IncomingDocument.state != IncomingState.WITHDRAWN
    ways = {
        Relation.AGENCY: true(),
        Relation.DIRECTOR: and_(in_force, IncomingDocument.director_id == actor.appointment_id),
        Relation.ASSIGNED_UNIT: and_(in_force, assigned.where(given.unit_id == actor.unit_id)),
        Relation.ASSIGNEE: and_(in_force, assigned.where(given.person_id == actor.person_id)),
    }
    return ways.get(relation, false())


def locked(work: Work, document_id: int) -> IncomingDocument:
    """The document for a change, if the actor may see it; NotFound("not-found") otherwise."""
    found = work.session.scalars(
        select(IncomingDocument)
        .where(IncomingDocument.id == document_id, visible(work.actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("not-found")
    return found
