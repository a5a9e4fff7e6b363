"""Whose turn it is with an assignment: what waits for a person, by what they are to do with it.
The home page counts by these conditions and the list shows them, so that both agree."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_

from domain.assignment_flow import AssignmentKind, AssignmentState
from domain.incoming_flow import CLOSED
from domain.roles import Actor
from models.assignments import Assignment
from models.incoming import IncomingDocument
from services.assignments import access

OPEN = (AssignmentState.NEW, AssignmentState.STARTED)


def is_closed() -> ColumnElement[bool]:
    """Done, or on a document that is closed: as `Assignment.is_closed`."""
    over = Assignment.document.has(IncomingDocument.state.in_(CLOSED))
    return or_(Assignment.state == AssignmentState.DONE, over)


def conditions(actor: Actor, day: date) -> dict[str, ColumnElement[bool]]:
    """To hand on (given to a unit, not begun), to do, to know; no two of them overlap."""
    mine = and_(
        Assignment.agency_id == actor.agency_id,
        Assignment.state.in_(OPEN),
        ~is_closed(),
        access.mine(actor, day),
    )
    informed = Assignment.kind == AssignmentKind.INFORM
    of_unit = and_(Assignment.person_id.is_(None), Assignment.state == AssignmentState.NEW)
    return {
        "to_hand_on": and_(mine, ~informed, of_unit),
        "to_do": and_(mine, ~informed, ~of_unit),
        "to_know": and_(mine, informed),
    }
