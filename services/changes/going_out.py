"""A change on its way out: written down for each recipient, called off where the document has not
left yet, else done at a neighbour or sent in a package of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from domain.change_flow import ChangeKind, ChangeState
from domain.errors import Invalid
from domain.exchange_flow import TransportState
from models.changes import Change
from models.exchange import (
    Direction,
    Dispatch,
    ExchangeMessage,
    MessageKind,
    OutboxItem,
    Route,
)
from services.changes import coming
from services.changes.state import move
from services.exchange import links, transport
from services.unit_of_work import Work

TELLING = frozenset({ChangeKind.RECEIVERS})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What we ask; the same of each recipient, but for those in `dropped`."""

    kind: ChangeKind
    reason: str = ""
    rows: list[dict] = field(default_factory=list)
    dropped: frozenset[str] = frozenset()
    notices: list[dict] = field(default_factory=list)


def ask(work: Work, dispatches: Sequence[Dispatch], wanted: Wanted) -> None:
    """Writes down what is asked of each, and has it sent; what has not left is called off here."""
    made = [write(work, each, wanted) for each in dispatches]
    work.session.flush()
    unsent, by_hub = _unsent(work, dispatches), []
    for change in made:
        if change.dispatch_id in unsent:
            _call_off(work, change)
        elif change.dispatch.route == Route.INTERNAL:
            coming.from_neighbour(work, change)
        else:
            by_hub.append(change)
    _send(work, by_hub)


def write(work: Work, dispatch: Dispatch, wanted: Wanted) -> Change:
    document = dispatch.document
    change = Change(
        agency_id=document.agency_id,
        direction=Direction.OUT,
        kind=wanted.kind,
        state=ChangeState.TOLD if wanted.kind in TELLING else ChangeState.ASKED,
        peer_code=dispatch.recipient_code,
        peer_name=dispatch.recipient_name,
        reason=wanted.reason,
        differences=list(wanted.rows),
        drops_us=dispatch.recipient_code in wanted.dropped,
        notices=list(wanted.notices),
        asked_by=work.actor.name,
        asked_at=work.now.replace(microsecond=0),  # the wire knows seconds
    )
    change.outgoing, change.dispatch = document, dispatch
    work.session.add(change)
    return change


def _call_off(work: Work, change: Change) -> None:
    move(work, change, "cancelled")
    if change.kind != ChangeKind.UPDATE or change.drops_us:
        transport.called_off(work, change.dispatch)
    else:
        transport.rebuilt(work, change.dispatch)


def _unsent(work: Work, dispatches: Iterable[Dispatch]) -> set[int]:
    """Those whose recipient cannot have the document: it was never tried, or the hub refused it.
    What was tried without an answer may have arrived."""
    waiting = [each for each in dispatches if each.transport_state == TransportState.QUEUED]
    tried = _tried(work, {each.message_id for each in waiting if each.message_id})
    unsent = {each.id for each in waiting if each.message_id not in tried}
    failed = [each for each in dispatches if each.transport_state == TransportState.FAILED]
    refused = {e.id for e in failed if e.route == Route.INTERNAL or e.sent_at is None}
    return unsent | refused


def _tried(work: Work, message_ids: set[int]) -> set[int]:
    """Locked: a worker that claims the item in this moment finds what we made of it."""
    items = work.session.scalars(
        select(OutboxItem)
        .where(OutboxItem.kind == "send", OutboxItem.subject_id.in_(message_ids))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {item.subject_id for item in items.all() if item.attempts > 0}


def _send(work: Work, changes: Sequence[Change]) -> None:
    """A package of its own for each recipient: one that is locked or gone stops no other."""
    if not changes:
        return
    document = changes[0].outgoing
    if links.of_agency(work.session, document.agency_id) is None:
        raise Invalid("hub-link-missing")
    for change in changes:
        is_status = change.kind == ChangeKind.TAKE_BACK
        change.message = ExchangeMessage(
            agency_id=document.agency_id,
            direction=Direction.OUT,
            kind=MessageKind.STATUS if is_status else MessageKind.EDOC,
            peer_code=change.peer_code,
            document_uid=document.document_uid,
            outgoing_id=document.id,
            created_at=work.now,
        )
    work.session.flush()
    # A wrong document should not stay where it is longer than it must.
    pressing = 0 if changes[0].kind in TELLING else 1
    priority = max(document.urgency, pressing)
    for change in changes:
        work.enqueue(links.QUEUE, "send", change.message_id, priority=priority)
