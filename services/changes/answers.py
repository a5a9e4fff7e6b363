"""What recipients answer to a change of ours, and what becomes of it."""

from sqlalchemy import select

from domain.change_flow import ChangeKind, ChangeState
from domain.exchange_flow import PROGRESS, BusinessCode
from models.changes import Change
from models.exchange import Direction, Dispatch, StatusEvent
from services.changes.state import move
from services.exchange import transport
from services.unit_of_work import Work

ANSWERS = frozenset({BusinessCode.AGREED, BusinessCode.DISAGREED})
REGISTERED = frozenset(PROGRESS[1:])


def heard(work: Work, dispatch: Dispatch, event: StatusEvent) -> None:
    """A status came for this dispatch: an answer settles the oldest open change asked of the
    recipient, a registration or refusal those that the document was to replace."""
    if event.code in ANSWERS:
        _answered(work, dispatch, event)
    elif event.code in REGISTERED or event.code == BusinessCode.REFUSED:
        _replaced(work, dispatch, event)


def _answered(work: Work, dispatch: Dispatch, event: StatusEvent) -> None:
    change = work.session.scalars(
        _open().where(Change.dispatch_id == dispatch.id, Change.kind != ChangeKind.REPLACE)
    ).first()
    if change is None:
        return
    agreed = event.code == BusinessCode.AGREED
    move(work, change, "agreed" if agreed else "refused", event.description, event.staff)
    _tell(work, change)


def _replaced(work: Work, dispatch: Dispatch, event: StatusEvent) -> None:
    """The recipient took, or refused, the document that replaces an older one."""
    found = work.session.scalars(
        _open().where(
            Change.new_outgoing_id == dispatch.document_id,
            Change.peer_code == dispatch.recipient_code,
        )
    )
    for change in found.all():
        refused = event.code == BusinessCode.REFUSED
        move(work, change, "refused" if refused else "agreed", event.description, event.staff)
        if refused:
            _tell(work, change)


def _open():
    return (
        select(Change)
        .where(Change.direction == Direction.OUT, Change.state == ChangeState.ASKED)
        .order_by(Change.id)
    )


def _tell(work: Work, change: Change) -> None:
    document = change.outgoing
    transport.tell_clerks(
        work,
        change.agency_id,
        f"change:{change.state}",
        document,
        also=[document.drafter_id],
        recipient=change.peer_name,
        reason=change.answer,
    )
