"""Many documents decided at once by one person, each with a result of its own; and which pages a
person was shown before."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, PrimaryKey, Short, reference_to
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest


class BatchItemState(StrEnum):
    WAITING = "waiting"
    DONE = "done"  # the step is done; a signature that it asked for has its own request
    FAILED = "failed"
    GIVEN_BACK = "given_back"  # the batch was stopped before its turn


class SigningBatch(Base):
    """One decision over many documents. `form` holds what was typed once for all of them (the date
    of an issue). Nothing is authorised after `authorised_until`."""

    __tablename__ = "signing_batch"

    id: Mapped[PrimaryKey]
    agency_id: Mapped[int] = reference_to("agency.id")
    person_id: Mapped[int] = reference_to("person.id")
    person_name: Mapped[Short]
    appointment_id: Mapped[int] = reference_to("appointment.id")
    action: Mapped[str] = mapped_column(String(20))  # of domain.batches.KINDS
    binding_id: Mapped[int | None] = reference_to("certificate_binding.id")
    form: Mapped[dict] = mapped_column(Json, default=dict)
    # The drawn form it was started with: sent twice, it is one batch.
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    authorised_until: Mapped[datetime]
    created_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    items: Mapped[list["BatchItem"]] = relationship(
        order_by="BatchItem.ordinal", back_populates="batch"
    )


class BatchItem(Base):
    """One document of a batch: the digest that was shown, the key's authorisation sealed for just
    this document and digest (erased at its turn), and what became of it."""

    __tablename__ = "signing_batch_item"
    __table_args__ = (
        UniqueConstraint("batch_id", "document_id"),
        Index("ix_signing_batch_item_turn", "batch_id", "state", "ordinal"),
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = reference_to("signing_batch.id")
    ordinal: Mapped[int] = mapped_column(Integer)
    document_id: Mapped[int] = reference_to("outgoing_document.id")
    shown_sha256: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64), default="")
    authorisation: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[BatchItemState] = mapped_column(String(20), default=BatchItemState.WAITING)
    request_id: Mapped[int | None] = reference_to("signing_request.id")
    failure: Mapped[Short]  # refusal code
    failure_fields: Mapped[dict] = mapped_column(Json, default=dict)
    finished_at: Mapped[datetime | None]

    batch: Mapped[SigningBatch] = relationship(back_populates="items")
    document: Mapped[OutgoingDocument] = relationship()
    request: Mapped[SigningRequest | None] = relationship()


class Reading(Base):
    """That a page of this file was shown to this person: what was never opened is marked before it
    is signed."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("person_id", "file_sha256"),)

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference_to("person.id")
    file_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
