"""What comes to us, as plain values: from a package of the exchange, or from a neighbour's document
on the same node."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from adapters.edxml.kept import Kept
from adapters.edxml.package import Attachment, Package, ResponseFor
from adapters.files import PDF, media_type
from domain.document_types import Urgency
from domain.numbering import reference
from models.exchange import Dispatch
from models.incoming import IncomingSource
from models.outgoing import OutgoingDocument


@dataclass(frozen=True, kw_only=True)
class ArrivalFile:
    """One file of an arrival: its bytes, or the digest of bytes already in the file store; `size`
    where the database does not know these yet."""

    name: str
    media_type: str = ""
    data: bytes | None = None
    sha256: str | None = None
    size: int | None = None
    damaged: bool = False
    description: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes; empty for a file that came without any."""
        return self.sha256 or (sha256(self.data).hexdigest() if self.data else "")

    @property
    def kind(self) -> str:
        """What the bytes are; what the sender calls them counts only where they are not at hand."""
        return media_type(self.data, self.name) if self.data else self.media_type


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What came, as plain values. `sender_code` with `document_uid` is its identity."""

    source: IncomingSource
    sender_code: str
    sender_name: str
    document_uid: str
    number: str = ""
    notation: str = ""
    issued_date: date | None = None
    type_name: str = ""
    subject: str = ""
    signer_name: str = ""
    signer_position: str = ""
    urgency: int = 0
    pages: int = 0
    copies: int = 1
    asked_by: date | None = None
    response_for: Sequence[ResponseFor] = ()
    files: Sequence[ArrivalFile] = ()
    repairs: Sequence[str] = ()
    message_id: int | None = None
    dispatch_id: int | None = None

    @classmethod
    def from_package(cls, package: Package, message_id: int | None = None) -> "Arrival":
        """The arrival of a package that came through the exchange."""
        return cls(
            source=IncomingSource.EXCHANGE,
            sender_code=package.sender.code,
            sender_name=package.sender.name,
            document_uid=package.document_id,
            number=package.number,
            notation=package.notation,
            issued_date=package.issued_date,
            type_name=package.type_name,
            subject=package.subject,
            signer_name=package.signer_name,
            signer_position=package.signer_position,
            urgency=min(package.priority, max(Urgency)),
            pages=package.pages,
            copies=package.copies,
            asked_by=package.due_date,
            response_for=package.response_for,
            files=[_attached(attachment) for attachment in package.attachments],
            repairs=package.repairs,
            message_id=message_id,
        )

    @classmethod
    def from_dispatch(cls, dispatch: Dispatch) -> "Arrival":
        """The arrival of a neighbour's document: the same files, the same facts, no package."""
        document = dispatch.document
        signer = document.signer
        return cls(
            source=IncomingSource.INTERNAL,
            sender_code=document.agency.code,
            sender_name=document.agency.name,
            document_uid=document.document_uid,
            number=document.reference.partition("/")[0],
            notation=document.notation,
            issued_date=document.issued_date,
            type_name=document.type_name,
            subject=document.subject,
            signer_name=signer.person.full_name if signer else "",
            signer_position=signer.title if signer else "",
            urgency=document.urgency,
            asked_by=document.due_date,
            response_for=_answered(document),
            files=_files_of(document),
            dispatch_id=dispatch.id,
        )

    @property
    def reference(self) -> str:
        return reference(self.number, self.notation) if self.number else self.notation


def _attached(attachment: Attachment) -> ArrivalFile:
    data = attachment.data
    where = (
        {
            "sha256": data.sha256,
            "size": data.size,
            "media_type": media_type(data.path, attachment.name),
        }
        if isinstance(data, Kept)
        else {"data": data, "media_type": attachment.media_type}
    )
    return ArrivalFile(
        name=attachment.name,
        **where,
        damaged=attachment.damaged,
        description=attachment.description,
    )


def _answered(document: OutgoingDocument) -> list[ResponseFor]:
    answered = document.answers
    if answered is None:
        return []
    return [
        ResponseFor(
            organ_code=answered.sender_code,
            reference=answered.main.reference,
            issued_date=answered.main.issued_date,
            document_id=answered.document_uid,
        )
    ]


def _files_of(document: OutgoingDocument) -> list[ArrivalFile]:
    name = f"{document.reference.replace('/', '-')}.pdf"
    main = ArrivalFile(name=name, media_type=PDF, sha256=document.issued_sha256)
    return [main] + [
        ArrivalFile(name=file.name, media_type=file.media_type, sha256=file.sha256)
        for each in document.enclosures
        for file in each.sent_files
    ]
