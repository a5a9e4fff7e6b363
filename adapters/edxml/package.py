"""What an edXML message says, as plain values: a document package or a status message.

Dates are calendar dates; times are aware, in Asia/Ho_Chi_Minh, to the second. `repairs` lists what
the reader had to mend, each as `code` or `code:detail`; a message we build ourselves has none.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from functools import cached_property
from io import BytesIO
from typing import BinaryIO

from adapters.edxml.evidence import Evidence
from adapters.edxml.kept import Kept, digest_of
from adapters.edxml.media import media_type_of


class BusinessKind(IntEnum):
    """BussinessDocType: what the package does with the document."""

    NEW = 0
    REVOKE = 1
    UPDATE = 2
    REPLACE = 3


@dataclass(frozen=True)
class Organ:
    code: str
    name: str = ""
    in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True)
class ResponseFor:
    """The document that is answered; `reference` is "number/notation"."""

    organ_code: str
    reference: str
    issued_date: date | None = None
    document_id: str = ""


@dataclass(frozen=True)
class Hop:
    organ_code: str
    at: datetime | None = None


@dataclass(frozen=True)
class Staff:
    department: str = ""
    name: str = ""
    mobile: str = ""
    email: str = ""
    department_id: str = ""
    staff_id: str = ""


@dataclass(frozen=True)
class ReportedError:
    """An error that a system of the first versions told in the header."""

    code: str
    description: str = ""


@dataclass(frozen=True)
class Replacement:
    """One replaced document and the recipients the replacement concerns."""

    document_id: str
    organ_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReceiverChange:
    organ_code: str
    added: bool


@dataclass(frozen=True)
class Business:
    """`document_id` names the earlier document of a revocation or update; `paper`: a paper copy
    follows."""

    kind: BusinessKind = BusinessKind.NEW
    reason: str = ""
    document_id: str = ""
    paper: bool = False
    data_changed: bool = False
    receivers_changed: bool = False
    receiver_changes: tuple[ReceiverChange, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    staff: Staff = Staff()


@dataclass(frozen=True)
class Attachment:
    """One file, in memory or kept on disk. `content_id` is bare (no `cid:`); `damaged` says the
    bytes are not the sender's; `field_name` and `mime_type` are the producer's own remarks."""

    name: str
    media_type: str = ""
    data: bytes | Kept = b""
    description: str = ""
    content_id: str = ""
    damaged: bool = False
    field_name: str = ""
    mime_type: str = ""

    def __post_init__(self) -> None:
        if not self.media_type:
            object.__setattr__(self, "media_type", media_type_of(self.name))

    @cached_property
    def sha256(self) -> str:
        return digest_of(self.data)

    @property
    def size(self) -> int:
        return self.data.size if isinstance(self.data, Kept) else len(self.data)

    def open(self) -> BinaryIO:
        """The bytes as a stream; the caller closes it."""
        return self.data.open() if isinstance(self.data, Kept) else BytesIO(self.data)


@dataclass(frozen=True, kw_only=True)
class Package:
    """A document on its way. `issued_date` is None only when read from a file that has no readable
    one; `copies` and `pages` are counts, `priority` runs from 0 (normal) to 4. `tasks` are codes of
    the assignments it reports on; `evidence` is what its XML signature is worth."""

    sender: Organ
    recipients: tuple[Organ, ...]
    document_id: str
    number: str
    notation: str
    issued_date: date | None
    subject: str
    place: str = ""
    type_code: int = 0
    type_detail: int = 0
    type_name: str = ""
    content: str = ""
    competence: str = ""
    signer_position: str = ""
    signer_name: str = ""
    due_date: date | None = None
    priority: int = 0
    sphere: str = ""
    typer_notation: str = ""
    copies: int = 1
    pages: int = 1
    direction: bool = False
    reply_fors: str = ""
    reference_codes: str = ""
    appendixes: tuple[str, ...] = ()
    response_for: tuple[ResponseFor, ...] = ()
    steering_type: int = 0
    tasks: tuple[str, ...] = ()
    application_type: str = ""
    immediate_response: bool = False
    original_body: bool = False
    to_places: tuple[str, ...] = ()
    errors: tuple[ReportedError, ...] = ()
    trace: tuple[Hop, ...] = ()
    business: Business = Business()
    attachments: tuple[Attachment, ...] = ()
    repairs: tuple[str, ...] = ()
    evidence: Evidence | None = None

    @property
    def reference(self) -> str:
        return "/".join(part for part in (self.number, self.notation) if part)

    @property
    def concerns(self) -> tuple[str, ...]:
        """Ids of the earlier documents a revocation, update or replacement is about.

        National samples of a revocation name none: there the message's own id is meant.
        """
        if self.business.kind is BusinessKind.NEW:
            return ()
        replaced = tuple(entry.document_id for entry in self.business.replacements)
        return replaced or (self.business.document_id or self.document_id,)


@dataclass(frozen=True)
class StatusMessage:
    """What became of a document; `code` has two digits and stays text."""

    sender: Organ
    response_for: ResponseFor
    staff: Staff
    code: str
    description: str = ""
    at: datetime | None = None
    repairs: tuple[str, ...] = ()
    evidence: Evidence | None = None
    errors: tuple[ReportedError, ...] = ()
