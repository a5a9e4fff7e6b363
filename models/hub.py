"""The hub's tables: directory (nodes keep a copy), accounts of systems, messages, deliveries."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Date, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import search_words
from models.base import Base, Id, Json, Line, PrimaryKey, Short, reference_to
from models.exchange import MessageKind


class DirectoryEntry(Base):
    """An agency that documents can be sent to. On the hub the original, on a node its copy."""

    __tablename__ = "directory_entry"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(35), unique=True)
    old_code: Mapped[str] = mapped_column(String(35), default="")
    parent_code: Mapped[str] = mapped_column(String(35), default="")
    name: Mapped[Line]
    search_text: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[Short]
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    successor_code: Mapped[str] = mapped_column(String(35), default="")
    # Once dissolved: what is sent to it goes to its successor instead of being refused.
    forwards: Mapped[bool] = mapped_column(Boolean, default=False)
    is_locked: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1, index=True)
    changed_at: Mapped[datetime | None]


search_words.keep(DirectoryEntry.__table__)


class HubAccount(Base):
    """A system that may call the axis. Secrets are sealed: HMAC needs them in clear in memory."""

    __tablename__ = "hub_account"

    id: Mapped[PrimaryKey]
    system_id: Mapped[str] = mapped_column(String(35), unique=True)
    node_name: Mapped[Line]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None]
    is_locked: Mapped[bool] = mapped_column(Boolean, default=False)
    may_register: Mapped[bool] = mapped_column(Boolean, default=False)  # agencies below its own
    last_call_at: Mapped[datetime | None]
    calls: Mapped[int] = mapped_column(Id, default=0)
    recent_calls: Mapped[dict] = mapped_column(Json, default=dict)  # by operation, not told yet
    last_refused_at: Mapped[datetime | None]  # at the door: a wrong signature, a locked account
    created_at: Mapped[datetime]


class HubMessage(Base):
    """One package accepted by the hub; its payload is stored once for all recipients."""

    __tablename__ = "hub_message"
    __table_args__ = (
        UniqueConstraint("sender_code", "kind", "payload_sha256"),
        Index("ix_hub_message_payload", "payload_sha256"),
        UniqueConstraint("sender_code", "kind", "original_sha256"),
    )

    id: Mapped[PrimaryKey]
    doc_id: Mapped[str] = mapped_column(String(36), unique=True)
    sender_code: Mapped[str] = mapped_column(String(35), index=True)
    kind: Mapped[MessageKind] = mapped_column(String(10))
    document_uid: Mapped[str] = mapped_column(String(200), default="", index=True)
    business_kind: Mapped[int] = mapped_column(Integer, default=0)
    status_code: Mapped[str] = mapped_column(String(2), default="")
    subject: Mapped[Line]
    reference: Mapped[Short]
    urgency: Mapped[int] = mapped_column(Integer, default=0)
    payload_sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer, default=0)
    search_text: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    payload_removed_at: Mapped[datetime | None]  # its time was over; what stands here stays
    # How it came if not from the sender's own system: a system that serves the sender, an uplink;
    # over an uplink also the digest it came with, before this hub added its hop to the trace.
    via_code: Mapped[str] = mapped_column(String(35), default="", index=True)
    uplink_id: Mapped[int | None] = reference_to("uplink.id")
    original_sha256: Mapped[str | None] = mapped_column(String(64))

    deliveries: Mapped[list["Delivery"]] = relationship(
        order_by="Delivery.id", back_populates="message"
    )


search_words.keep(HubMessage.__table__)


class LodgedHead(Base):
    """The head of a node's audit chain, as the node told it at some time."""

    __tablename__ = "lodged_head"

    id: Mapped[PrimaryKey]
    system_id: Mapped[str] = mapped_column(String(35), index=True)
    sequence: Mapped[int] = mapped_column(Id)
    hash: Mapped[str] = mapped_column(String(64))
    contradicts: Mapped[bool] = mapped_column(Boolean, default=False)  # what was lodged before
    at: Mapped[datetime]


class DeliveryState(StrEnum):
    """Transport states of the axis (`updateStatus`)."""

    INITIAL = "INITIAL"
    PROCESSING = "PROCESSING"
    DONE = "DONE"
    FAIL = "FAIL"


class Delivery(Base):
    """A message for one recipient."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "recipient_code"),
        # What every poll asks: the few that wait among the many that are done.
        Index("ix_delivery_waiting", "recipient_code", "state"),
        Index("ix_delivery_via", "via_code", "state"),
    )

    id: Mapped[PrimaryKey]
    doc_id: Mapped[str] = mapped_column(String(36), unique=True)
    message_id: Mapped[int] = reference_to("hub_message.id")
    recipient_code: Mapped[str] = mapped_column(String(35))
    state: Mapped[DeliveryState] = mapped_column(
        String(15), default=DeliveryState.INITIAL, index=True
    )
    created_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    # By which codes the sender wrote to it, where not by its own: former ones, dissolved agencies.
    addressed: Mapped[str] = mapped_column(Text, default="")
    parked_at: Mapped[datetime | None]  # held back by an operator
    parked_reason: Mapped[Line]
    # Who fetches it if not the recipient's own system: one that serves the code, or nobody, for it
    # goes on over an uplink.
    via_code: Mapped[str] = mapped_column(String(35), default="")
    relay_id: Mapped[int | None] = reference_to("relay.id")

    message: Mapped[HubMessage] = relationship(back_populates="deliveries")
