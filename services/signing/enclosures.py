"""Signing each separate enclosure of a document with the agency's key, in the job and under the
authorisation of the seal. Every output is pinned and noted before the next one is made, so that a
second run adopts what is there; the document moves only after all of them."""

from dataclasses import dataclass

from sqlalchemy import select

from adapters import pdf
from adapters.files import PDF
from adapters.signing.blocks import Block, manner_of, sign_block
from adapters.signing.detached import sign_detached, signer_of
from adapters.signing.finishing import SigningFailed
from adapters.signing.keys import SigningKey
from adapters.signing.report import Report
from adapters.signing.validate import validate
from adapters.typeset import font_bytes
from domain.dates import signing_time
from domain.enclosures import SIGNATURE_TYPE, Manner
from domain.errors import Invalid, Refusal
from domain.roles import SYSTEM
from models.files import StoredFile
from models.outgoing import Enclosure
from models.signing import CertificateBinding, SigningRequest
from services import outbox
from services.office import Office
from services.outbox import Lease
from services.preservation import stamping
from services.signing import grounds, verification
from services.unit_of_work import transaction

FONT = "Regular"  # NĐ 30/2020, Phụ lục I: the block stands upright
LABEL_NUMBER, LABEL_TIME = "Số", "Thời gian ký"


@dataclass(frozen=True)
class Made:
    """What signing an enclosure gave: the signed file, or the signature beside it, or neither where
    the agency had signed it before."""

    manner: Manner
    signed: bytes | None = None
    signature: bytes | None = None
    report: Report | None = None


def sign_each(
    office: Office, lease: Lease, request: SigningRequest, key: SigningKey, *, last_try: bool
) -> None:
    """Signs what is not signed yet. Raises what stops the seal as well: "file-damaged",
    "certificate-…", SigningFailed."""
    for enclosure in list(request.document.enclosures):
        if not holds(office, request, enclosure):
            made = make(office, request, enclosure, key, last_try)
            pin(office, lease, enclosure.id, made)


def block_lines(reference: str, at) -> tuple[str, ...]:
    """NĐ 30/2020, Phụ lục I, phần I, mục II.8: number and notation, time of signing."""
    return f"{LABEL_NUMBER}: {reference}", f"{LABEL_TIME}: {signing_time(at)}"


def make(
    office: Office,
    request: SigningRequest,
    enclosure: Enclosure,
    key: SigningKey,
    last_try: bool,
) -> Made:
    """One enclosure, signed; on the last try beside it where nothing can be added to it."""
    data = grounds.read_file(office, enclosure.sha256, "file-damaged")
    manner = manner_for(office, request, enclosure, data)
    if manner is Manner.OWN:
        return Made(manner)
    if manner is not Manner.DETACHED:
        try:
            return _with_block(office, request, data, key, manner)
        except SigningFailed:
            # A key that is away comes back; a file that nothing can be added to never will.
            if not last_try:
                raise
        except Invalid as refusal:
            if refusal.code.startswith("certificate-"):
                raise
    signature = sign_detached(data, key, at=request.signing_at)
    report = verification.judge_detached(office, enclosure.signature_name, signature, data)
    return Made(Manner.DETACHED, signature=signature, report=report)


def manner_for(
    office: Office, request: SigningRequest, enclosure: Enclosure, data: bytes
) -> Manner:
    if enclosure.media_type != PDF:
        return Manner.DETACHED
    try:
        manner = manner_of(data)
    except Invalid:
        return Manner.DETACHED
    if manner is not Manner.BLOCK and _signed_by_us(office, request, data):
        return Manner.OWN
    return manner


def _signed_by_us(office: Office, request: SigningRequest, data: bytes) -> bool:
    """Whether the last word in this file is a signature of this agency that holds."""
    ours = office.session().scalars(
        select(CertificateBinding.certificate_sha256).where(
            CertificateBinding.agency_id == request.document.agency_id
        )
    )
    signatures = validate(data, (), office.now()).signatures
    last = signatures[-1] if signatures else None
    return (
        last is not None
        and last.covers_whole_file
        and last.verdict.intact
        and last.certificate_sha256 in set(ours)
    )


def _with_block(
    office: Office, request: SigningRequest, data: bytes, key: SigningKey, manner: Manner
) -> Made:
    at = request.signing_at
    block = Block(block_lines(request.document.reference, at), font_bytes(FONT))
    place, stamp = pdf.clear_corner(data, *block.size), stamping.stamper(office)
    signed = sign_block(data, key, block, place, at=at, stamp=stamp)
    return Made(manner, signed=signed, report=verification.judge_own(office, signed))


def holds(office: Office, request: SigningRequest, enclosure: Enclosure) -> bool:
    """Whether an earlier run, or an earlier try, left a signature of the same certificate."""
    wanted = request.binding.certificate_sha256
    try:
        if enclosure.signed_sha256:
            after = grounds.read_file(office, enclosure.signed_sha256, "file-damaged")
            last = verification.judge_own(office, after).signatures[-1]
            whole = last.covers_whole_file and last.verdict.intact
            return whole and last.certificate_sha256 == wanted
        if enclosure.signature_sha256:
            data = grounds.read_file(office, enclosure.sha256, "file-damaged")
            beside = grounds.read_file(office, enclosure.signature_sha256, "file-damaged")
            return signer_of(data, beside) == wanted
    except (Refusal, IndexError):
        pass  # made anew, and what is wrong with the file is told then
    return False


def pin(office: Office, lease: Lease, enclosure_id: int, made: Made) -> None:
    """Pins the bytes and notes them on the enclosure, under the lease."""
    put = {key: office.files.put(data) for key, data in _outputs(made).items()}
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        enclosure = work.session.get_one(Enclosure, enclosure_id, populate_existing=True)
        enclosure.manner = made.manner
        enclosure.signed_sha256, enclosure.signature_sha256 = put.get("signed"), put.get("beside")
        if made.signed is not None:
            source = work.session.get(StoredFile, enclosure.sha256)
            pages = source.pages if source else 0
            work.record_file(put["signed"], len(made.signed), PDF, pages)
            verification.record(work, put["signed"], made.report)
        if made.signature is not None:
            work.record_file(put["beside"], len(made.signature), SIGNATURE_TYPE)
            verification.record(work, put["beside"], made.report)
        work.audit(
            "signing:enclosure", enclosure, request=lease.subject_id, name=enclosure.name,
            manner=made.manner, input=enclosure.sha256, **put,
        )  # fmt: skip


def _outputs(made: Made) -> dict[str, bytes]:
    found = {"signed": made.signed, "beside": made.signature}
    return {key: data for key, data in found.items() if data is not None}
