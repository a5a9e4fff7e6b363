"""The one place that assigns the state of a change."""

from domain.change_flow import CHANGE_FLOW
from models.changes import Change
from services.incoming.text import clipped
from services.unit_of_work import Work


def move(work: Work, change: Change, action: str, answer: str = "", by: str = "") -> None:
    """Takes the step: state, who answered what and when, audit entry on the document.

    Raises Conflict("wrong-state").
    """
    step = CHANGE_FLOW.step(action, change.state)
    change.state, change.answered_at = step.to, work.now
    change.answered_by = clipped(by or work.actor.name, 100)
    change.answer = clipped(answer, 500)
    work.audit(
        f"{CHANGE_FLOW.name}:{action}",
        change.incoming or change.outgoing,
        kind=change.kind,
        peer=change.peer_name or change.peer_code,
        reason=change.answer or change.reason,
    )
