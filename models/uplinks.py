"""A hub as a client of a higher axis or of another province's hub: the lines there, which codes go
over them, packages on their way up, packages that came down."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Id, Line, PrimaryKey, Short, reference_to
from models.hub import HubAccount, HubMessage


class Uplink(Base):
    """A line to another axis: `kind` names the connector, credentials are sealed."""

    __tablename__ = "uplink"

    id: Mapped[PrimaryKey]
    name: Mapped[Line]
    kind: Mapped[str] = mapped_column(String(20))
    endpoint: Mapped[Line]
    system_id: Mapped[str] = mapped_column(String(35))
    credentials_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[Line]
    created_at: Mapped[datetime]
    # How far recipients' receipts have been fetched; when the axis said that it knows none.
    receipts_seen: Mapped[int] = mapped_column(Id, default=0)
    receipts_refused_at: Mapped[datetime | None]


class CodeRoute(Base):
    """Codes that fit `pattern` are reached over an uplink, or by a system of ours that serves them:
    another hub, which calls us for all of its agencies."""

    __tablename__ = "code_route"
    __table_args__ = (
        CheckConstraint("(uplink_id IS NULL) <> (account_id IS NULL)", name="one_way"),
    )

    id: Mapped[PrimaryKey]
    pattern: Mapped[str] = mapped_column(String(36), unique=True)
    uplink_id: Mapped[int | None] = reference_to("uplink.id")
    account_id: Mapped[int | None] = reference_to("hub_account.id")
    created_at: Mapped[datetime]

    uplink: Mapped[Uplink | None] = relationship()
    account: Mapped[HubAccount | None] = relationship()


class RelayState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    PARKED = "parked"


class Relay(Base):
    """A package on its way over an uplink, for those of its deliveries that name it. The bytes that
    go are the package with this hub's hop in its trace; what came stays as it was."""

    __tablename__ = "relay"

    id: Mapped[PrimaryKey]
    uplink_id: Mapped[int] = reference_to("uplink.id")
    message_id: Mapped[int] = reference_to("hub_message.id")
    state: Mapped[RelayState] = mapped_column(String(10), default=RelayState.QUEUED, index=True)
    payload_sha256: Mapped[str | None] = mapped_column(String(64))
    remote_doc_id: Mapped[Short]
    problem: Mapped[Line]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    uplink: Mapped[Uplink] = relationship()
    message: Mapped[HubMessage] = relationship()


class UplinkArrival(Base):
    """A package that an uplink held for us, as it came (`original_sha256`), and what was made of
    it: a message of this hub, or a refusal."""

    __tablename__ = "uplink_arrival"
    __table_args__ = (UniqueConstraint("uplink_id", "remote_doc_id"),)

    id: Mapped[PrimaryKey]
    uplink_id: Mapped[int] = reference_to("uplink.id")
    remote_doc_id: Mapped[str] = mapped_column(String(100))
    recipient_code: Mapped[str] = mapped_column(String(35), default="")
    original_sha256: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[int | None] = reference_to("hub_message.id")
    problem: Mapped[Line]
    created_at: Mapped[datetime]

    @property
    def is_refused(self) -> bool:
        return bool(self.problem)
