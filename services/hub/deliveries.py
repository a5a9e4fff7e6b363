"""Deliveries: what waits for a system, handing it over, its acknowledgement, what a sender is told.

A delivery goes INITIAL → PROCESSING when it is fetched → DONE or FAIL as the recipient says. DONE
is the end: a late or doubled acknowledgement changes nothing. A failed one is offered again after
an hour, for a recipient that failed for want of disk space must not lose a document by that. This
is transport; what the recipient does with the document travels in status messages.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Row, Select, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import contains_eager
from sqlalchemy.sql.elements import ColumnElement

from adapters.axis.errors import AxisRefusal
from adapters.edxml.kept import Kept
from adapters.files import DamagedFile
from domain.errors import Refusal, Unavailable
from domain.roles import Actor
from models.exchange import MessageKind
from models.hub import Delivery, DeliveryState, HubMessage
from services.audit_chain import about
from services.hub import receipts
from services.office import Office
from services.stored_files import whole
from services.unit_of_work import Work, transaction

log = structlog.get_logger()
OFFER_FAILED_AFTER = timedelta(hours=1)
LISTED = 2000
SENT_LISTED = 500
UNFINISHED = (DeliveryState.INITIAL, DeliveryState.PROCESSING, DeliveryState.FAIL)
D, M = Delivery.__table__, HubMessage.__table__
SYSTEM_ID = bindparam("system_id")
# Written out once: every package of the province comes by here.
FOR_RECIPIENT = (
    select(D.c.id, D.c.doc_id, D.c.message_id, D.c.state, D.c.parked_at, M.c.payload_sha256,
           M.c.payload_removed_at)
    .join(M)
    .where(
        D.c.doc_id == bindparam("doc_id"),
        or_(D.c.recipient_code == SYSTEM_ID, D.c.via_code == SYSTEM_ID),
        D.c.relay_id.is_(None),  # as `is_for`
    )
)  # fmt: skip
OF_SENDER = select(
    M.c.id, M.c.doc_id, M.c.id.label("message_id"), M.c.payload_sha256, M.c.payload_removed_at
).where(
    M.c.doc_id == bindparam("doc_id"), or_(M.c.sender_code == SYSTEM_ID, M.c.via_code == SYSTEM_ID)
)
THIS = update(D).where(D.c.id == bindparam("delivery_id"))
FAILED_AGAIN = THIS.where(D.c.state == DeliveryState.FAIL).values(finished_at=bindparam("now"))
FETCHED = {"fetched_at": bindparam("now"), "finished_at": None}
# One that was fetched before somebody held it back is not held any more once it is done.
DONE = {"finished_at": bindparam("now"), "parked_at": None, "parked_reason": ""}
MOVES = {
    state: THIS.where(D.c.state.not_in([state, DeliveryState.DONE])).values(state=state, **values)
    for state, values in (
        (DeliveryState.PROCESSING, FETCHED),
        (DeliveryState.DONE, DONE),
        (DeliveryState.FAIL, {"finished_at": bindparam("now")}),
    )
}
STATES = {
    "processing": DeliveryState.PROCESSING,
    "done": DeliveryState.DONE,
    "fail": DeliveryState.FAIL,
}


def waiting(office: Office, system_id: str, kind: MessageKind) -> Sequence[Delivery]:
    """What a system has not finished with: new before already fetched, urgent before ordinary,
    old before young. A system long away gets LISTED of them at a time."""
    return waiting_for(office, [system_id], kind)


def waiting_for(
    office: Office, codes: Collection[str], kind: MessageKind | None = None
) -> Sequence[Delivery]:
    """As `waiting`, for several systems at once and, without a kind, of both kinds."""
    query = _waiting(office, codes, kind).options(contains_eager(Delivery.message))
    new_first = case((Delivery.state == DeliveryState.INITIAL, 0), else_=1)
    ordered = query.order_by(new_first, HubMessage.urgency.desc(), Delivery.id).limit(LISTED)
    return office.session().scalars(ordered).all()


def count_waiting(office: Office, system_id: str, kind: MessageKind) -> int:
    query = _waiting(office, [system_id], kind).with_only_columns(func.count(Delivery.id))
    return office.session().scalar(query) or 0


def is_for(codes: Collection[str]) -> ColumnElement[bool]:
    """What these systems fetch: for themselves, or for those whom they serve; what goes on over an
    uplink is fetched by nobody."""
    fetched = or_(Delivery.recipient_code.in_(codes), Delivery.via_code.in_(codes))
    return and_(fetched, Delivery.relay_id.is_(None))


def _waiting(
    office: Office, codes: Collection[str], kind: MessageKind | None
) -> Select[tuple[Delivery]]:
    of_kind = [HubMessage.kind == kind] if kind else []
    return (
        select(Delivery).join(Delivery.message).where(is_for(codes), *of_kind, _is_offered(office))
    )


def _is_offered(office: Office) -> ColumnElement[bool]:
    due = or_(
        Delivery.state.in_([DeliveryState.INITIAL, DeliveryState.PROCESSING]),
        and_(
            Delivery.state == DeliveryState.FAIL,
            Delivery.finished_at < office.now() - OFFER_FAILED_AFTER,
        ),
    )
    return and_(Delivery.parked_at.is_(None), due)


def fetch(office: Office, system_id: str, doc_id: str) -> Kept:
    """The package, its bytes checked, to its recipient (by the id of the delivery) or its sender
    (by that of the message). Each time is an audit entry; the first one is marked. Whoever is
    neither learns nothing, not even that it exists.

    Raises AxisRefusal: axis-unknown-document, axis-delivery-held, axis-payload-removed;
    Unavailable where the bytes are not whole.
    """
    (package,) = fetch_all(office, system_id, [doc_id])
    if isinstance(package, Refusal):
        raise package
    return package


def fetch_all(office: Office, system_id: str, doc_ids: Sequence[str]) -> list[Kept | Refusal]:
    """As `fetch`, for several, marked in one transaction."""
    found = [_to_be_fetched(office, system_id, doc_id) for doc_id in doc_ids]
    with transaction(office, Actor(name=system_id)) as work:
        for each in found:
            if isinstance(each, _Fetched):
                _note_fetch(work, each)
    return [each.package if isinstance(each, _Fetched) else each for each in found]


@dataclass(frozen=True)
class _Fetched:
    """A package that is handed out: to its recipient by a delivery, or by its message."""

    package: Kept
    delivery: Row | None
    message: Row


def _to_be_fetched(office: Office, system_id: str, doc_id: str) -> _Fetched | Refusal:
    delivery = _delivery(office, system_id, doc_id)
    found = delivery or _sent(office, system_id, doc_id)
    if found is None:
        return AxisRefusal("axis-unknown-document", doc_id=doc_id)
    if delivery and delivery.parked_at and delivery.state != DeliveryState.DONE:
        return AxisRefusal("axis-delivery-held", doc_id=doc_id)
    if found.payload_removed_at:
        return AxisRefusal("axis-payload-removed", doc_id=doc_id)
    try:
        return _Fetched(whole(office.files, found.payload_sha256), delivery, found)
    except (DamagedFile, FileNotFoundError):
        log.exception("stored package damaged", doc_id=doc_id)
        return Unavailable("hub-error")


def _note_fetch(work: Work, fetched: _Fetched) -> None:
    delivery, message = fetched.delivery, fetched.message
    if delivery and delivery.state in (DeliveryState.INITIAL, DeliveryState.FAIL):
        return _move(work, delivery, DeliveryState.PROCESSING)
    details = {"doc_id": message.doc_id, "message_id": message.message_id, "again": True}
    subject = about(Delivery, delivery.id) if delivery else about(HubMessage, message.id)
    return work.audit("hub:fetch", subject, **details)


def acknowledge(
    office: Office, system_id: str, doc_id: str, status: str, receipt: str = ""
) -> None:
    """updateStatus: what became of the transport, with the recipient's `receipt`.

    Raises AxisRefusal("axis-unknown-document"), AxisRefusal("axis-bad-arguments") for a status
    there is not.
    """
    (refusal,) = acknowledge_all(office, system_id, [(doc_id, status, receipt)])
    if refusal is not None:
        raise refusal


def acknowledge_all(
    office: Office, system_id: str, words: Sequence[tuple[str, str, str]]
) -> list[AxisRefusal | None]:
    """As `acknowledge`, for several (document, status, receipt) in one transaction."""
    found = [_said(office, system_id, *word) for word in words]
    moves = [each for each in found if isinstance(each, _Said) and each.is_news]
    if moves:
        with transaction(office, Actor(name=system_id)) as work:
            for each in moves:
                _move(work, each.delivery, each.state, each.receipt)
    return [each if isinstance(each, AxisRefusal) else None for each in found]


@dataclass(frozen=True)
class _Said:
    """What a recipient says of a delivery."""

    delivery: Row
    state: DeliveryState
    receipt: str

    @property
    def is_news(self) -> bool:
        failed_again = self.delivery.state == self.state == DeliveryState.FAIL
        return failed_again or self.delivery.state not in (self.state, DeliveryState.DONE)


def _said(
    office: Office, system_id: str, doc_id: str, status: str, receipt: str
) -> _Said | AxisRefusal:
    state = STATES.get(status.strip().lower())
    if state is None:
        return AxisRefusal("axis-bad-arguments", argument="status")
    delivery = _delivery(office, system_id, doc_id)
    if delivery is None:
        return AxisRefusal("axis-unknown-document", doc_id=doc_id)
    said = _Said(delivery, state, receipt)
    if said.is_news and state == DeliveryState.DONE and len(receipt) > receipts.LONGEST:
        return AxisRefusal("axis-bad-arguments", argument="receipt")
    return said


def take_receipt(office: Office, system_id: str, doc_id: str, text: str, public: str) -> None:
    """passReceipt: the receipt of a recipient whom the caller serves, and the key that signed it.

    Raises AxisRefusal("axis-unknown-document" | "axis-bad-arguments").
    """
    if _delivery(office, system_id, doc_id) is None:
        raise AxisRefusal("axis-unknown-document", doc_id=doc_id)
    with transaction(office, Actor(name=system_id)) as work:
        delivery = work.session.scalars(
            select(Delivery).where(Delivery.doc_id == doc_id).with_for_update()
        ).one()
        if public and delivery.via_code == system_id:
            receipts.learn_served(work, delivery.recipient_code, public)
        receipts.take(work, delivery, text)


def _move(work: Work, delivery: Row, state: DeliveryState, receipt: str = "") -> None:
    """By conditional UPDATEs: what was read before this transaction may have changed since."""
    values = {"delivery_id": delivery.id, "now": work.now}
    if state == DeliveryState.FAIL:  # offered again an hour from now, not with every list
        work.session.execute(FAILED_AGAIN, values)
    if work.session.execute(MOVES[state], values).rowcount != 1:
        return
    if receipt and state == DeliveryState.DONE:
        receipts.take(work, work.session.get(Delivery, delivery.id), receipt)
    tag = "hub:fetch" if state == DeliveryState.PROCESSING else "hub:acknowledge"
    told = {"doc_id": delivery.doc_id, "message_id": delivery.message_id, "state": state}
    work.audit(tag, about(Delivery, delivery.id), **told)


def sent(office: Office, system_id: str, kind: MessageKind, doc_id: str = "") -> list[Delivery]:
    """What a system sent, a row for each recipient: of one message, or the latest of a kind.

    Raises AxisRefusal("axis-unknown-document").
    """
    query = select(Delivery).join(Delivery.message).options(contains_eager(Delivery.message))
    query = query.where(_is_of(system_id))
    if doc_id:
        query = query.where(HubMessage.doc_id == doc_id).order_by(Delivery.id)
    else:
        query = query.where(HubMessage.kind == kind).order_by(Delivery.id.desc()).limit(SENT_LISTED)
    found = list(office.session().scalars(query))
    if doc_id and not found:
        raise AxisRefusal("axis-unknown-document", doc_id=doc_id)
    return found


def _is_of(system_id: str) -> ColumnElement[bool]:
    """What a system sent, for itself or for those whom it serves."""
    return or_(HubMessage.sender_code == system_id, HubMessage.via_code == system_id)


def _delivery(office: Office, system_id: str, doc_id: str) -> Row | None:
    values = {"doc_id": doc_id, "system_id": system_id}
    return office.session().execute(FOR_RECIPIENT, values).one_or_none()


def _sent(office: Office, system_id: str, doc_id: str) -> Row | None:
    values = {"doc_id": doc_id, "system_id": system_id}
    return office.session().execute(OF_SENDER, values).one_or_none()
