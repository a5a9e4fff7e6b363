"""Exchange at a node: every package in or out, per-recipient dispatch, statuses, the outbox."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.exchange_flow import TransportState
from models.base import Base, Id, Line, PrimaryKey, Short, reference_to
from models.outgoing import OutgoingDocument


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class MessageKind(StrEnum):
    EDOC = "edoc"
    STATUS = "status"


class Route(StrEnum):
    HUB = "hub"
    INTERNAL = "internal"


class ExchangeMessage(Base):
    """One package, raw. `payload_sha256` is pinned before the first try, so that every try sends
    the same bytes; an arrival is unique by sender, id and hash."""

    __tablename__ = "exchange_message"
    __table_args__ = (
        UniqueConstraint("agency_id", "direction", "hub_doc_id"),
        Index("ix_exchange_message_peer", "agency_id", "direction", "peer_code", "document_uid"),
    )

    id: Mapped[PrimaryKey]
    agency_id: Mapped[int] = reference_to("agency.id")
    direction: Mapped[Direction] = mapped_column(String(5))
    kind: Mapped[MessageKind] = mapped_column(String(10))
    state: Mapped[TransportState] = mapped_column(String(20), default=TransportState.QUEUED)
    peer_code: Mapped[str] = mapped_column(String(35), default="")
    document_uid: Mapped[str] = mapped_column(String(200), default="")
    payload_sha256: Mapped[str | None] = mapped_column(String(64))
    # Of the decoded content: an axis may write a package anew, its bytes do not come through.
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    hub_doc_id: Mapped[str | None] = mapped_column(String(100))
    outgoing_id: Mapped[int | None] = reference_to("outgoing_document.id")
    status_event_id: Mapped[int | None] = mapped_column(Id, index=True)
    repairs: Mapped[list] = mapped_column(default=list)
    evidence: Mapped[dict | None]  # what the package's XML signature is worth
    problem: Mapped[Line]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # a person looked into what was wrong with it


class Dispatch(Base):
    """One outgoing document on its way to one recipient: transport and business state apart."""

    __tablename__ = "dispatch"
    __table_args__ = (UniqueConstraint("document_id", "recipient_code"),)

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("outgoing_document.id")
    message_id: Mapped[int | None] = reference_to("exchange_message.id")
    recipient_code: Mapped[str] = mapped_column(String(35), index=True)
    recipient_name: Mapped[Line]
    route: Mapped[Route] = mapped_column(String(10))
    transport_state: Mapped[TransportState] = mapped_column(
        String(20), default=TransportState.QUEUED
    )
    business_state: Mapped[str | None] = mapped_column(String(2))
    problem: Mapped[Line]
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None] = mapped_column(index=True)
    seen_at: Mapped[datetime | None]  # a person looked into what was wrong with it

    document: Mapped[OutgoingDocument] = relationship(backref="dispatches")
    message: Mapped[ExchangeMessage | None] = relationship()
    events: Mapped[list["StatusEvent"]] = relationship(
        order_by="StatusEvent.id", back_populates="dispatch"
    )


class HubCircuit(Base):
    """How calls to one hub go. After several failures in a row it is open: nobody calls, but for
    one probe from `probe_at` on; who takes the probe moves that time."""

    __tablename__ = "hub_circuit"

    id: Mapped[PrimaryKey]
    endpoint: Mapped[str] = mapped_column(String(500), unique=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[Line]
    open_since: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]


class StatusEvent(Base):
    """One business status: received for a dispatch of ours, or reported by us for an arrival."""

    __tablename__ = "status_event"

    id: Mapped[PrimaryKey]
    dispatch_id: Mapped[int | None] = reference_to("dispatch.id")
    incoming_id: Mapped[int | None] = reference_to("incoming_document.id")
    code: Mapped[str] = mapped_column(String(2))
    at: Mapped[datetime]
    staff: Mapped[Short]
    department: Mapped[Line]
    description: Mapped[Line]
    recorded_at: Mapped[datetime]

    dispatch: Mapped[Dispatch | None] = relationship(back_populates="events")


class OutboxState(StrEnum):
    DUE = "due"
    DONE = "done"
    PARKED = "parked"


class OutboxItem(Base):
    """One piece of background work, claimed by lease with a fencing token (law 3). `kind` names the
    work, `subject_id` its row; `repeat_seconds` > 0 makes it come again."""

    __tablename__ = "outbox_item"
    __table_args__ = (
        Index("ix_outbox_item_due", "state", "due_at"),
        # The most urgent of a queue, found at once behind a backlog of thousands.
        Index("ix_outbox_item_next", "queue", "state", "priority", "due_at"),
    )

    id: Mapped[PrimaryKey]
    queue: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(Integer, index=True)
    state: Mapped[OutboxState] = mapped_column(String(10), default=OutboxState.DUE)
    priority: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime]
    woken_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    repeat_seconds: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[Line]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
