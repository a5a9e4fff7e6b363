"""Signing with a token on somebody's PC, in two steps: the files of a request are prepared together
when the PC asks for them, so that the time in the signature is that of signing; each signature that
comes back is checked against the bound certificate and noted by itself. The worker does the rest
once all are in (`services/signing/token_answers.py`)."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import x509
from sqlalchemy import select

from adapters import pdf
from adapters.files import PDF
from adapters.signing.detached import DetachedToMake
from adapters.signing.update import SignatureToMake
from adapters.signing.verifying import is_signature
from domain.errors import Conflict, Forbidden, Invalid, Refusal
from domain.roles import Actor
from models.batches import BatchItem
from models.files import StoredFile
from models.signing import SigningState
from models.tokens import SigningDevice, TokenSigning
from services.office import Office
from services.signing import trust
from services.signing.requests import QUEUE
from services.signing.token_rows import Asked, Holder, Part
from services.stored_files import read_file
from services.tokens import waiting
from services.tokens.kinds import DOCUMENT, KINDS, Kind
from services.tokens.waiting import OnToken
from services.unit_of_work import Work, transaction

# From showing it to a person until the token has signed, PIN and all.
PREPARED_FOR = timedelta(minutes=10)
MOST_SIGNATURE = 1024  # bytes: RSA-8192


@dataclass(frozen=True)
class FileToSign:
    """One file that the token is to sign, as its owner is shown it."""

    part: int
    name: str  # empty for the document itself
    pages: int
    ready: Part


@dataclass(frozen=True)
class Prepared:
    """The files of one request ready for a token; `nonce` names this preparation. `refused`: the
    files that cannot be prepared, by part."""

    found: OnToken
    nonce: str
    files: Sequence[FileToSign]
    refused: Mapping[int, Refusal]


def tasks(office: Office, device: SigningDevice) -> list[tuple[OnToken, int | None]]:
    """What waits for the token of the computer's owner, the oldest first, and the batch that each
    was decided in."""
    found = waiting.waiting_of(office.session(), device.person_id)
    ids = [each.asked.id for each in found if each.kind is DOCUMENT]
    query = select(BatchItem.request_id, BatchItem.batch_id).where(BatchItem.request_id.in_(ids))
    batches = dict(office.session().execute(query).all()) if ids else {}
    return [(each, batches.get(each.asked.id) if each.kind is DOCUMENT else None) for each in found]


def prepare(office: Office, device: SigningDevice, kind: str, asked_id: int) -> Prepared:
    """Prepares what is not signed yet anew; what was prepared for another PC is void by that. A
    file that cannot be prepared does not keep the others.

    Raises NotFound, Conflict("token-not-awaited"), and what the check and the making refuse, where
    no file is left.
    """
    device_id, person_id = device.id, device.person_id
    found = waiting.own(office, KINDS[kind], asked_id, person_id)
    found.kind.check(office, found.asked)
    at = office.now()
    parts = _ready(office, found, at)
    _require_one(parts.values())
    nonce = secrets.token_hex(32)
    with transaction(office, actor_of(found.asked)) as work:
        locked = waiting.locked(work, found.kind, asked_id)
        locked.asked.signing_at = at
        for row in locked.open:
            if row.part in parts:
                _note(work, locked.asked, row, parts[row.part], (nonce, device_id))
        work.audit(
            "signing:token_prepared", locked.asked, device=device_id, person=person_id,
            digest=", ".join(filter(None, map(_digest, parts.values()))),
        )  # fmt: skip
        go_on(work, locked)
    return _prepared(office, found.kind, asked_id, nonce, parts)


def _ready(office: Office, found: OnToken, at: datetime) -> dict[int, Part | Refusal]:
    certificate = x509.Certificate.load(found.asked.binding.certificate)
    holder = Holder(certificate, trust.issuers_of(office.session(), certificate))
    parts: dict[int, Part | Refusal] = {}
    for row in found.open:
        try:
            parts[row.part] = found.kind.ready(office, found.asked, row, holder, at)
        except Refusal as refusal:
            parts[row.part] = refusal
    return parts


def _require_one(parts: Iterable[Part | Refusal]) -> None:
    """Where nothing at all can be signed, the first reason is told."""
    refused = [each for each in parts if isinstance(each, Refusal)]
    if refused and not any(isinstance(each, Part) and each.made for each in parts):
        raise refused[0]


def _note(
    work: Work, asked: Asked, row: TokenSigning, part: Part | Refusal, by: tuple[str, int]
) -> None:
    row.nonce, row.device_id = by
    row.prepared, row.prepared_at, row.problem = None, work.now, ""
    if isinstance(part, Refusal):
        row.problem = part.code
        return
    note_input(work, asked, row, part)
    row.prepared = part.made.packed() if part.made else None
    row.is_done = part.made is None  # an earlier request left its signature


def note_input(work: Work, asked: Asked, row: TokenSigning, part: Part) -> None:
    """What is signed of a file, and how."""
    row.manner, row.input_sha256 = part.manner, part.input_sha256
    if part.rewritten is not None:
        original = row.enclosure.sha256 if row.enclosure else asked.input_sha256
        source = work.session.get(StoredFile, original)
        pages = source.pages if source else 0
        work.record_file(part.input_sha256, len(part.rewritten), PDF, pages)


def go_on(work: Work, found: OnToken) -> None:
    """The worker has its turn once every file is in."""
    if not found.open:
        found.asked.state = SigningState.REQUESTED
        urgency = found.asked.document.urgency if found.kind is DOCUMENT else 0
        work.enqueue(QUEUE, found.kind.job, found.asked.id, priority=urgency)


def _digest(part: Part | Refusal) -> str:
    if isinstance(part, Refusal) or part.made is None:
        return ""
    made = part.made
    return made.document_digest.hex() if isinstance(made, SignatureToMake) else part.input_sha256


def _prepared(
    office: Office, kind: Kind, asked_id: int, nonce: str, parts: Mapping[int, Part | Refusal]
) -> Prepared:
    found = waiting.find(office, kind, asked_id)
    good = {part: each for part, each in parts.items() if isinstance(each, Part) and each.made}
    files = [
        FileToSign(part, name_of(found.row(part)), _pages(office, found.row(part), ready), ready)
        for part, ready in sorted(good.items())
    ]
    refused = {part: each for part, each in parts.items() if isinstance(each, Refusal)}
    return Prepared(found, nonce, files, refused)


def _pages(office: Office, row: TokenSigning, ready: Part) -> int:
    """Of an enclosure nobody counted them when it was added. 0 where there are none to count."""
    known = office.session().get(StoredFile, ready.input_sha256)
    if known is not None and known.pages:
        return known.pages
    if row.enclosure is not None and row.enclosure.media_type != PDF:
        return 0
    try:
        return pdf.inspect(read_file(office, ready.input_sha256)).pages
    except Refusal:
        return 0


def name_of(row: TokenSigning) -> str:
    return row.enclosure.name if row.enclosure else ""


def document(
    office: Office, device: SigningDevice, kind: str, asked_id: int, named: tuple[int, str]
) -> list[bytes]:
    """A file (`named`: its part and the preparation's nonce) as it was prepared, the signature's
    place still empty: what the token's program checks its digest against, and shows. In two pieces,
    which follow each other."""
    found = waiting.own(office, KINDS[kind], asked_id, device.person_id)
    part, nonce = named
    row = found.row(part)
    if not row.prepared or not secrets.compare_digest(row.nonce, nonce):
        raise Conflict("token-answer-late")
    sha256 = row.input_sha256 or found.asked.input_sha256
    before = read_file(office, sha256)
    ready = unpacked(row, before)
    return [before, ready.tail if isinstance(ready, SignatureToMake) else b""]


def unpacked(row: TokenSigning, before: bytes) -> SignatureToMake | DetachedToMake:
    if row.manner == "detached":
        return DetachedToMake.unpacked(row.prepared)
    return SignatureToMake.unpacked(row.prepared, before)


def answer(
    office: Office, device: SigningDevice, kind: str, asked_id: int,
    named: tuple[int, str], signature: bytes,
) -> int:  # fmt: skip
    """Takes the signature of one file (`named` as for `document`); with the last one the worker
    goes on. Gives how many files are still open.

    Raises NotFound, Conflict("token-not-awaited" | "token-answer-late"),
    Invalid("token-signature-wrong"), Forbidden("appointment-ended"), Invalid("certificate-…").
    """
    found = waiting.own(office, KINDS[kind], asked_id, device.person_id)
    actor, device_id = actor_of(found.asked), device.id
    try:
        return _take(office, actor, device_id, found.kind, asked_id, (*named, signature))
    except Refusal as refusal:
        note_refused(office, actor, found.kind, asked_id, refusal, part=named[0], device=device_id)
        raise


def _take(
    office: Office, actor: Actor, device_id: int, kind: Kind, asked_id: int,
    given: tuple[int, str, bytes],
) -> int:  # fmt: skip
    part, nonce, signature = given
    with transaction(office, actor) as work:
        found = waiting.locked(work, kind, asked_id)
        row = found.row(part)
        _refuse_late(found, row, (nonce, device_id), work.now)
        kind.check(office, found.asked)
        # The file is not needed for what is asked here, and may be large.
        ready = unpacked(row, b"")
        genuine = len(signature) <= MOST_SIGNATURE and is_signature(
            ready.certificate, ready.attributes, signature, ready.digest_name
        )
        if not genuine:
            raise Invalid("token-signature-wrong")
        row.signature, row.is_done, row.problem = signature, True, ""
        work.audit("signing:token_signed", found.asked, device=device_id, part=part)
        go_on(work, found)
        return len(found.open)


def _refuse_late(found: OnToken, row: TokenSigning, by: tuple[str, int], now: datetime) -> None:
    nonce, device_id = by
    if row.is_done:
        raise Conflict("token-not-awaited")
    fits = row.prepared is not None and secrets.compare_digest(row.nonce, nonce)
    in_time = row.prepared_at is not None and now - row.prepared_at <= PREPARED_FOR
    if not (fits and in_time and row.device_id == device_id):
        raise Conflict("token-answer-late")
    if now > found.asked.authorised_until:
        raise Forbidden("token-late")


def note_refused(
    office: Office, actor: Actor, kind: Kind, asked_id: int, refusal: Refusal,
    *, part: int, **details: object,
) -> None:  # fmt: skip
    """Lets the page of a request that still waits say why nothing came of it; in a transaction of
    its own, for the refusal undid the other one."""
    with transaction(office, actor) as work:
        asked = work.session.get_one(waiting.MODELS[kind.name], asked_id)
        work.audit("signing:token_refused", asked, code=refusal.code, part=part, **details)
        try:
            row = waiting.locked(work, kind, asked_id).row(part)
        except Refusal:
            return
        if not row.is_done:
            row.problem = refusal.code


def actor_of(asked: Asked) -> Actor:
    return Actor(
        name=asked.person_name, person_id=asked.person_id, agency_id=asked.document.agency_id
    )
