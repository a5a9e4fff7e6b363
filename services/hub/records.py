"""Deliveries as items of the axis's lists. Times and statuses are opaque to the client SDK; ours
are Vietnam's local time and the names of the transport states."""

from datetime import datetime

from adapters.axis.records import AuditHeadRecord, ReceivedItem, SentItem
from domain.dates import local
from models.hub import Delivery, DeliveryState, LodgedHead
from services.hub import forwarding

SERVICE = "eDoc"
WORDS = {
    DeliveryState.INITIAL: "Cho don vi nhan lay ve",
    DeliveryState.PROCESSING: "Don vi nhan da lay ve, dang xu ly",
    DeliveryState.DONE: "Don vi nhan da nhan thanh cong",
    DeliveryState.FAIL: "Don vi nhan bao nhan khong thanh cong",
}
HELD = "Truc dang tam giu"


def received_item(delivery: Delivery) -> ReceivedItem:
    message = delivery.message
    changed = delivery.finished_at or delivery.fetched_at or delivery.created_at
    return ReceivedItem(
        doc_id=delivery.doc_id,
        service_type=SERVICE,
        message_type=message.kind,
        created_time=_moment(delivery.created_at),
        updated_time=_moment(changed),
        from_code=message.sender_code,
        to_code=delivery.recipient_code,
        status=delivery.state,
        status_desc=WORDS[delivery.state],
        content_sha256=message.payload_sha256,
        content_length=message.size,
    )


def sent_items(delivery: Delivery) -> list[SentItem]:
    """One for each code by which the sender wrote to it: it knows no other."""
    codes = forwarding.codes_of(delivery.addressed, delivery.recipient_code)
    return [_sent_item(delivery, code) for code in codes]


def _sent_item(delivery: Delivery, code: str) -> SentItem:
    message = delivery.message
    return SentItem(
        service_type=SERVICE,
        message_type=message.kind,
        sender_doc_id=message.doc_id,
        receiver_doc_id=delivery.doc_id,
        from_code=message.sender_code,
        to_code=code,
        title=message.subject,
        notation=message.reference,
        sent_time=_moment(message.created_at),
        received_time=_moment(delivery.finished_at or delivery.fetched_at),
        send_status=DeliveryState.DONE,
        send_status_desc="Truc da nhan",
        receive_status=delivery.state,
        receive_status_desc=_words(delivery, code),
    )


def _words(delivery: Delivery, code: str) -> str:
    held = delivery.parked_at is not None and delivery.state != DeliveryState.DONE
    words = HELD if held else WORDS[delivery.state]
    if code == delivery.recipient_code:
        return words
    return f"Chuyen tiep cho {delivery.recipient_code}: {words}"


def head_record(head: LodgedHead) -> AuditHeadRecord:
    return AuditHeadRecord(sequence=head.sequence, hash=head.hash)


def _moment(at: datetime | None) -> str | None:
    return local(at).strftime("%d/%m/%Y %H:%M:%S") if at else None
