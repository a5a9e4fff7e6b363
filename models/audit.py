"""The audit chain (law 9) and notifications."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Json, Line, PrimaryKey, Short, reference_to


class AuditHead(Base):
    """One row: the last entry's number and hash. Locking it puts all entries into one order."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sequence: Mapped[int] = mapped_column(Id, default=0)
    hash: Mapped[str] = mapped_column(String(64))


class AuditEntry(Base):
    """What was done; `hash` covers every column and the entry before."""

    __tablename__ = "audit_entry"

    sequence: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    tag: Mapped[str] = mapped_column(String(60), index=True)
    person_id: Mapped[int | None] = mapped_column(Id, index=True)
    person_name: Mapped[Short]
    agency_id: Mapped[int | None] = mapped_column(Id, index=True)
    subject_type: Mapped[str] = mapped_column(String(30), default="")
    subject_id: Mapped[int | None] = mapped_column(Id, index=True)
    details: Mapped[dict] = mapped_column(Json, default=dict)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Notification(Base):
    """Word to a person that something waits for them or came back."""

    __tablename__ = "notification"

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference_to("person.id")
    kind: Mapped[str] = mapped_column(String(40))
    subject_type: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(Id)
    details: Mapped[dict] = mapped_column(Json, default=dict)
    summary: Mapped[Line]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
