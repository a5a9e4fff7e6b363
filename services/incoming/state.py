"""The one place that assigns the state of an incoming document."""

from domain.incoming_flow import INCOMING_FLOW, IncomingState
from models.incoming import IncomingDocument
from services.unit_of_work import Work

STAMPS = {IncomingState.REGISTERED: "registered_at", IncomingState.DONE: "done_at"}


def move(work: Work, document: IncomingDocument, action: str, **details: object) -> None:
    """Takes the step: state, time stamp, version, audit entry. Raises Conflict("wrong-state")."""
    step = INCOMING_FLOW.step(action, document.state)
    document.state = step.to
    document.version += 1
    if stamp := STAMPS.get(step.to):
        setattr(document, stamp, work.now)
    work.audit(f"{INCOMING_FLOW.name}:{action}", document, **details)
