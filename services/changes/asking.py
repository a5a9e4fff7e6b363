"""What we ask of the recipients of a document: one back, all revoked, data or recipients changed,
one replaced by another. What has not left yet is called off here, and nothing is asked."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select

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
    _ask(work, dispatch, ChangeKind.TAKE_BACK, reason)
    return {"reason": reason, "recipient": dispatch.recipient_name}


def may_be_asked(dispatch: Dispatch) -> bool:
    """Whether this recipient has the document, or may get it, and nothing is asked of them."""
    asked = any(change.state == ChangeState.ASKED for change in dispatch.changes)
    return not asked and bool(_in_force([dispatch]))


def revoke(work: Work, doc: OutgoingDocument, form: Mapping) -> dict:
    """Revokes the document with every recipient (NĐ 30/2020, Điều 18.4)."""
    reason = typed(form, "reason", 500)
    for dispatch in _in_force(doc.dispatches):
        _cancel_open(work, dispatch)
        _ask(work, dispatch, ChangeKind.REVOKE, reason)
    return {"reason": reason}


def update(work: Work, doc: OutgoingDocument, form: Mapping) -> dict:
    """Corrects data of the document, or takes recipients off it, and asks each to follow.

    Raises Invalid: nothing-changed, required, too-long, not-a-date, urgency-unknown.
    """
    reason = typed(form, "reason", 500)
    dropped = set(form.get("dropped") or ())
    rows = _write(doc, form)
    if not rows and not dropped:
        raise Invalid("nothing-changed")
    for dispatch in _in_force(doc.dispatches):
        drops = dispatch.recipient_code in dropped
        if drops or rows:
            _cancel_open(work, dispatch)
            change = _ask(work, dispatch, ChangeKind.UPDATE, reason, rows, drops)
            if change.state == ChangeState.CANCELLED and not drops:
                transport.rebuilt(work, dispatch)
    return {"reason": reason, "changed": [row["field"] for row in rows], "dropped": sorted(dropped)}


def replace(work: Work, new: OutgoingDocument) -> None:
    """The document just sent takes the place of an older one with the recipients of both; when it
    does with all of them, the older one is replaced as a whole."""
    old = new.replaces
    if old is None or old.state != OutgoingState.DISPATCHED:
        return
    codes = {recipient.code for recipient in new.recipients}
    concerned = _in_force(old.dispatches)
    for dispatch in concerned:
        if dispatch.recipient_code in codes:
            _cancel_open(work, dispatch)
            change = _new(work, dispatch, ChangeKind.REPLACE, "", [], drops_us=False)
            change.new_outgoing_id = new.id
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


def _dispatch(work: Work, doc: OutgoingDocument, form: Mapping) -> Dispatch:
    wanted = str(form.get("dispatch") or "")
    for each in doc.dispatches:
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


def _cancel_open(work: Work, dispatch: Dispatch) -> None:
    """What was asked before and not answered gives way."""
    for change in dispatch.changes:
        if change.state == ChangeState.ASKED:
            move(work, change, "cancelled")


def _ask(
    work: Work,
    dispatch: Dispatch,
    kind: ChangeKind,
    reason: str,
    rows: list[dict] | None = None,
    drops_us: bool = False,
) -> Change:
    change = _new(work, dispatch, kind, reason, rows or [], drops_us)
    ends = kind != ChangeKind.UPDATE or drops_us
    if not has_left(work, dispatch):
        move(work, change, "cancelled")
        if ends:
            transport.called_off(work, dispatch)
    elif dispatch.route == Route.INTERNAL:
        coming.from_neighbour(work, dispatch, kind, reason, drops_us)
    else:
        _send(work, change)
    return change


def _new(
    work: Work,
    dispatch: Dispatch,
    kind: ChangeKind,
    reason: str,
    rows: list[dict],
    drops_us: bool,
) -> Change:
    document = dispatch.document
    change = Change(
        agency_id=document.agency_id,
        direction=Direction.OUT,
        kind=kind,
        state=ChangeState.ASKED,
        outgoing_id=document.id,
        peer_code=dispatch.recipient_code,
        peer_name=dispatch.recipient_name,
        reason=reason,
        differences=rows,
        drops_us=drops_us,
        asked_by=work.actor.name,
        asked_at=work.now.replace(microsecond=0),  # the wire knows seconds
    )
    change.outgoing, change.dispatch = document, dispatch
    work.session.add(change)
    work.session.flush()
    work.audit("change:asked", document, kind=kind, recipient=dispatch.recipient_code)
    return change


def has_left(work: Work, dispatch: Dispatch) -> bool:
    """Whether the recipient may have the document, or get it without us. A package that was never
    tried, or that the hub refused, has not left."""
    if dispatch.transport_state == TransportState.FAILED and dispatch.route == Route.HUB:
        return dispatch.sent_at is not None
    if dispatch.transport_state != TransportState.QUEUED:
        return dispatch.transport_state != TransportState.FAILED
    if dispatch.route == Route.INTERNAL:
        return False
    # Locked: a worker that claims the item in this moment finds what we made of it.
    items = work.session.scalars(
        select(OutboxItem)
        .where(OutboxItem.kind == "send", OutboxItem.subject_id == dispatch.message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return any(item.attempts > 0 for item in items.all())


def _send(work: Work, change: Change) -> None:
    """A package of its own for each recipient: one that is locked or gone stops no other."""
    document = change.outgoing
    if links.of_agency(work.session, document.agency_id) is None:
        raise Invalid("hub-link-missing")
    is_status = change.kind == ChangeKind.TAKE_BACK
    message = ExchangeMessage(
        agency_id=document.agency_id,
        direction=Direction.OUT,
        kind=MessageKind.STATUS if is_status else MessageKind.EDOC,
        peer_code=change.peer_code,
        document_uid=document.document_uid,
        outgoing_id=document.id,
        created_at=work.now,
    )
    work.session.add(message)
    work.session.flush()
    change.message_id = message.id
    # A wrong document should not stay where it is longer than it must.
    work.enqueue(links.QUEUE, "send", message.id, priority=max(document.urgency, 1))
