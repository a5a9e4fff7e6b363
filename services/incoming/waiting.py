"""Whose turn it is with an incoming document: the documents of each state that wait for a person.
The home page counts by these conditions and the list filters by them, so that both agree."""

from sqlalchemy import ColumnElement, and_, false, or_, true

from domain.incoming_flow import IncomingState
from domain.roles import LEADERS, Actor, Role
from models.incoming import IncomingDocument

S = IncomingState
CLERK = frozenset({Role.CLERK})


def conditions(actor: Actor) -> dict[IncomingState, ColumnElement[bool]]:
    """For each state in which the actor's role has its turn: the documents that wait for them."""
    here = IncomingDocument.agency_id == actor.agency_id
    director = IncomingDocument.director_id == actor.appointment_id
    turns = (
        (S.ARRIVED, CLERK, true()),
        (S.REGISTERED, CLERK, true()),
        (S.AWAITING_DIRECTION, LEADERS, director),
    )
    return {
        state: and_(here, IncomingDocument.state == state, theirs)
        for state, roles, theirs in turns
        if actor.role in roles
    }


def waiting(actor: Actor) -> ColumnElement[bool]:
    """Everything that waits for the actor."""
    return or_(false(), *conditions(actor).values())
