"""Who signs for the head of an agency by delegation (NĐ 30/2020, Điều 13)."""

from datetime import date, datetime

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.delegation import DelegationForm
from models.agencies import Appointment
from models.base import Base, Line, PrimaryKey, Short, reference_to


class Delegation(Base):
    """The head (`grantor`) lets the holder of a post sign some kinds of documents, by a document
    that says so. `passed_from`: the delegation of a unit's head that a deputy uses. It is ended,
    never changed: what was signed by it stays explained."""

    __tablename__ = "delegation"

    id: Mapped[PrimaryKey]
    agency_id: Mapped[int] = reference_to("agency.id")
    form: Mapped[DelegationForm] = mapped_column(String(10))
    grantor_id: Mapped[int] = reference_to("appointment.id")
    holder_id: Mapped[int] = reference_to("appointment.id")
    passed_from_id: Mapped[int | None] = reference_to("delegation.id")
    types: Mapped[list] = mapped_column(default=list)  # names of kinds of documents
    content: Mapped[Line]  # which matters, in words
    basis: Mapped[Line]  # the document that grants it
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    created_by: Mapped[Short]
    created_at: Mapped[datetime]
    ended_by: Mapped[Short]
    ended_on: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[Line]

    grantor: Mapped[Appointment] = relationship(foreign_keys=[grantor_id])
    holder: Mapped[Appointment] = relationship(foreign_keys=[holder_id])
    passed_from: Mapped["Delegation | None"] = relationship(remote_side="Delegation.id")
