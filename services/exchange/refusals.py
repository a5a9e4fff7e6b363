"""Recipients who refused a document: which of them it can be sent to once more, under its own id.
The reason stays in the history; what they say from then on is about the new sending."""

from sqlalchemy import ColumnElement, exists

from domain.exchange_flow import PROGRESS, BusinessCode, TransportState
from domain.outgoing_flow import OutgoingState
from models.exchange import Dispatch, StatusEvent
from services.changes import asking
from services.exchange import statuses
from services.unit_of_work import Work

TAKEN = frozenset(PROGRESS[1:])


def told() -> ColumnElement[bool]:
    """Also by one who had registered it and gives it back: the state does not go backwards. A
    refusal of before it was sent once more is past."""
    return exists().where(
        StatusEvent.dispatch_id == Dispatch.id,
        StatusEvent.code == BusinessCode.REFUSED,
        StatusEvent.recorded_at >= Dispatch.queued_at,
    )


def said(dispatch: Dispatch) -> list[StatusEvent]:
    """The same of a dispatch with its statuses at hand, the oldest first."""
    return [
        each
        for each in dispatch.events
        if each.code == BusinessCode.REFUSED and each.recorded_at >= dispatch.queued_at
    ]


def is_returnable(dispatch: Dispatch) -> bool:
    """Whether the document is in force, and the recipient refused and did not take it later."""
    refused = said(dispatch)
    if dispatch.transport_state != TransportState.DELIVERED or not refused:
        return False
    is_taken = any(each.code in TAKEN and each.at > refused[-1].at for each in dispatch.events)
    in_force = dispatch.document.state == OutgoingState.DISPATCHED
    return in_force and not is_taken and not asking.is_over(dispatch)


def begin_anew(work: Work, dispatch: Dispatch) -> None:
    """The recipient gets the document once more, and with it the question whether it may take the
    place of an older one."""
    statuses.begin_anew(work, dispatch)
    asking.replace_again(work, dispatch)
