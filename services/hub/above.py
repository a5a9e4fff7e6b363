"""Receipts across hubs. What we relayed is taken by systems of another hub, whose receipts lie
there: they are fetched, checked and kept for our own senders (`collect`). What came down to us has
its sender over there: the receipts of our systems are handed up to it (the job `receipt_up`). An
axis that knows no receipts is asked once a day whether it has learnt."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import and_, select

from adapters.axis.connectors import Connector
from adapters.axis.errors import AxisError, NotOffered, PermanentAxisError
from adapters.axis.records import ReceiptRecord
from domain.errors import Invalid, Refusal, Unavailable
from domain.roles import SYSTEM
from models.hub import Delivery, HubMessage
from models.receipts import Receipt, ReceiptKey
from models.uplinks import Relay, Uplink, UplinkArrival
from services import outbox, receipt_keys
from services.exchange import links
from services.exchange.receipts import Keys, unknown_keys
from services.hub import receipts, routing, uplinks
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import Work, transaction

log = structlog.get_logger()
ASKED_AGAIN = timedelta(days=1)


def collect(office: Office, uplink_id: int, axis: Connector) -> None:
    """Fetches what recipients behind the uplink have left there for us. Raises AxisError."""
    uplink = office.session().get(Uplink, uplink_id)
    seen, refused_at = uplink.receipts_seen, uplink.receipts_refused_at
    office.session().rollback()
    if refused_at is not None and refused_at > office.now() - ASKED_AGAIN:
        return
    try:
        found = [r for r in axis.receipts(seen) if r.cursor and r.receipt and r.to_code]
        keys = _keys(office, uplink_id, axis, found)
    except NotOffered:
        return _note_refused(office, uplink_id)
    if found or refused_at is not None:
        _keep_all(office, uplink_id, seen, found, keys)
    return None


def _keys(office: Office, uplink_id: int, axis: Connector, found: Sequence[ReceiptRecord]) -> Keys:
    """Keys that we do not know, of systems that are reached over this uplink: nobody up there may
    say what key a system of ours has."""
    ways = routing.ways(office, {record.to_code for record in found})
    theirs = [r for r in found if ways[r.to_code].uplink_id == uplink_id]
    return unknown_keys(office, axis, [(record.to_code, record.receipt) for record in theirs])


def _note_refused(office: Office, uplink_id: int) -> None:
    with transaction(office, SYSTEM) as work:
        work.session.get(Uplink, uplink_id).receipts_refused_at = work.now


def _keep_all(
    office: Office, uplink_id: int, seen: int, found: Sequence[ReceiptRecord], keys: Keys
) -> None:
    with transaction(office, SYSTEM) as work:
        uplink = work.session.get(Uplink, uplink_id, with_for_update=True)
        if uplink.receipts_seen != seen:
            return  # somebody else was here meanwhile
        for code, given_out in keys.items():
            with suppress(Invalid):
                receipt_keys.learn(work, code, given_out)
        for record in found:
            _keep(work, uplink_id, record)
        uplink.receipts_refused_at = None
        uplink.receipts_seen = max((record.cursor for record in found), default=seen)


def _keep(work: Work, uplink_id: int, record: ReceiptRecord) -> None:
    message = _relayed(work, uplink_id, record.doc_id or "")
    if message is None or _is_kept(work, message, record.to_code):
        return
    delivery = work.session.scalar(
        select(Delivery).where(
            Delivery.message_id == message.id,
            Delivery.recipient_code == record.to_code,
            Delivery.relay_id.is_not(None),
        )
    )
    receipts.keep(work, message, record.to_code, record.receipt, delivery)


def _relayed(work: Work, uplink_id: int, doc_id: str) -> HubMessage | None:
    query = select(HubMessage).join(Relay, Relay.message_id == HubMessage.id)
    query = query.where(Relay.uplink_id == uplink_id, Relay.remote_doc_id == doc_id)
    return work.session.scalars(query.limit(1)).first() if doc_id else None


def _is_kept(work: Work, message: HubMessage, code: str) -> bool:
    query = select(Receipt.id).where(
        Receipt.hub_message_id == message.id, Receipt.signer_code == code
    )
    return work.session.scalar(query.limit(1)) is not None


# --- up to the sender of what came down ---------------------------------------------------------


@dataclass(frozen=True)
class Passed:
    """One receipt for the hub above: the id of the package there, the receipt, its key."""

    uplink_id: int
    doc_id: str
    text: str
    key: str


def receipt_up(office: Office, lease: Lease) -> None:
    """The same receipt twice is no harm: the hub above keeps the first."""
    passed, problem = None, ""
    try:
        passed = _to_pass(office, lease.subject_id)
        if passed is not None:
            with uplinks.connect(office, passed.uplink_id) as axis:
                axis.pass_receipt(passed.doc_id, passed.text, passed.key)
    except PermanentAxisError as error:
        log.info("receipt not wanted there", doc_id=passed.doc_id, error=str(error))
    except (AxisError, Refusal) as error:
        problem = links.problem_of(error)
    with transaction(office, SYSTEM) as work:
        if problem:
            outbox.postpone(work, lease, problem)
        else:
            outbox.settle(work, lease)


def _to_pass(office: Office, receipt_id: int) -> Passed | None:
    """None where nobody up there waits for it: an axis without receipts, or a package that was
    meant for another, whose mail came to who signed it. Raises Unavailable where the recipient was
    quicker than who noted the arrival."""
    session = office.session()
    came = select(UplinkArrival.id).join(
        Receipt, Receipt.hub_message_id == UplinkArrival.message_id
    )
    if session.scalar(came.where(Receipt.id == receipt_id).limit(1)) is None:
        raise Unavailable("axis-busy")
    query = (
        select(Receipt, UplinkArrival.uplink_id, UplinkArrival.remote_doc_id, ReceiptKey.public)
        .join(UplinkArrival, UplinkArrival.message_id == Receipt.hub_message_id)
        .join(Uplink, Uplink.id == UplinkArrival.uplink_id)
        .outerjoin(
            ReceiptKey,
            and_(ReceiptKey.owner == Receipt.signer_code, ReceiptKey.key_id == Receipt.key_id),
        )
        .where(
            Receipt.id == receipt_id,
            UplinkArrival.recipient_code == Receipt.signer_code,
            Uplink.receipts_refused_at.is_(None),
        )
    )
    found = session.execute(query.limit(1)).first()
    passed = found and Passed(found[1], found[2], found[0].text, found[3] or "")
    session.rollback()
    return passed
