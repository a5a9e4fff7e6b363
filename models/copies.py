"""Certified copies and the agency's signature asked for on them."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.copies import KINDS, CopyKind, CopySource, Medium
from domain.copy_flow import CopyState
from models.agencies import Agency, Appointment, Person
from models.base import Base, Line, PrimaryKey, Short, reference_to
from models.delegations import Delegation
from models.outgoing import OutgoingDocument
from models.registers import RegisterEntry
from models.signing import CertificateBinding, SigningState


class CertifiedCopy(Base):
    """A copy of one document. `input_sha256` are the pages to be copied, `output_sha256` what came
    of them: a signed file, or the print that is signed and sealed by hand."""

    __tablename__ = "certified_copy"

    id: Mapped[PrimaryKey]
    version: Mapped[int] = mapped_column(Integer, default=1)
    agency_id: Mapped[int] = reference_to("agency.id")
    requester_id: Mapped[int] = reference_to("person.id")
    signer_id: Mapped[int] = reference_to("appointment.id")
    # By which delegation the signer approves it; none for those whom the agency names by position.
    delegation_id: Mapped[int | None] = reference_to("delegation.id")
    state: Mapped[CopyState] = mapped_column(String(20), default=CopyState.REQUESTED, index=True)
    kind: Mapped[CopyKind] = mapped_column(String(10))
    medium: Mapped[Medium] = mapped_column(String(12))
    source: Mapped[CopySource] = mapped_column(String(10))
    incoming_id: Mapped[int | None] = reference_to("incoming_document.id")
    outgoing_id: Mapped[int | None] = reference_to("outgoing_document.id")
    # The original, as the register names it.
    original_reference: Mapped[Short]
    original_date: Mapped[date | None] = mapped_column(Date)
    original_issuer: Mapped[Line]
    original_subject: Mapped[Line]
    to_places: Mapped[str] = mapped_column(Text, default="")  # one a line
    copies: Mapped[int] = mapped_column(Integer, default=1)
    note: Mapped[Line]
    input_sha256: Mapped[str] = mapped_column(String(64))
    input_name: Mapped[Line]
    pages: Mapped[int] = mapped_column(Integer, default=0)
    is_coarse: Mapped[bool] = mapped_column(Boolean, default=False)  # scanned below 200 dpi
    notation: Mapped[Short]
    number_entry_id: Mapped[int | None] = reference_to("register_entry.id", unique=True)
    reference: Mapped[Short] = mapped_column(index=True)
    issued_date: Mapped[date | None] = mapped_column(Date)
    output_sha256: Mapped[str | None] = mapped_column(String(64))
    # As what it was sent through the exchange.
    sent_as_id: Mapped[int | None] = reference_to("outgoing_document.id", unique=True)
    failure: Mapped[Short]  # of the last signature asked for: a refusal's code
    search_text: Mapped[str] = mapped_column(Text, default="", deferred=True)
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": version}

    agency: Mapped[Agency] = relationship()
    requester: Mapped[Person] = relationship()
    signer: Mapped[Appointment] = relationship()
    delegation: Mapped[Delegation | None] = relationship()
    number_entry: Mapped[RegisterEntry | None] = relationship()
    sent_as: Mapped[OutgoingDocument | None] = relationship(foreign_keys=[sent_as_id])

    @property
    def current_sha256(self) -> str:
        return self.output_sha256 or self.input_sha256

    @property
    def title(self) -> str:
        return KINDS[CopyKind(self.kind)].title


class CopySigning(Base):
    """The agency's signature asked for on a copy, with an authorisation as a signing request's."""

    __tablename__ = "copy_signing"

    id: Mapped[PrimaryKey]
    copy_id: Mapped[int] = reference_to("certified_copy.id")
    binding_id: Mapped[int] = reference_to("certificate_binding.id")
    person_id: Mapped[int] = reference_to("person.id")
    person_name: Mapped[Short]
    input_sha256: Mapped[str] = mapped_column(String(64))
    output_sha256: Mapped[str | None] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    authorisation: Mapped[bytes | None] = mapped_column(LargeBinary)
    authorised_until: Mapped[datetime]
    state: Mapped[SigningState] = mapped_column(String(20), default=SigningState.REQUESTED)
    failure: Mapped[Short]
    requested_at: Mapped[datetime]
    signing_at: Mapped[datetime]  # what the signature bears (services/signing/timing.py)
    finished_at: Mapped[datetime | None]

    document: Mapped[CertifiedCopy] = relationship()
    binding: Mapped[CertificateBinding] = relationship()
