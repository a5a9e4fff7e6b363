"""Business statuses, 01 arrived to 06 done and 02 refused: told to the sender of an arrival, taken
from the recipients of what we sent. Each code is told once for each arrival."""

from datetime import datetime, timedelta

from sqlalchemy import Row, bindparam, or_, select

from adapters.edxml.package import StatusMessage
from domain.exchange_flow import BusinessCode, merge
from domain.text import nfc
from models.exchange import Direction, Dispatch, ExchangeMessage, MessageKind, StatusEvent
from models.incoming import IncomingDocument, IncomingSource
from models.outgoing import OutgoingDocument
from services import directory
from services.changes import answers, effects
from services.exchange import links, transport
from services.incoming.text import clipped
from services.unit_of_work import Work

LINE = 500
EVENT = StatusEvent.__table__
LATEST = (
    select(EVENT.c.at, EVENT.c.recorded_at)
    .where(EVENT.c.incoming_id == bindparam("incoming_id"), EVENT.c.code == bindparam("code"))
    .order_by(EVENT.c.id.desc())
    .limit(1)
)
SECOND = timedelta(seconds=1)  # the wire knows no less
DISPATCH = (
    select(Dispatch)
    .join(OutgoingDocument)
    .where(
        OutgoingDocument.agency_id == bindparam("agency_id"),
        Dispatch.recipient_code.in_(bindparam("codes", expanding=True)),
    )
    .order_by((Dispatch.recipient_code == bindparam("own")).desc(), Dispatch.id.desc())
)
BY_ID = OutgoingDocument.document_uid == bindparam("uid")
BY_UID = DISPATCH.where(BY_ID)
BY_EITHER = DISPATCH.where(or_(BY_ID, OutgoingDocument.reference == bindparam("reference")))


def report(
    work: Work, incoming: IncomingDocument, code: str, description: str = ""
) -> StatusEvent | None:
    """Tells the sender what became of the document, in this transaction: over the hub by a status
    package, to a neighbour on this node at once, to the sender of a paper not at all."""
    if incoming.source == IncomingSource.PAPER:
        return None
    latest = _latest(work, incoming, code)
    if latest is not None and latest.recorded_at >= incoming.arrived_at:
        return None  # of an arrival that came once more, having been refused, all is told again
    event = _new_event(work, incoming, code, description, latest)
    work.session.add(event)
    work.session.flush()
    _tell(work, incoming, event)
    if code in (BusinessCode.REGISTERED, BusinessCode.REFUSED):
        effects.replaced(work, incoming, accepted=code == BusinessCode.REGISTERED)
    return event


def _latest(work: Work, incoming: IncomingDocument, code: str) -> Row | None:
    told = {"incoming_id": incoming.id, "code": str(code)}
    return work.session.execute(LATEST, told).one_or_none()


def _new_event(
    work: Work, incoming: IncomingDocument, code: str, description: str, latest: Row | None
) -> StatusEvent:
    """`latest`: the one of this code before, if any. Told again within its second, it would be the
    same bytes, and so the same message."""
    at = work.now.replace(microsecond=0)
    return StatusEvent(
        incoming_id=incoming.id,
        code=str(code),
        at=at if latest is None else max(at, latest.at + SECOND),
        staff=work.actor.name,
        department=work.actor.unit_name,
        description=clipped(description, LINE),
        recorded_at=work.now,
    )


def _tell_neighbour(work: Work, incoming: IncomingDocument, event: StatusEvent) -> None:
    dispatch = work.session.get(Dispatch, incoming.dispatch_id)
    if dispatch is not None:
        event.dispatch_id = dispatch.id
        _apply(work, dispatch, event)


def _tell_hub(work: Work, incoming: IncomingDocument, event: StatusEvent) -> None:
    message = ExchangeMessage(
        agency_id=incoming.agency_id,
        direction=Direction.OUT,
        kind=MessageKind.STATUS,
        peer_code=incoming.sender_code,
        document_uid=incoming.document_uid,
        status_event_id=event.id,
        created_at=work.now,
    )
    work.session.add(message)
    work.session.flush()
    work.enqueue(links.QUEUE, "send", message.id, priority=links.AFTER_DOCUMENTS)


def answer(work: Work, incoming: IncomingDocument, code: str, description: str = "") -> None:
    """Answers what the sender asked about an arrival (15 agreed, 16 refused), each time anew."""
    if incoming.source == IncomingSource.PAPER:
        return
    event = _new_event(work, incoming, code, description, _latest(work, incoming, code))
    work.session.add(event)
    work.session.flush()
    _tell(work, incoming, event)


def _tell(work: Work, incoming: IncomingDocument, event: StatusEvent) -> None:
    if incoming.source == IncomingSource.INTERNAL:
        _tell_neighbour(work, incoming, event)
    else:
        _tell_hub(work, incoming, event)
    work.audit("exchange:status_out", incoming, code=event.code, to=incoming.sender_code)


def take(work: Work, message: ExchangeMessage, status: StatusMessage) -> None:
    """Writes a status that came for a document of ours; the same one again changes nothing. One
    about a document we never sent to this agency is set aside."""
    at = status.at or work.now
    with work.session.no_autoflush:  # the message is written once, with all that is known of it
        dispatch = _dispatch_of(work, message.agency_id, status)
        if dispatch is None:
            transport.set_aside(work, message, "status-unknown-document")
            return
        transport.received(work, message)
        if _is_known(work, dispatch, status, at):
            return
    event = StatusEvent(
        dispatch_id=dispatch.id,
        code=status.code,
        at=at,
        staff=clipped(status.staff.name, 100),
        department=clipped(status.staff.department, LINE),
        description=clipped(status.description, LINE),
        recorded_at=work.now,
    )
    work.session.add(event)
    message.outgoing_id = dispatch.document_id
    _apply(work, dispatch, event)


def _is_known(work: Work, dispatch: Dispatch, status: StatusMessage, at: datetime) -> bool:
    """Once for each dispatch, code and time; without a time of its own once for each code since the
    document was last sent."""
    query = select(StatusEvent.id).where(
        StatusEvent.dispatch_id == dispatch.id, StatusEvent.code == status.code
    )
    if status.at is not None:
        query = query.where(StatusEvent.at == at)
    else:
        query = query.where(StatusEvent.recorded_at >= dispatch.queued_at)
    return work.session.scalar(query.limit(1)) is not None


def _dispatch_of(work: Work, agency_id: int, status: StatusMessage) -> Dispatch | None:
    named, own = status.response_for, status.sender.code
    values = {"agency_id": agency_id, "own": own, "uid": named.document_id}
    values |= {"reference": nfc(named.reference)} if not named.document_id else {}
    query = BY_UID if named.document_id else BY_EITHER
    found = work.session.scalars(query, values | {"codes": [own]}).first()
    if found is not None:
        return found
    # Who took over answers for the agency that the document was written to.
    codes = directory.standing_for(work.office, own)
    return work.session.scalars(query, values | {"codes": codes}).first()


def begin_anew(work: Work, dispatch: Dispatch) -> None:
    """A refused document is sent once more: what this recipient says from now on counts as if it
    had said nothing before; what it said stays in the history."""
    dispatch.business_state = None
    transport.queued_anew(work, dispatch)


def _apply(work: Work, dispatch: Dispatch, event: StatusEvent) -> None:
    """The one place that moves a dispatch's business state. Whoever reports has the document."""
    dispatch.business_state = merge(dispatch.business_state, event.code)
    transport.delivered(work, dispatch)
    document = dispatch.document
    refused = event.code == BusinessCode.REFUSED
    answers.heard(work, dispatch, event)
    tag = "exchange:recipient_refused" if refused else "exchange:status_in"
    work.audit(tag, document, code=event.code, recipient=dispatch.recipient_code)
    if refused:
        dispatch.seen_at = None  # news for whoever has looked into this recipient before
        transport.tell_clerks(
            work,
            document.agency_id,
            tag,
            document,
            also=[document.drafter_id],
            recipient=dispatch.recipient_name,
            reason=event.description,
        )
