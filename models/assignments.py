"""Directives of leaders and the assignments that follow from them (NĐ 30/2020, Điều 23–24)."""

from datetime import date, datetime

from sqlalchemy import Date, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.assignment_flow import AssignmentKind, AssignmentState
from domain.incoming_flow import CLOSED
from models.agencies import Person, Unit
from models.base import Base, PrimaryKey, Short, reference_to
from models.incoming import IncomingDocument


class Directive(Base):
    """What a leader decided on an incoming document; `entered_by` differs from `leader_name` when
    a clerk recorded it on the leader's behalf."""

    __tablename__ = "directive"

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("incoming_document.id")
    leader_id: Mapped[int] = reference_to("appointment.id")
    leader_name: Mapped[Short]
    entered_by: Mapped[Short]
    text: Mapped[str] = mapped_column(Text)
    deadline: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime]


class Assignment(Base):
    """A task on an incoming document for a unit, or for a person in it."""

    __tablename__ = "assignment"

    id: Mapped[PrimaryKey]
    version: Mapped[int] = mapped_column(Integer, default=1)
    document_id: Mapped[int] = reference_to("incoming_document.id")
    directive_id: Mapped[int] = reference_to("directive.id")
    parent_id: Mapped[int | None] = reference_to("assignment.id")
    agency_id: Mapped[int] = reference_to("agency.id")
    unit_id: Mapped[int] = reference_to("unit.id")
    person_id: Mapped[int | None] = reference_to("person.id")
    kind: Mapped[AssignmentKind] = mapped_column(String(10))
    state: Mapped[AssignmentState] = mapped_column(
        String(20), default=AssignmentState.NEW, index=True
    )
    instruction: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(Text, default="")
    deadline: Mapped[date | None] = mapped_column(Date, index=True)
    assigned_by: Mapped[Short]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": version}

    document: Mapped[IncomingDocument] = relationship(back_populates="assignments")
    unit: Mapped[Unit] = relationship()
    person: Mapped[Person | None] = relationship()
    parent: Mapped["Assignment | None"] = relationship(
        remote_side="Assignment.id", back_populates="children"
    )
    children: Mapped[list["Assignment"]] = relationship(
        order_by="Assignment.id", back_populates="parent"
    )

    @property
    def is_moot(self) -> bool:
        """Nobody waits for it any more: the lead's completion closed the document, or the document
        is no longer in force."""
        return self.state != AssignmentState.DONE and self.document.state in CLOSED

    @property
    def is_closed(self) -> bool:
        return self.state == AssignmentState.DONE or self.is_moot
