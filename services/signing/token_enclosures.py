"""Separate enclosures that an agency's token signs: each made ready with the document, and what the
token answered put into it. As with a key of the node, every output is pinned and noted before the
next one is looked at."""

from datetime import datetime

from adapters import pdf
from adapters.signing.blocks import FIELD, Block, base_of, ready_block, with_form
from adapters.signing.detached import DetachedToMake, ready_detached, signer_of
from adapters.signing.report import Report
from adapters.signing.returned import Awaited
from adapters.typeset import font_bytes
from domain.enclosures import Manner
from domain.errors import Invalid, Refusal
from models.signing import SigningRequest
from models.tokens import TokenSigning
from services.office import Office
from services.outbox import Lease
from services.preservation import stamping
from services.signing import grounds, token_answers, verification
from services.signing.enclosures import FONT, Made, block_lines, holds, manner_for, pin
from services.signing.token_rows import Holder, Part, part_of, rows_of


def ready(
    office: Office, request: SigningRequest, row: TokenSigning, holder: Holder, at: datetime
) -> Part:
    """One enclosure made ready for the token. Raises "file-damaged", "certificate-…"."""
    enclosure, sha256 = row.enclosure, _base_sha256(row)
    data = grounds.read_file(office, sha256, "file-damaged")
    manner = _manner(office, request, row, data)
    if manner is None:
        return Part(enclosure.manner, sha256, None)
    if manner is Manner.OWN:
        return Part(manner, sha256, None)
    if manner is not Manner.DETACHED:
        try:
            return _block(office, request, (sha256, data), holder, at)
        except Invalid as refusal:
            if refusal.code.startswith("certificate-"):
                raise
    original = grounds.read_file(office, enclosure.sha256, "file-damaged")
    made = ready_detached(original, holder, at=at)
    return Part(Manner.DETACHED, enclosure.sha256, made)


def base(office: Office, request: SigningRequest, row: TokenSigning) -> Part | None:
    """One enclosure for a desktop program, which adds its signature itself; None where nothing is
    to be signed any more.

    Raises Invalid("token-file-beside") for what such a program cannot sign, "file-damaged".
    """
    sha256 = _base_sha256(row)
    data = grounds.read_file(office, sha256, "file-damaged")
    manner = _manner(office, request, row, data)
    if manner is None or manner is Manner.OWN:
        return None
    if manner is Manner.DETACHED:
        raise Invalid("token-file-beside")
    before, _fresh = base_of(data)
    return part_of(office, (sha256, data), with_form(before), manner)


def take(office: Office, lease: Lease, request: SigningRequest) -> dict[int, Refusal]:
    """Pins what came of each enclosure; gives the refusals of those that will not do. Raises
    Unavailable("file-damaged"), Conflict("token-answer-late")."""
    refused: dict[int, Refusal] = {}
    for row in rows_of(office.session(), request):
        if row.enclosure is None or holds(office, request, row.enclosure):
            continue
        try:
            made = _made(office, request, row)
        except Invalid as refusal:
            refused[row.part] = refusal
        else:
            pin(office, lease, row.enclosure_id, made)
    return refused


def needs_nothing(office: Office, request: SigningRequest, row: TokenSigning) -> bool:
    """Whether an earlier request left a signature that holds."""
    return holds(office, request, row.enclosure)


def _base_sha256(row: TokenSigning) -> str:
    """The enclosure, or how it was written anew at an earlier try."""
    return row.input_sha256 or row.enclosure.sha256


def _manner(
    office: Office, request: SigningRequest, row: TokenSigning, data: bytes
) -> Manner | None:
    """None where an earlier request left a signature of the same certificate."""
    if needs_nothing(office, request, row):
        return None
    if row.manner == Manner.DETACHED:
        return Manner.DETACHED
    return manner_for(office, request, row.enclosure, data)


def _block(
    office: Office,
    request: SigningRequest,
    stored: tuple[str, bytes],
    holder: Holder,
    at: datetime,
) -> Part:
    data = stored[1]
    block = Block(block_lines(request.document.reference, at), font_bytes(FONT))
    place, stamped = pdf.clear_corner(data, *block.size), stamping.stamper(office) is not None
    made = ready_block(data, holder, block, place, at=at, stamped=stamped)
    manner = Manner.ADDED if made.earlier else Manner.BLOCK
    return part_of(office, stored, made.before, manner, made)


def _made(office: Office, request: SigningRequest, row: TokenSigning) -> Made:
    if row.manner == Manner.OWN:
        return Made(Manner.OWN)
    if row.manner == Manner.DETACHED:
        return _beside(office, request, row)
    awaited = Awaited(FIELD, request.binding.certificate_sha256)
    signed = b"".join(token_answers.signed(office, row.input_sha256, row, awaited))
    report = verification.judge_own(office, signed)
    if not _closes(report, awaited.certificate_sha256):
        raise Invalid(token_answers.BLOCK_REFUSED, cause=str(report.verdict))
    return Made(Manner(row.manner), signed=signed, report=report)


def _beside(office: Office, request: SigningRequest, row: TokenSigning) -> Made:
    if row.prepared is None or row.signature is None:
        raise Invalid("token-answer-late")
    data = grounds.read_file(office, row.enclosure.sha256, "file-damaged")
    signature = DetachedToMake.unpacked(row.prepared).signed(row.signature)
    if signer_of(data, signature) != request.binding.certificate_sha256:
        raise Invalid("token-signature-wrong")
    name = row.enclosure.signature_name
    report = verification.judge_detached(office, name, signature, data)
    return Made(Manner.DETACHED, signature=signature, report=report)


def _closes(report: Report, certificate_sha256: str) -> bool:
    """As strictly as what a key of the node made: the new signature covers the file, all hold."""
    last = report.signatures[-1] if report.signatures else None
    return (
        last is not None
        and last.covers_whole_file
        and last.certificate_sha256 == certificate_sha256
        and all(
            each.verdict.intact and each.later_changes in ("none", "form-filling")
            for each in report.signatures
        )
    )
