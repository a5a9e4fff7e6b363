"""Incoming documents: an arrival with one number, a main paper and its enclosures."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Date, Float, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.incoming_flow import IncomingState
from models.agencies import Agency, Appointment
from models.base import Base, Id, Line, PrimaryKey, Short, reference_to
from models.registers import RegisterEntry


class IncomingSource(StrEnum):
    EXCHANGE = "exchange"
    INTERNAL = "internal"
    PAPER = "paper"


class IncomingDocument(Base):
    """One arrival at one agency. `sender_code` and `document_uid` say which package it came in."""

    __tablename__ = "incoming_document"
    # Law 6: the same document of the same sender is one arrival, whatever is sent twice.
    __table_args__ = (UniqueConstraint("agency_id", "sender_code", "document_uid"),)

    id: Mapped[PrimaryKey]
    version: Mapped[int] = mapped_column(Integer, default=1)
    agency_id: Mapped[int] = reference_to("agency.id")
    state: Mapped[IncomingState] = mapped_column(
        String(30), default=IncomingState.ARRIVED, index=True
    )
    source: Mapped[IncomingSource] = mapped_column(String(10))
    document_uid: Mapped[str] = mapped_column(String(200))
    sender_code: Mapped[str] = mapped_column(String(35), default="")
    sender_name: Mapped[Line]
    # Plain ids: these tables refer to this one, and foreign keys in a circle help nobody.
    message_id: Mapped[int | None] = mapped_column(Id, index=True)
    dispatch_id: Mapped[int | None] = mapped_column(Id, index=True)  # internal: the sender's side
    answers_outgoing_id: Mapped[int | None] = mapped_column(Id, index=True)
    number_entry_id: Mapped[int | None] = reference_to("register_entry.id", unique=True)
    arrival_number: Mapped[int | None] = mapped_column(Integer)
    arrived_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    arrival_date: Mapped[date | None] = mapped_column(Date)
    registered_by: Mapped[Short]
    director_id: Mapped[int | None] = reference_to("appointment.id")  # leader asked to direct
    deadline: Mapped[date | None] = mapped_column(Date, index=True)
    asked_by: Mapped[date | None] = mapped_column(Date)  # the sender's DueDate
    done_at: Mapped[datetime | None]
    refusal_reason: Mapped[Line]
    closing_note: Mapped[Line]
    note: Mapped[Line]
    # Where the stamp "ĐẾN" is shown on page 1, in mm; the file itself never bears it.
    stamp_left: Mapped[float | None] = mapped_column(Float)
    stamp_top: Mapped[float | None] = mapped_column(Float)
    repairs: Mapped[list] = mapped_column(default=list)
    # Verdict in one word over all signed files; null until inspected.
    verdict: Mapped[str | None] = mapped_column(String(20))
    doubts: Mapped[list] = mapped_column(default=list)  # domain.verdicts.Doubt, with what was found
    # The drawn form it was registered with: sent twice, it is registered once.
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    search_text: Mapped[str] = mapped_column(Text, default="")
    # Counts the steps people take (services/incoming/state.py); what a worker notes beside them,
    # such as the verdict, does not make a page that somebody has open stale.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    agency: Mapped[Agency] = relationship()
    director: Mapped[Appointment | None] = relationship()
    number_entry: Mapped[RegisterEntry | None] = relationship()
    papers: Mapped[list["Paper"]] = relationship(
        order_by="Paper.ordinal", back_populates="document"
    )
    directives = relationship("Directive", order_by="Directive.id")
    assignments = relationship("Assignment", order_by="Assignment.id", back_populates="document")

    @property
    def main(self) -> "Paper":
        return self.papers[0]

    @property
    def names(self) -> dict[str, str]:
        """Digest of each file that came, by its name; of two with one name the first."""
        return {each.file_name: each.sha256 for each in reversed(self.papers) if each.sha256}

    @property
    def handed_to(self) -> list:
        """The assignments by which the document left the leader's desk, the lead first; what a
        unit hands on within itself is its own matter."""
        return [each for each in self.assignments if each.parent_id is None]


class Paper(Base):
    """One document of an arrival, with its own issuer, reference and date; the first is the main
    one. State secrets have no file (law 10)."""

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("document_id", "ordinal"),)

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("incoming_document.id")
    ordinal: Mapped[int] = mapped_column(Integer)
    issuer_name: Mapped[Line]
    number: Mapped[Short]
    notation: Mapped[Short]
    reference: Mapped[Short] = mapped_column(index=True)
    issued_date: Mapped[date | None] = mapped_column(Date)
    type_name: Mapped[Short]
    subject: Mapped[Line]
    signer_name: Mapped[Short]
    signer_position: Mapped[Line]
    urgency: Mapped[int] = mapped_column(Integer, default=0)
    secrecy: Mapped[Short]
    pages: Mapped[int] = mapped_column(Integer, default=0)
    copies: Mapped[int] = mapped_column(Integer, default=1)
    sha256: Mapped[str | None] = mapped_column(String(64))
    file_name: Mapped[Line]
    media_type: Mapped[Short]
    is_damaged: Mapped[bool] = mapped_column(Boolean, default=False)

    document: Mapped[IncomingDocument] = relationship(back_populates="papers")
