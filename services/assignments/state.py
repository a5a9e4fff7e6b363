"""The one place that assigns the state of an assignment."""

from domain.assignment_flow import ASSIGNMENT_FLOW, AssignmentState
from models.assignments import Assignment
from services.unit_of_work import Work

STAMPS = {AssignmentState.STARTED: "started_at", AssignmentState.DONE: "done_at"}


def move(work: Work, assignment: Assignment, action: str, **details: object) -> None:
    """Takes the step: state, time stamp, audit entry. Raises Conflict("wrong-state")."""
    step = ASSIGNMENT_FLOW.step(action, assignment.state)
    if stamp := STAMPS.get(step.to) if step.to != assignment.state else None:
        setattr(assignment, stamp, work.now)
    assignment.state = step.to
    work.audit(f"{ASSIGNMENT_FLOW.name}:{action}", assignment, **details)
