"""What proves for decades what a signed file was worth: evidence of revocation and archive time
stamps, kept beside the file; answers of authorities for a while; how the time authority answers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, Line, PrimaryKey, Short, reference_to


class Origin(StrEnum):
    OWN = "own"
    RECEIVED = "received"


class Preservation(Base):
    """One signed file. `missing` is a code for what is still to come, empty when nothing is;
    `standing` how the worst certificate behind it stands. `archive_sha256` is the newest archive
    form of an own document; `stamp_ends` when the first certificate of the newest stamps ends."""

    __tablename__ = "preservation"
    __table_args__ = (UniqueConstraint("file_sha256"),)

    id: Mapped[PrimaryKey]
    file_sha256: Mapped[str] = mapped_column(String(64))
    origin: Mapped[Origin] = mapped_column(String(10))
    agency_id: Mapped[int] = reference_to("agency.id")
    outgoing_id: Mapped[int | None] = reference_to("outgoing_document.id")
    incoming_id: Mapped[int | None] = reference_to("incoming_document.id")
    standing: Mapped[str] = mapped_column(String(10), default="unknown")
    missing: Mapped[str] = mapped_column(String(100), default="", index=True)
    archive_sha256: Mapped[str | None] = mapped_column(String(64))
    stamped_at: Mapped[datetime | None]  # the first time stamp
    stamp_ends: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]

    steps: Mapped[list["PreservationStep"]] = relationship(order_by="PreservationStep.number")


class PreservationStep(Base):
    """A manifest (adapters/signing/chain.py) and the time stamp over it, both stored files. Steps
    are only ever added; one without a stamp may get it."""

    __tablename__ = "preservation_step"
    __table_args__ = (UniqueConstraint("preservation_id", "number"),)

    id: Mapped[PrimaryKey]
    preservation_id: Mapped[int] = reference_to("preservation.id")
    number: Mapped[int] = mapped_column(Integer)
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    stamp_sha256: Mapped[str | None] = mapped_column(String(64))
    stamped_at: Mapped[datetime | None]
    stamp_ends: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AuthorityAnswer(Base):
    """An OCSP answer or revocation list that was verified, for whoever asks the same soon. `key`
    is the digest of address and question."""

    __tablename__ = "authority_answer"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(String(64))
    url: Mapped[Line]
    answer_sha256: Mapped[str] = mapped_column(String(64))
    fetched_at: Mapped[datetime]
    good_until: Mapped[datetime | None]


class TimeAuthorityCheck(Base):
    """How the time-stamping authority answered last; one row for each address it had. `changes`:
    the last times it went away or came back, the newest first, as {"at", "problem"}."""

    __tablename__ = "time_authority_check"
    __table_args__ = (UniqueConstraint("url"),)

    id: Mapped[PrimaryKey]
    url: Mapped[Line]
    checked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    milliseconds: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[Short]
    authority: Mapped[Line]
    certificate_sha256: Mapped[str] = mapped_column(String(64), default="")
    certificate_ends: Mapped[datetime | None]
    changes: Mapped[list[dict]] = mapped_column(Json, default=list)
