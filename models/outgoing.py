"""Outgoing documents: draft versions, reviews, recipients, enclosures."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Boolean, Date, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.enclosures import SIGNATURE_ENDING, SIGNATURE_TYPE
from domain.outgoing_flow import OutgoingState
from models.agencies import Agency, Appointment, Person, Unit
from models.base import Base, Json, Line, PrimaryKey, Short, reference_to
from models.delegations import Delegation
from models.registers import RegisterEntry


class OutgoingDocument(Base):
    """A document of one agency. The files follow each other: `prepared` (fields laid out, what the
    leader reads) → `signed` → `issued`; each is a digest in the file store."""

    __tablename__ = "outgoing_document"
    __table_args__ = (UniqueConstraint("document_uid"),)

    id: Mapped[PrimaryKey]
    version: Mapped[int] = mapped_column(Integer, default=1)
    agency_id: Mapped[int] = reference_to("agency.id")
    unit_id: Mapped[int] = reference_to("unit.id")
    drafter_id: Mapped[int] = reference_to("person.id")
    signer_id: Mapped[int | None] = reference_to("appointment.id")
    # By which delegation the signer signs; none for the head and the head's deputies.
    delegation_id: Mapped[int | None] = reference_to("delegation.id")
    state: Mapped[OutgoingState] = mapped_column(
        String(30), default=OutgoingState.DRAFT, index=True
    )
    document_uid: Mapped[str] = mapped_column(String(200))  # DocumentId of the package
    type_name: Mapped[Short]
    subject: Mapped[Line]
    urgency: Mapped[int] = mapped_column(Integer, default=0)
    notation: Mapped[Short]
    number_entry_id: Mapped[int | None] = reference_to("register_entry.id", unique=True)
    reference: Mapped[Short] = mapped_column(index=True)
    issued_date: Mapped[date | None] = mapped_column(Date)
    due_date: Mapped[date | None] = mapped_column(Date)  # answer asked for by
    answers_id: Mapped[int | None] = reference_to("incoming_document.id")
    # The document of ours whose place this one takes, once it is sent.
    replaces_id: Mapped[int | None] = reference_to("outgoing_document.id")
    # Names every recipient, a thousand perhaps: only compared by the database, never read.
    search_text: Mapped[str] = mapped_column(Text, default="", deferred=True)
    # The drawn form it was made with: sent twice, it makes one draft.
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    prepared_sha256: Mapped[str | None] = mapped_column(String(64))
    approved_sha256: Mapped[str | None] = mapped_column(String(64))
    signed_sha256: Mapped[str | None] = mapped_column(String(64))
    issued_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]  # the last step; changes with every one of them
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    numbered_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": version}

    agency: Mapped[Agency] = relationship()
    unit: Mapped[Unit] = relationship()
    drafter: Mapped[Person] = relationship()
    signer: Mapped[Appointment | None] = relationship()
    delegation: Mapped[Delegation | None] = relationship()
    number_entry: Mapped[RegisterEntry | None] = relationship()
    answers = relationship("IncomingDocument", foreign_keys=[answers_id])
    replaces: Mapped["OutgoingDocument | None"] = relationship(
        remote_side="OutgoingDocument.id", foreign_keys=[replaces_id], back_populates="replaced_by"
    )
    replaced_by: Mapped[list["OutgoingDocument"]] = relationship(
        foreign_keys=[replaces_id], order_by="OutgoingDocument.id", back_populates="replaces"
    )
    signers: Mapped[list["Signer"]] = relationship(
        order_by="Signer.ordinal", cascade="all, delete-orphan"
    )
    versions: Mapped[list["DraftVersion"]] = relationship(order_by="DraftVersion.ordinal")
    reviews: Mapped[list["Review"]] = relationship(order_by="Review.id")
    recipients: Mapped[list["Recipient"]] = relationship(
        order_by="Recipient.id", cascade="all, delete-orphan"
    )
    enclosures: Mapped[list["Enclosure"]] = relationship(
        order_by="Enclosure.ordinal", cascade="all, delete-orphan"
    )

    @property
    def names(self) -> dict[str, str]:
        """Digest of each signature that lies beside an enclosure, by its name."""
        signed = [each for each in self.enclosures if each.signature_sha256]
        return {each.signature_name: each.signature_sha256 for each in signed}

    @property
    def current_sha256(self) -> str | None:
        """The newest bytes of the document: what a reader is shown."""
        return self.issued_sha256 or self.signed_sha256 or self.prepared_sha256

    @property
    def to_sign_sha256(self) -> str | None:
        """The bytes that the next leader signs: with the signatures of those before, if any."""
        return self.signed_sha256 or self.prepared_sha256


class Signer(Base):
    """One of several leaders who sign a document, in their order; what one leader signs alone has
    none of these rows. `output_sha256`: the file with this signature, until it is void."""

    __tablename__ = "outgoing_signer"
    __table_args__ = (UniqueConstraint("document_id", "ordinal"),)

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("outgoing_document.id")
    ordinal: Mapped[int] = mapped_column(Integer)
    appointment_id: Mapped[int] = reference_to("appointment.id")
    delegation_id: Mapped[int | None] = reference_to("delegation.id")
    signed_at: Mapped[datetime | None]
    output_sha256: Mapped[str | None] = mapped_column(String(64))

    appointment: Mapped[Appointment] = relationship()
    delegation: Mapped[Delegation | None] = relationship()


class DraftVersion(Base):
    """One state of the draft: the form's fields or the uploaded file, and the PDF made of it."""

    __tablename__ = "draft_version"
    __table_args__ = (UniqueConstraint("document_id", "ordinal"),)

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("outgoing_document.id")
    ordinal: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(10))  # form | pdf | word
    body: Mapped[str] = mapped_column(Text, default="")
    addressees: Mapped[str] = mapped_column(Text, default="")  # "Kính gửi", one a line
    to_places: Mapped[str] = mapped_column(Text, default="")  # "Nơi nhận", one a line
    source_sha256: Mapped[str | None] = mapped_column(String(64))
    source_name: Mapped[Line]
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    places: Mapped[dict | None] = mapped_column(Json)  # domain.places.Places as JSON
    problem: Mapped[Short]  # refusal code, when the file could not be used yet
    created_by: Mapped[Short]
    created_at: Mapped[datetime]


class Review(Base):
    """What a reviewer said of a version: agreed, or returned with a reason."""

    __tablename__ = "review"

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("outgoing_document.id")
    version_ordinal: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int] = reference_to("person.id")
    person_name: Mapped[Short]
    action: Mapped[str] = mapped_column(String(30))
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class Recipient(Base):
    """Where the document is to go: an agency of the directory."""

    __tablename__ = "recipient"
    __table_args__ = (UniqueConstraint("document_id", "code"),)

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("outgoing_document.id")
    code: Mapped[str] = mapped_column(String(35))
    name: Mapped[Line]
    for_information: Mapped[bool] = mapped_column(Boolean, default=False)


@dataclass(frozen=True)
class SentFile:
    """A file as it goes out with the document."""

    name: str
    media_type: str
    sha256: str


class Enclosure(Base):
    """A file sent along. `sha256` is what the drafter enclosed; the agency's signature is in
    `signed_sha256`, or in a file beside it, `signature_sha256`, as `manner` says."""

    __tablename__ = "enclosure"

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("outgoing_document.id")
    ordinal: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[Line]
    media_type: Mapped[Short]
    manner: Mapped[Short]  # domain.enclosures.Manner; empty for those of older programs
    signed_sha256: Mapped[str | None] = mapped_column(String(64))
    signature_sha256: Mapped[str | None] = mapped_column(String(64))

    @property
    def sent_sha256(self) -> str:
        return self.signed_sha256 or self.sha256

    @property
    def signature_name(self) -> str:
        return self.name + SIGNATURE_ENDING

    @property
    def sent_files(self) -> list[SentFile]:
        """What recipients get: the file, and the signature beside it if there is one."""
        files = [SentFile(self.name, self.media_type, self.sent_sha256)]
        if self.signature_sha256:
            files.append(SentFile(self.signature_name, SIGNATURE_TYPE, self.signature_sha256))
        return files
