"""Transport states of packages and dispatches: this module alone assigns them. How far a package
has come says nothing of what its recipient does with the document (`statuses`)."""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select

from domain.exchange_flow import TransportState
from models.exchange import Direction, Dispatch, ExchangeMessage
from models.outgoing import OutgoingDocument
from services.accounts import posts
from services.audit_chain import about
from services.unit_of_work import Work

T = TransportState
IN_TROUBLE = frozenset({T.FAILED, T.PARKED})
WITH_STATE = (
    select(Dispatch)
    .where(
        Dispatch.message_id == bindparam("message_id"),
        Dispatch.transport_state.in_(bindparam("states", expanding=True)),
    )
    .order_by(Dispatch.id)
)
# Asked after each of a thousand deliveries: one row tells, not all that are left.
LEFT = (
    select(Dispatch.__table__.c.id)
    .where(
        Dispatch.__table__.c.message_id == bindparam("message_id"),
        Dispatch.__table__.c.transport_state.in_([T.QUEUED, T.SENT, *IN_TROUBLE]),
    )
    .limit(1)
)


def sent(work: Work, message: ExchangeMessage, hub_doc_id: str) -> None:
    """The hub has the package and answers for it from now on."""
    dispatches = _with_state(work, message, T.QUEUED)  # before the change: both go in one flush
    message.state, message.hub_doc_id, message.problem = T.SENT, hub_doc_id, ""
    message.finished_at = work.now
    for dispatch in dispatches:
        dispatch.transport_state, dispatch.sent_at, dispatch.problem = T.SENT, work.now, ""
    work.audit(
        "exchange:sent",
        _named(message),
        message_id=message.id,
        hub_doc_id=hub_doc_id,
        payload_sha256=message.payload_sha256,
        recipients=[d.recipient_code for d in dispatches] or [message.peer_code],
    )


def waiting(work: Work, message: ExchangeMessage, problem: str) -> None:
    """A try has failed and there will be another: still queued, with the reason to be seen."""
    message.problem = problem[:500]
    for dispatch in _with_state(work, message, T.QUEUED):
        dispatch.problem = problem[:500]


def failed(
    work: Work, message: ExchangeMessage, problem: str, state: TransportState = T.FAILED
) -> None:
    """It will not be tried again until a person resumes it; the agency's clerks are told."""
    message.state, message.problem, message.finished_at = state, problem[:500], work.now
    for dispatch in _with_state(work, message, T.QUEUED):
        _stopped(dispatch, state, problem)
    subject = _subject(work, message)
    work.audit(f"exchange:{state}", subject, message_id=message.id, problem=problem[:500])
    tell_clerks(work, message.agency_id, f"exchange:{state}", subject, problem=problem)


def left_out(work: Work, message: ExchangeMessage, codes: Collection[str]) -> None:
    """The hub took nothing because of these recipients: without them it is built anew."""
    message.payload_sha256 = None
    for dispatch in _with_state(work, message, T.QUEUED):
        if dispatch.recipient_code in codes:
            undeliverable(work, dispatch, "recipient-unreachable")


def called_off(work: Work, dispatch: Dispatch) -> None:
    """It had not left, and does not leave any more; the others of its package go without it."""
    before, message = dispatch.transport_state, dispatch.message
    dispatch.transport_state, dispatch.problem = T.CANCELLED, ""
    work.audit("exchange:cancelled", dispatch.document, recipient=dispatch.recipient_code)
    if message is None or message.state not in (T.QUEUED, T.FAILED):
        return
    if before == T.QUEUED and message.state == T.QUEUED:
        message.payload_sha256 = None
    if not _with_state(work, message, T.QUEUED, T.SENT, *IN_TROUBLE):
        message.state, message.finished_at = T.CANCELLED, work.now


def rebuilt(work: Work, dispatch: Dispatch) -> None:
    """The document's data changed before its package left: it is built with the new ones."""
    message = dispatch.message
    if message is not None and message.state == T.QUEUED:
        message.payload_sha256 = None


def requeued(
    work: Work, message: ExchangeMessage, unreachable: Collection[str] = frozenset()
) -> None:
    """A person had it tried again. A package that the hub refused was never taken: it is built
    anew, without the `unreachable`, for one of whom the hub refuses all; one that was parked may
    have been taken, so its bytes stay what they are (law 5)."""
    refused_before = message.state == T.FAILED
    if refused_before:
        message.payload_sha256 = None
    # Whom a parked package left out is not in its bytes: that recipient is sent to alone.
    again = IN_TROUBLE if refused_before else {T.PARKED}
    for dispatch in _with_state(work, message, *again):
        if refused_before and dispatch.recipient_code in unreachable:
            dispatch.problem = "recipient-unreachable"
        else:
            requeued_dispatch(dispatch)
    message.state, message.problem, message.finished_at = T.QUEUED, "", None


def requeued_dispatch(dispatch: Dispatch) -> None:
    dispatch.transport_state, dispatch.problem, dispatch.seen_at = T.QUEUED, "", None


def queued_anew(work: Work, dispatch: Dispatch) -> None:
    """The recipient had it and gave it back: it goes once more, as if it had not been sent."""
    requeued_dispatch(dispatch)
    dispatch.queued_at, dispatch.sent_at, dispatch.delivered_at = work.now, None, None


def delivered(work: Work, dispatch: Dispatch) -> None:
    """The recipient's system has the document."""
    all_delivered(work, [dispatch])


def all_delivered(work: Work, dispatches: Sequence[Dispatch]) -> None:
    """The systems of these recipients of one package have it: one entry of the audit chain."""
    new = [each for each in dispatches if each.transport_state != T.DELIVERED]
    if not new:
        return
    for dispatch in new:
        dispatch.transport_state, dispatch.problem = T.DELIVERED, ""
        dispatch.delivered_at = work.now
        dispatch.sent_at = dispatch.sent_at or work.now
    codes = [dispatch.recipient_code for dispatch in new]
    told = {"recipient": codes[0]} if len(codes) == 1 else {"recipients": codes}
    work.audit("exchange:delivered", new[0].document, **told)
    if new[0].message is not None:
        finished(work, new[0].message)


def finished(work: Work, message: ExchangeMessage) -> None:
    """Notes that nobody waits for this package any more, if so: the hub is not asked about it."""
    if message.state != T.SENT:
        return
    work.session.flush()
    if work.session.execute(LEFT, {"message_id": message.id}).first() is None:
        message.state = T.DELIVERED


def undeliverable(work: Work, dispatch: Dispatch, problem: str) -> None:
    """This one recipient does not get it."""
    _stopped(dispatch, T.FAILED, problem)
    document = dispatch.document
    work.audit(
        "exchange:failed", document, recipient=dispatch.recipient_code, problem=problem[:500]
    )
    told = {"problem": problem, "recipient": dispatch.recipient_name}
    tell_clerks(work, document.agency_id, "exchange:failed", document, **told)


def _stopped(dispatch: Dispatch, state: TransportState, problem: str) -> None:
    """News for whoever has looked into this recipient before."""
    dispatch.transport_state, dispatch.problem, dispatch.seen_at = state, problem[:500], None


def received(work: Work, message: ExchangeMessage, note: str = "") -> None:
    """A package of another is ours now."""
    _keep(work, message, T.DELIVERED, note)


def set_aside(work: Work, message: ExchangeMessage, problem: str) -> None:
    """A package that was understood but fits nothing of ours: kept for a person to look at."""
    _keep(work, message, T.PARKED, problem)


def refused(work: Work, message: ExchangeMessage, problem: str) -> None:
    """A package we do not take: kept as it came, shown, told to the hub."""
    _keep(work, message, T.FAILED, problem)


def _keep(work: Work, message: ExchangeMessage, state: TransportState, problem: str) -> None:
    message.direction = Direction.IN
    message.state, message.problem, message.finished_at = state, problem[:500], work.now


def _with_state(work: Work, message: ExchangeMessage, *states: TransportState) -> list[Dispatch]:
    work.session.flush()
    values = {"message_id": message.id, "states": states}
    return list(work.session.scalars(WITH_STATE, values))


def _subject(work: Work, message: ExchangeMessage) -> OutgoingDocument | ExchangeMessage:
    if message.outgoing_id is None:
        return message
    return work.session.get(OutgoingDocument, message.outgoing_id)


def _named(message: ExchangeMessage) -> object:
    """As `_subject`, for the audit chain, which wants no more than its number."""
    if message.outgoing_id is None:
        return message
    return about(OutgoingDocument, message.outgoing_id, message.agency_id)


def tell_clerks(
    work: Work,
    agency_id: int,
    kind: str,
    subject: object,
    also: Collection[int] = (),
    **details: object,
) -> None:
    """Notifies the agency's clerks, and the people in `also`, each once."""
    clerks = posts.clerks(work.session, agency_id, work.office.today())
    for person_id in dict.fromkeys([*clerks, *also]):
        work.notify(person_id, kind, subject, _summary(subject), **details)


def _summary(subject: object) -> str:
    if isinstance(subject, OutgoingDocument):
        return f"{subject.reference} {subject.subject}"
    if isinstance(subject, ExchangeMessage):
        return f"{subject.peer_code} {subject.document_uid}".strip()
    return getattr(subject, "endpoint", "")
