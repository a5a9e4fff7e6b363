"""What the hub reads of a package to carry it: from whom, to whom, which document, what kind. The
content stays the sender's and the recipients' affair."""

from dataclasses import dataclass
from typing import BinaryIO

from adapters.axis.errors import AxisRefusal
from adapters.edxml.errors import MalformedPackage
from adapters.edxml.limits import STREAMED
from adapters.edxml.package import Package, StatusMessage
from adapters.edxml.read import read_envelope
from domain.document_types import Urgency
from domain.text import fold, nfc
from models.exchange import MessageKind

LONGEST_CODE = 35


@dataclass(frozen=True)
class Envelope:
    """`addressed` are the codes that the package itself names as recipients."""

    kind: MessageKind
    sender: str
    addressed: tuple[str, ...]
    document_uid: str
    reference: str
    subject: str
    business_kind: int = 0
    urgency: int = 0
    status_code: str = ""

    @property
    def search_text(self) -> str:
        parts = (self.reference, self.subject, self.document_uid)
        return fold(" ".join(part for part in parts if part))


def open_envelope(source: bytes | BinaryIO) -> Envelope:
    """Raises AxisRefusal("axis-bad-edxml"): not well-formed, foreign namespace, hostile, no ids
    that fit."""
    try:
        message = read_envelope(source, STREAMED)
    except MalformedPackage as error:
        reason = error.fields.get("reason") or f"namespace {error.fields.get('namespace') or '?'}"
        raise AxisRefusal("axis-bad-edxml", reason=reason) from error
    opened = _status(message) if isinstance(message, StatusMessage) else _document(message)
    if not 0 < len(opened.sender) <= LONGEST_CODE:
        raise AxisRefusal("axis-bad-edxml", reason="thieu ma don vi gui, hoac ma qua dai")
    if len(opened.document_uid) > 200:
        raise AxisRefusal("axis-bad-edxml", reason="DocumentId qua 200 ky tu")
    return opened


def _document(package: Package) -> Envelope:
    return Envelope(
        kind=MessageKind.EDOC,
        sender=package.sender.code,
        addressed=tuple(organ.code for organ in package.recipients if organ.code),
        document_uid=package.document_id,
        reference=nfc(package.reference)[:100],
        subject=nfc(package.subject)[:500],
        business_kind=int(package.business.kind),
        # Whoever writes more must not pass those who write the most there is.
        urgency=min(package.priority, max(Urgency)),
    )


def _status(status: StatusMessage) -> Envelope:
    answered = status.response_for
    # edXML has no To here: the addressee is ResponseFor/OrganId, also for 13 (take back).
    return Envelope(
        kind=MessageKind.STATUS,
        sender=status.sender.code,
        addressed=(answered.organ_code,) if answered.organ_code else (),
        document_uid=answered.document_id,
        reference=nfc(answered.reference)[:100],
        subject=nfc(status.description)[:500],
        status_code=status.code[:2],
    )
