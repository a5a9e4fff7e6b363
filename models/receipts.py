"""Receipts of packages, given and got, and the keys that sign them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Line, PrimaryKey, Short, reference_to


class ReceiptRole(StrEnum):
    """Who took the package."""

    HUB = "hub"
    RECIPIENT = "recipient"


class ReceiptKey(Base):
    """A key that signs receipts: this node's own (with its private half, sealed under the node
    key), or one that `owner` published. Never deleted: old receipts stay verifiable. One that was
    replaced was good until `valid_to`."""

    __tablename__ = "receipt_key"
    __table_args__ = (UniqueConstraint("owner", "key_id"), UniqueConstraint("is_own"))

    id: Mapped[PrimaryKey]
    owner: Mapped[Line]  # a system id, or `hub:` and its address; empty: this node
    key_id: Mapped[str] = mapped_column(String(16), index=True)
    public: Mapped[str] = mapped_column(String(64))  # raw, hexadecimal
    private_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_own: Mapped[bool | None] = mapped_column(Boolean)  # true once, else null
    created_at: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Receipt(Base):
    """One receipt, word for word. `problem` says what is wrong with it; `hub_doc_id` is the id of
    the message at the hub, by which its sender knows it."""

    __tablename__ = "receipt"
    # What a sender asks the hub for, again and again: what came after the last one it has.
    __table_args__ = (Index("ix_receipt_for_sender", "sender_code", "role", "id"),)

    id: Mapped[PrimaryKey]
    role: Mapped[ReceiptRole] = mapped_column(String(10))
    signer_code: Mapped[str] = mapped_column(String(35), default="")
    sender_code: Mapped[str] = mapped_column(String(35), default="")
    document_uid: Mapped[str] = mapped_column(String(200), default="")
    hub_doc_id: Mapped[str] = mapped_column(String(100), default="", index=True)
    payload_sha256: Mapped[str] = mapped_column(String(64), default="")
    key_id: Mapped[str] = mapped_column(String(16), default="")
    text: Mapped[str] = mapped_column(Text)
    problem: Mapped[Short]
    hub_message_id: Mapped[int | None] = reference_to("hub_message.id")
    delivery_id: Mapped[int | None] = reference_to("delivery.id")
    message_id: Mapped[int | None] = reference_to("exchange_message.id")
    agency_id: Mapped[int | None] = reference_to("agency.id")
    created_at: Mapped[datetime]
