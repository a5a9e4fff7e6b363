"""Reconciliations: what was compared when, and every difference that was found."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Id, Json, Line, PrimaryKey, Short, reference_to


class ReconciliationState(StrEnum):
    ASKED = "asked"
    DONE = "done"


class Reconciliation(Base):
    """One comparison of an agency's registers, packages and receipts with its hub. `problem` says
    why the hub's side could not be had; `checked` counts what was compared."""

    __tablename__ = "reconciliation"

    id: Mapped[PrimaryKey]
    agency_id: Mapped[int] = reference_to("agency.id")
    state: Mapped[ReconciliationState] = mapped_column(
        String(10), default=ReconciliationState.ASKED
    )
    asked_by: Mapped[Short]
    since: Mapped[datetime]
    checked: Mapped[dict] = mapped_column(Json, default=dict)
    differences: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[Line]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    found: Mapped[list["Difference"]] = relationship(order_by="Difference.id")


class Difference(Base):
    """One thing that does not fit: its kind, what words it needs, what it is about."""

    __tablename__ = "reconciliation_difference"

    id: Mapped[PrimaryKey]
    reconciliation_id: Mapped[int] = reference_to("reconciliation.id")
    kind: Mapped[str] = mapped_column(String(40))
    details: Mapped[dict] = mapped_column(Json, default=dict)
    subject_type: Mapped[str] = mapped_column(String(30), default="")
    subject_id: Mapped[int | None] = mapped_column(Id)
