"""Registers and the numbers given in them (NĐ 30/2020, Điều 15, 22)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Line, PrimaryKey, Short, reference_to


class RegisterKind(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    COPY = "copy"  # all kinds of copies count together (NĐ 30/2020, Phụ lục I, phần II)
    # Secret documents have a series of their own (NĐ 30/2020, Điều 15).
    OUTGOING_SECRET = "outgoing_secret"  # noqa: S105 no password


class EntryState(StrEnum):
    GIVEN = "given"
    RESERVED = "reserved"
    CANCELLED = "cancelled"


class Register(Base):
    """The book of one agency, kind and year; `last_number` is the row that serialises numbering."""

    __tablename__ = "register"
    __table_args__ = (UniqueConstraint("agency_id", "kind", "year"),)

    id: Mapped[PrimaryKey]
    agency_id: Mapped[int] = reference_to("agency.id")
    kind: Mapped[RegisterKind] = mapped_column(String(20))
    year: Mapped[int] = mapped_column(Integer)
    name: Mapped[Line]
    last_number: Mapped[int] = mapped_column(Integer, default=0)
    is_open: Mapped[bool] = mapped_column(Boolean, default=True)


class RegisterEntry(Base):
    """One number; given once, never reused, a cancelled one stays visible."""

    __tablename__ = "register_entry"
    __table_args__ = (UniqueConstraint("register_id", "number", "sub_number"),)

    id: Mapped[PrimaryKey]
    register_id: Mapped[int] = reference_to("register.id")
    number: Mapped[int] = mapped_column(Integer)
    sub_number: Mapped[str] = mapped_column(String(5), default="")
    state: Mapped[EntryState] = mapped_column(String(20), default=EntryState.GIVEN)
    given_at: Mapped[datetime]
    given_by: Mapped[Short]
    note: Mapped[Line]

    register: Mapped[Register] = relationship()
