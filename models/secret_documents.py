"""Outgoing documents that are state secrets: a row of their own register and nothing else. They are
written, signed and sent outside of this program (law on state secrets, 117/2025/QH15)."""

from datetime import date, datetime

from sqlalchemy import Date, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, Line, PrimaryKey, Short, reference_to
from models.registers import EntryState, RegisterEntry


class SecretDocument(Base):
    """Its metadata; there is no column for a file, and no text that a search looks into."""

    __tablename__ = "secret_document"

    id: Mapped[PrimaryKey]
    agency_id: Mapped[int] = reference_to("agency.id")
    number_entry_id: Mapped[int] = reference_to("register_entry.id", unique=True)
    secrecy: Mapped[Short]
    type_name: Mapped[Short]
    notation: Mapped[Short]
    reference: Mapped[Short]
    issued_date: Mapped[date] = mapped_column(Date)
    subject: Mapped[Line]
    signer_name: Mapped[Short]
    recipients: Mapped[str] = mapped_column(Text, default="")  # as written on the document
    copies: Mapped[int] = mapped_column(Integer, default=1)
    note: Mapped[Line]
    # The drawn form it was made with: sent twice, it makes one row.
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_by: Mapped[Short]
    created_at: Mapped[datetime]

    number_entry: Mapped[RegisterEntry] = relationship()
    changes: Mapped[list["SecretDocumentChange"]] = relationship(
        order_by="SecretDocumentChange.id", back_populates="document"
    )

    @property
    def is_cancelled(self) -> bool:
        return self.number_entry.state == EntryState.CANCELLED


class SecretDocumentChange(Base):
    """A row corrected or cancelled: what it said before and after, and why. The audit chain, which
    administrators read, has its digest; `nonce` keeps that from being guessed."""

    __tablename__ = "secret_document_change"

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("secret_document.id")
    action: Mapped[str] = mapped_column(String(10))  # correct | cancel
    reason: Mapped[Line]
    before: Mapped[dict] = mapped_column(Json)
    after: Mapped[dict] = mapped_column(Json)
    by: Mapped[Short]
    at: Mapped[datetime]
    nonce: Mapped[str] = mapped_column(String(32))

    document: Mapped[SecretDocument] = relationship(back_populates="changes")
