"""The only place that assigns the state of an outgoing document. People's steps come through
`actions.perform`; jobs of signing and exchange call `move` inside their own transaction."""

from domain.flow import Step
from domain.outgoing_flow import OUTGOING_FLOW
from models.outgoing import OutgoingDocument
from services.outgoing import notices
from services.unit_of_work import Work

STAMPS = {
    "submit": "submitted_at",
    "approve": "approved_at",
    "leader_signed": "signed_at",
    "issue": "numbered_at",
    "sealed": "issued_at",
    "dispatch": "dispatched_at",
}


def move(work: Work, doc: OutgoingDocument, action: str, **details: object) -> Step:
    """Does the step: state, time stamp, audit entry, word to whoever acts next.

    Raises Conflict("wrong-state").
    """
    step = OUTGOING_FLOW.step(action, doc.state)
    doc.state = step.to
    doc.updated_at = work.now
    if action in STAMPS:
        setattr(doc, STAMPS[action], work.now)
    work.audit(f"{OUTGOING_FLOW.name}:{action}", doc, **details)
    notices.announce(work, doc, action, details)
    return step
