"""What we ask of the recipients of a document: one back, all revoked, data or recipients changed,
one replaced by another. What has not left yet is called off here, and nothing is asked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from domain.change_flow import ChangeKind, ChangeState
from domain.errors import Conflict, Invalid
from domain.exchange_flow import BusinessCode, TransportState
from domain.outgoing_flow import OutgoingState
from models.changes import Change
from models.exchange import Direction, Dispatch, ExchangeMessage
from models.outgoing import OutgoingDocument
from services.changes import comparing, notices
from services.changes.going_out import Wanted, ask, write
from services.changes.state import move
from services.incoming.text import typed
from services.outgoing import state
from services.outgoing.form import read_date
from services.unit_of_work import Work

CALLED_OFF = TransportState.CANCELLED
HAVE_IT = frozenset({TransportState.SENT, TransportState.DELIVERED})
STATE_OF = (
    select(Dispatch.transport_state)
    .join(Change, Change.dispatch_id == Dispatch.id)
    .where(Change.message_id == bindparam("message_id"))
)
MORE = "Gửi thêm nơi nhận"  # as the package says it, in the language of the record
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
    ask(work, [dispatch], Wanted(kind=ChangeKind.TAKE_BACK, reason=reason))
    to, name = dispatch.recipient_code, dispatch.recipient_name
    return {"reason": reason, "recipient": name, "to": to}


def may_be_asked(dispatch: Dispatch) -> bool:
    """Whether this recipient has the document, or may get it, and nothing is asked of them."""
    return not _is_asked(dispatch) and bool(_in_force([dispatch]))


def _is_asked(dispatch: Dispatch) -> bool:
    return any(change.state == ChangeState.ASKED for change in dispatch.changes)


def revoke(
    work: Work, doc: OutgoingDocument, form: Mapping, file: notices.File | None = None
) -> dict:
    """Revokes the document with every recipient, with the document that does so where one is given
    (NĐ 30/2020, Điều 18.4). Raises what `notices.chosen` refuses."""
    reason, notice = typed(form, "reason", 500), notices.chosen(work, doc, form, file)
    concerned = _in_force(_dispatches(work, doc))
    _cancel_open(work, concerned)
    ask(work, concerned, Wanted(kind=ChangeKind.REVOKE, reason=reason, notices=notice))
    codes = [each.recipient_code for each in concerned]
    return {"reason": reason, "recipients": codes, "files": [row["sha256"] for row in notice]}


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
    wanted = Wanted(kind=ChangeKind.UPDATE, reason=reason, rows=rows, dropped=dropped)
    ask(work, concerned, wanted)
    return {
        "reason": reason,
        "changed": [row["field"] for row in rows],
        "dropped": sorted(dropped),
        "recipients": [each.recipient_code for each in concerned],
    }


def tell_added(work: Work, doc: OutgoingDocument, added: Iterable[str]) -> list[str]:
    """Tells those who have the document which recipients it got besides; gives whom. Of whom
    something is asked already is left alone: an answer does not say what it answers."""
    row = comparing.receivers((code, True) for code in added)
    have = [
        each
        for each in _in_force(_dispatches(work, doc))
        if each.transport_state in HAVE_IT and not _is_asked(each)
    ]
    ask(work, have, Wanted(kind=ChangeKind.RECEIVERS, reason=MORE, rows=[row]))
    return [each.recipient_code for each in have]


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
        write(work, dispatch, Wanted(kind=ChangeKind.REPLACE)).new_outgoing_id = new.id
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
    return list(dict.fromkeys(session.scalars(query)))


def replace_again(work: Work, dispatch: Dispatch) -> None:
    """The new document goes once more to one who refused it: asks anew for the old one's place."""
    refused = select(Change).where(
        Change.new_outgoing_id == dispatch.document_id,
        Change.peer_code == dispatch.recipient_code,
        Change.direction == Direction.OUT,
        Change.state == ChangeState.REFUSED,
    )
    for change in work.session.scalars(refused.order_by(Change.id.desc()).limit(1)).all():
        again = write(work, change.dispatch, Wanted(kind=ChangeKind.REPLACE))
        again.new_outgoing_id = dispatch.document_id


def held(session, message: ExchangeMessage) -> bool:
    """Whether a change has to wait: the document it is about is on its way to the hub itself."""
    return session.scalar(STATE_OF, {"message_id": message.id}) == TransportState.QUEUED


def _dispatches(work: Work, doc: OutgoingDocument) -> Sequence[Dispatch]:
    """With what was asked of each, in two statements whatever their number."""
    query = select(Dispatch).where(Dispatch.document_id == doc.id).order_by(Dispatch.id)
    options = (selectinload(Dispatch.changes), joinedload(Dispatch.message))
    # Locked: a job that delivers one of them in this moment finds what was made of it.
    locked = query.with_for_update(of=Dispatch).execution_options(populate_existing=True)
    return work.session.scalars(locked.options(*options)).all()


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
        and not is_over(each)
    ]


def is_over(dispatch: Dispatch) -> bool:
    """Whether the recipient has given the document back because we asked."""
    return any(_is_given_back(change) for change in dispatch.changes)


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
