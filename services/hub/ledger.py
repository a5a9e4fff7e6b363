"""What the hub carried from and to one system, for that system's reconciliation: ids, hashes and
states, no content."""

from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager

from adapters.axis.records import LedgerRecord
from models.hub import Delivery, HubMessage
from services.hub.deliveries import UNFINISHED
from services.office import Office

LISTED = 2000


def entries(office: Office, system_id: str, start: datetime, since: int) -> list[LedgerRecord]:
    """getLedger: deliveries from or to the system that were made or finished after `start`, or are
    not finished yet; a page of them, those after the cursor `since`."""
    sent = _page(office, HubMessage.sender_code == system_id, start, since)
    received = _page(office, Delivery.recipient_code == system_id, start, since)
    records = [_record(each, "sent", each.message.doc_id) for each in sent]
    records += [_record(each, "received", each.doc_id) for each in received]
    # Where one of the two goes on, the other must not be ahead of it: the cursor is for both.
    ends = [found[-1].id for found in (sent, received) if len(found) == LISTED]
    records = [each for each in records if each.cursor <= min(ends, default=each.cursor)]
    return sorted(records, key=lambda each: each.cursor)


def _page(office: Office, whose, start: datetime, since: int) -> list[Delivery]:
    query: Select[tuple[Delivery]] = (
        select(Delivery)
        .join(Delivery.message)
        .options(contains_eager(Delivery.message))
        .where(
            whose,
            Delivery.id > since,
            or_(
                Delivery.created_at >= start,
                Delivery.finished_at >= start,
                Delivery.state.in_(UNFINISHED),
            ),
        )
        .order_by(Delivery.id)
        .limit(LISTED)
    )
    return list(office.session().scalars(query))


def _record(delivery: Delivery, direction: str, doc_id: str) -> LedgerRecord:
    message = delivery.message
    return LedgerRecord(
        cursor=delivery.id,
        direction=direction,
        doc_id=doc_id,
        message_type=message.kind,
        document_id=message.document_uid,
        from_code=message.sender_code,
        to_code=delivery.recipient_code,
        content_sha256=message.payload_sha256,
        state=delivery.state,
        created=delivery.created_at.isoformat(),
        finished=delivery.finished_at.isoformat() if delivery.finished_at else None,
    )
