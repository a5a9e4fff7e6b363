"""What we ask of the recipients of a document: one back, all revoked, data or recipients changed,
one replaced by another. What has not left yet is called off here, and nothing is asked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from domain.change_flow import ChangeKind, ChangeState
from domain.errors import Conflict, Invalid
from domain.exchange_flow import BusinessCode, TransportState
from domain.outgoing_flow import OutgoingState
from models.changes import Change
from models.exchange import (
    Direction,
    Dispatch,
    ExchangeMessage,
    MessageKind,
    OutboxItem,
    Route,
)
from models.outgoing import OutgoingDocument
from services.changes import coming
from services.changes.state import move
from services.exchange import links, transport
from services.incoming.text import typed
from services.outgoing import state
from services.outgoing.form import read_date
from services.unit_of_work import Work

CALLED_OFF = TransportState.CANCELLED
# What may be corrected after the dispatch: data around the document, none of what was signed.
DATA = ("subject", "urgency", "due_date")


def take_back(work: Work, doc: OutgoingDocument, form: Mapping) -> dict:
    """Asks one recipient to give the document back (status 13).

    Raises Invalid: recipient-not-sent, too-long; Conflict: already-asked, already-given-back.
    """
    dispatch = _dispatch(work, doc, form)
    reason = typed(form, "reason", 500)
    if not _in_force([dispatch]):
        raise Conflict("already-given-back")
    if not may_be_asked(dispatch):
        raise Conflict("already-asked")
    _ask(work, [dispatch], ChangeKind.TAKE_BACK, reason)
    return {"reason": reason, "recipient": dispatch.recipient_name}


def may_be_asked(dispatch: Dispatch) -> bool:
    """Whether this recipient has the document, or may get it, and nothing is asked of them."""
    asked = any(change.state == ChangeState.ASKED for change in dispatch.changes)
    return not asked and bool(_in_force([dispatch]))


def revoke(work: Work, doc: OutgoingDocument, form: Mapping) -> dict:
    """Revokes the document with every recipient (NĐ 30/2020, Điều 18.4)."""
    reason = typed(form, "reason", 500)
    concerned = _in_force(_dispatches(work, doc))
    _cancel_open(work, concerned)
    _ask(work, concerned, ChangeKind.REVOKE, reason)
    return {"reason": reason, "recipients": [each.recipient_code for each in concerned]}


def update(work: Work, doc: OutgoingDocument, form: Mapping) -> dict:
    """Corrects data of the document, or takes recipients off it, and asks each to follow.

    Raises Invalid: nothing-changed, required, too-long, not-a-date, urgency-unknown.
    """
    reason = typed(form, "reason", 500)
    dropped = frozenset(form.get("dropped") or ())
    rows = _write(doc, form)
    if not rows and not dropped:
        raise Invalid("nothing-changed")
    in_force = _in_force(_dispatches(work, doc))
    concerned = [each for each in in_force if rows or each.recipient_code in dropped]
    _cancel_open(work, concerned)
    _ask(work, concerned, ChangeKind.UPDATE, reason, rows, dropped)
    return {"reason": reason, "changed": [row["field"] for row in rows], "dropped": sorted(dropped)}


def replace(work: Work, new: OutgoingDocument) -> None:
    """The document just sent takes the place of an older one with the recipients of both; when it
    does with all of them, the older one is replaced as a whole."""
    old = new.replaces
    if old is None or old.state != OutgoingState.DISPATCHED:
        return
    codes = {recipient.code for recipient in new.recipients}
    concerned = _in_force(_dispatches(work, old))
    both = [dispatch for dispatch in concerned if dispatch.recipient_code in codes]
    _cancel_open(work, both)
    for dispatch in both:
        _new(work, dispatch, ChangeKind.REPLACE, "").new_outgoing_id = new.id
    work.session.flush()
    if all(dispatch.recipient_code in codes for dispatch in concerned):
        state.move(work, old, "replaced", by=new.reference)


def replaced_for(session, message: ExchangeMessage) -> list[str]:
    """Of the recipients whom a package serves, those for whom its document replaces another."""
    query = (
        select(Change.peer_code)
        .join(Dispatch, Dispatch.recipient_code == Change.peer_code)
        .where(
            Change.new_outgoing_id == message.outgoing_id,
            Change.direction == Direction.OUT,
            Dispatch.message_id == message.id,
        )
        .order_by(Change.id)
    )
    return list(session.scalars(query))


def held(session, message: ExchangeMessage) -> bool:
    """Whether a change has to wait: the document it is about is on its way to the hub itself."""
    state_of = select(Dispatch.transport_state).join(Change, Change.dispatch_id == Dispatch.id)
    return session.scalar(state_of.where(Change.message_id == message.id)) == TransportState.QUEUED


def _dispatches(work: Work, doc: OutgoingDocument) -> Sequence[Dispatch]:
    """With what was asked of each, in two statements whatever their number."""
    query = select(Dispatch).where(Dispatch.document_id == doc.id).order_by(Dispatch.id)
    options = (selectinload(Dispatch.changes), joinedload(Dispatch.message))
    return work.session.scalars(query.options(*options)).all()


def _dispatch(work: Work, doc: OutgoingDocument, form: Mapping) -> Dispatch:
    wanted = str(form.get("dispatch") or "").strip()
    for each in _dispatches(work, doc):
        if wanted in (str(each.id), each.recipient_code):
            return each
    raise Invalid("recipient-not-sent", field="dispatch", organ=wanted)


def _in_force(dispatches: Iterable[Dispatch]) -> list[Dispatch]:
    """Those whose recipient has the document, or may still get it."""
    return [
        each
        for each in sorted(dispatches, key=lambda each: each.id)
        if each.transport_state != CALLED_OFF
        and each.business_state != BusinessCode.REFUSED
        and not any(_is_given_back(change) for change in each.changes)
    ]


def _is_given_back(change: Change) -> bool:
    over = change.kind in {ChangeKind.TAKE_BACK, ChangeKind.REVOKE} or change.drops_us
    return over and change.state == ChangeState.AGREED


def _write(doc: OutgoingDocument, form: Mapping) -> list[dict]:
    """Writes the corrected data into the document; gives what differs."""
    values = {
        "subject": typed(form, "subject", 500) or doc.subject,
        "urgency": _urgency(form, doc.urgency),
        "due_date": _due_date(form, doc),
    }
    rows = []
    for name in DATA:
        before, after = getattr(doc, name), values[name]
        if before != after:
            rows.append({"field": name, "before": _shown(before), "after": _shown(after)})
            setattr(doc, name, after)
    return rows


def _due_date(form: Mapping, doc: OutgoingDocument) -> date | None:
    return read_date(form["due_date"], "due_date") if "due_date" in form else doc.due_date


def _urgency(form: Mapping, known: int) -> int:
    text = str(form.get("urgency") or known)
    if text not in {"0", "1", "2", "3"}:
        raise Invalid("urgency-unknown", field="urgency")
    return int(text)


def _shown(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _cancel_open(work: Work, dispatches: Iterable[Dispatch]) -> None:
    """What was asked before and not answered gives way."""
    for change in [change for each in dispatches for change in each.changes]:
        if change.state == ChangeState.ASKED:
            move(work, change, "cancelled")


def _ask(
    work: Work,
    dispatches: Sequence[Dispatch],
    kind: ChangeKind,
    reason: str,
    rows: list[dict] | None = None,
    dropped: frozenset[str] = frozenset(),
) -> None:
    """Writes down what is asked of each, and has it sent; what has not left is called off here."""
    made = [
        _new(work, each, kind, reason, rows or [], each.recipient_code in dropped)
        for each in dispatches
    ]
    work.session.flush()
    unsent, by_hub = _unsent(work, dispatches), []
    for change in made:
        if change.dispatch_id in unsent:
            _call_off(work, change)
        elif change.dispatch.route == Route.INTERNAL:
            coming.from_neighbour(work, change.dispatch, kind, reason, change.drops_us)
        else:
            by_hub.append(change)
    _send(work, by_hub)


def _new(
    work: Work,
    dispatch: Dispatch,
    kind: ChangeKind,
    reason: str,
    rows: Sequence[dict] = (),
    drops_us: bool = False,
) -> Change:
    document = dispatch.document
    change = Change(
        agency_id=document.agency_id,
        direction=Direction.OUT,
        kind=kind,
        state=ChangeState.ASKED,
        peer_code=dispatch.recipient_code,
        peer_name=dispatch.recipient_name,
        reason=reason,
        differences=list(rows),
        drops_us=drops_us,
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
    for change in changes:
        work.enqueue(links.QUEUE, "send", change.message_id, priority=max(document.urgency, 1))
