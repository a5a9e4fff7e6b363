"""Who stands how to a copy, in Python for one and in SQL for lists; both say the same."""

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session, joinedload

from domain import permissions
from domain.copy_flow import COPY_FLOW, MEDIUM_OF
from domain.errors import NotFound
from domain.flow import Step
from domain.permissions import Grant, Relation
from domain.roles import Actor
from models.agencies import Appointment
from models.copies import CertifiedCopy
from models.delegations import Delegation

VIEW = "copy:view"


def relations(actor: Actor, copy: CertifiedCopy) -> frozenset[Relation]:
    """Every relation of the actor; none at all to a copy of another agency."""
    if actor.agency_id is None or copy.agency_id != actor.agency_id:
        return frozenset()
    holds = {
        Relation.AGENCY: True,
        Relation.DRAFTER: copy.requester_id == actor.person_id,
        Relation.SIGNER: copy.signer_id == actor.appointment_id,
        Relation.DELEGATE: copy.delegation_id is not None
        and copy.signer_id == actor.appointment_id,
    }
    return frozenset(relation for relation, held in holds.items() if held)


def visible(actor: Actor) -> ColumnElement[bool]:
    ways = {
        Relation.AGENCY: true(),
        Relation.DRAFTER: CertifiedCopy.requester_id == actor.person_id,
        Relation.SIGNER: CertifiedCopy.signer_id == actor.appointment_id,
        Relation.DELEGATE: and_(
            CertifiedCopy.delegation_id.is_not(None),
            CertifiedCopy.signer_id == actor.appointment_id,
        ),
    }
    granting = permissions.relations_granting(actor, VIEW)
    reached = [condition for relation, condition in ways.items() if relation in granting]
    return and_(CertifiedCopy.agency_id == actor.agency_id, or_(false(), *reached))


def find(session: Session, actor: Actor, copy_id: int, *, lock: bool = False) -> CertifiedCopy:
    """The copy, if the actor may see it; else NotFound, as if there were none."""
    query = select(CertifiedCopy).where(CertifiedCopy.id == copy_id, visible(actor))
    if lock:
        query = query.with_for_update(of=CertifiedCopy)
    query = query.options(
        joinedload(CertifiedCopy.agency),
        joinedload(CertifiedCopy.requester),
        joinedload(CertifiedCopy.signer).joinedload(Appointment.person),
        joinedload(CertifiedCopy.delegation).options(
            joinedload(Delegation.grantor), joinedload(Delegation.passed_from)
        ),
    )
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("not-found")
    return found


def grant_to_view(actor: Actor, copy: CertifiedCopy) -> Grant | None:
    return permissions.allowing(actor, VIEW, relations(actor, copy))


def available_steps(actor: Actor, copy: CertifiedCopy) -> list[Step]:
    """What this actor may do with this copy now: the page's buttons."""
    held = relations(actor, copy)
    return [
        step
        for step in COPY_FLOW.from_state(copy.state)
        if not step.by_system
        and MEDIUM_OF.get(step.action, copy.medium) == copy.medium
        and permissions.allowing(actor, COPY_FLOW.permission(step), held) is not None
    ]
