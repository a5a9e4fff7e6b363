"""Who stands how to an outgoing document, once for a document at hand and once as SQL for lists.
Both follow the same relations; a test holds them together."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from domain import permissions
from domain.errors import NotFound
from domain.flow import Step
from domain.outgoing_flow import OUTGOING_FLOW
from domain.permissions import Grant, Relation
from domain.roles import Actor
from models.outgoing import OutgoingDocument, Review

VIEW = "outgoing:view"


def relations(actor: Actor, doc: OutgoingDocument) -> frozenset[Relation]:
    """Every relation of the actor; none at all to a document of another agency."""
    if actor.agency_id is None or doc.agency_id != actor.agency_id:
        return frozenset()
    holds = {
        Relation.AGENCY: True,
        Relation.UNIT: doc.unit_id == actor.unit_id,
        Relation.DRAFTER: doc.drafter_id == actor.person_id,
        Relation.SIGNER: doc.signer_id is not None and doc.signer_id == actor.appointment_id,
        Relation.DELEGATE: doc.delegation_id is not None and doc.signer_id == actor.appointment_id,
        Relation.PARTICIPANT: any(r.person_id == actor.person_id for r in doc.reviews),
    }
    return frozenset(relation for relation, held in holds.items() if held)


_CONDITIONS: dict[Relation, Callable[[Actor], ColumnElement[bool]]] = {
    Relation.AGENCY: lambda actor: true(),
    Relation.UNIT: lambda actor: OutgoingDocument.unit_id == actor.unit_id,
    Relation.DRAFTER: lambda actor: OutgoingDocument.drafter_id == actor.person_id,
    Relation.SIGNER: lambda actor: OutgoingDocument.signer_id == actor.appointment_id,
    Relation.DELEGATE: lambda actor: and_(
        OutgoingDocument.delegation_id.is_not(None),
        OutgoingDocument.signer_id == actor.appointment_id,
    ),
    Relation.PARTICIPANT: lambda actor: exists(
        select(Review.id).where(
            Review.document_id == OutgoingDocument.id, Review.person_id == actor.person_id
        )
    ),
}


def visible(actor: Actor) -> ColumnElement[bool]:
    """The documents the actor may see, as a condition of SQL."""
    granting = permissions.relations_granting(actor, VIEW)
    reached = [_CONDITIONS[relation](actor) for relation in granting if relation in _CONDITIONS]
    if actor.agency_id is None or not reached:
        return false()
    return and_(OutgoingDocument.agency_id == actor.agency_id, or_(*reached))


def find(
    session: Session, actor: Actor, document_id: int, *options: ExecutableOption, lock: bool = False
) -> OutgoingDocument:
    """The document, if the actor may see it; else NotFound, as if there were none."""
    query = select(OutgoingDocument).where(
        OutgoingDocument.id == document_id, OutgoingDocument.agency_id == actor.agency_id
    )
    if lock:
        query = query.with_for_update(of=OutgoingDocument)
    query = query.options(*options).execution_options(populate_existing=True)
    doc = session.scalars(query).unique().one_or_none()
    if doc is None or grant_to_view(actor, doc) is None:
        raise NotFound("not-found")
    return doc


def grant_to_view(actor: Actor, doc: OutgoingDocument) -> Grant | None:
    """The grant that lets the actor see it: the answer to "vì sao tôi xem được"."""
    return permissions.allowing(actor, VIEW, relations(actor, doc))


def available_steps(actor: Actor, doc: OutgoingDocument) -> list[Step]:
    """What this actor may do with this document now: the page's buttons."""
    held = relations(actor, doc)
    return [
        step
        for step in OUTGOING_FLOW.from_state(doc.state)
        if not step.by_system
        and permissions.allowing(actor, OUTGOING_FLOW.permission(step), held) is not None
    ]
