"""The one place that assigns the state of a change."""

from domain.change_flow import CHANGE_FLOW
from models.changes import Change
from services.incoming.text import clipped
from services.unit_of_work import Work


def move(work: Work, change: Change, action: str, answer: str = "", by: str = "") -> None:
    """Takes the step: state, who answered what and when, audit entry on the document, or on the
    package of a request whose document never came.

    Raises Conflict("wrong-state").
    """
    step = CHANGE_FLOW.step(action, change.state)
    change.state, change.answered_at = step.to, work.now
    change.answered_by = clipped(by or work.actor.name, 100)
    change.answer = clipped(answer, 500)
    work.audit(
        f"{CHANGE_FLOW.name}:{action}",
        change.incoming or change.outgoing or change.message,
        kind=change.kind,
        peer=change.peer_name or change.peer_code,
        to=change.peer_code,
        reason=change.answer or change.reason,
    )


def came(work: Work, change: Change) -> None:
    """The document that the change is about is here: now it can be answered."""
    change.state = CHANGE_FLOW.step("came", change.state).to
    work.audit(
        f"{CHANGE_FLOW.name}:came",
        change.incoming,
        kind=change.kind,
        to=change.peer_code,
        reason=change.reason,
    )
