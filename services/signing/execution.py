"""The job that signs. Each effect can be followed by the death of the process: the output is pinned
in the file store and noted on the request before the document moves, so that a second run adopts
what is there instead of signing again; and everything is written under the lease's token."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from adapters.files import PDF, begins_with
from adapters.signing.lettering import check_font
from adapters.signing.report import Report
from adapters.signing.trust import TrustList
from adapters.signing.validate import validate_strict
from adapters.typeset import font_bytes
from domain.errors import Conflict, Refusal, Unavailable
from domain.roles import SYSTEM
from models.files import StoredFile
from models.outgoing import OutgoingDocument
from models.preservation import Origin
from models.signing import KeyBackend, SigningRequest, SigningRole, SigningState
from services import outbox, stored_files
from services.office import Office
from services.outbox import Lease
from services.outgoing.state import move
from services.preservation import keeping
from services.signing import (
    enclosures,
    ending,
    grounds,
    making,
    material,
    timing,
    together,
    token_answers,
    token_enclosures,
    token_rows,
    trust,
    turns,
    verification,
)
from services.signing.batched import batch_of
from services.signing.making import Parts
from services.unit_of_work import Work, transaction

TRIES = 3


def warm_up() -> None:
    """Reads and checks the fonts before the first signature, and before workers fork: a font that
    lacks a Vietnamese letter stops the start with Invalid("font-missing-letters")."""
    for style in material.FONTS:
        check_font(font_bytes(style))


def sign(office: Office, lease: Lease) -> None:
    """Does one signing request. Whatever cannot get better by itself fails the request and moves
    the document back, so that the person can act; the rest is tried again."""
    request = material.load(office, lease.subject_id)
    if request is None or request.state != SigningState.REQUESTED:
        with transaction(office, SYSTEM) as work:
            outbox.settle(work, lease)
        return
    try:
        grounds.check(office.session(), request, office.now(), office.today())
        awaited, output = _awaited(office, request), request.output_sha256
        found = _adopt(office, awaited, output) if output else None
        made = None if found else _make(office, lease, request)
    except token_answers.AnswerRefused as refusal:
        return token_answers.ask_again(office, lease, request, refusal)
    except Unavailable as refusal:
        if lease.attempts < TRIES:
            raise
        return _fail(office, lease, refusal)
    except Refusal as refusal:
        return _fail(office, lease, refusal)
    if made is not None:
        found = _adopt(office, awaited, _pin(office, lease, made))
    _finish(office, lease, found)
    return None


def _make(office: Office, lease: Lease, request: SigningRequest) -> Parts:
    """The signed file, in two parts: what it was before, and the update. The key exists in clear in
    this process only, between these lines."""
    if request.binding.backend == KeyBackend.TOKEN:
        return _of_token(office, lease, request)
    key = making.key_of(office, request)
    if together.is_due(key):
        for refusal in together.sign_ahead(office, lease, [request]).values():
            raise refusal
        key = making.key_of(office, request)
    if not together.is_done(key):
        timing.fix(office, lease, request)
    data = making.input_of(office, request)
    if request.role == SigningRole.SEAL:
        last_try = lease.attempts >= TRIES
        enclosures.sign_each(office, lease, request, key, last_try=last_try)
    return making.made(office, request, data, key)


def _of_token(office: Office, lease: Lease, request: SigningRequest) -> Parts:
    """What the person's token signed; of several files each is taken by itself."""
    refused = token_enclosures.take(office, lease, request)
    try:
        made = token_answers.of_document(office, request)
    except token_answers.AnswerRefused as refusal:
        raise token_answers.AnswerRefused(refused | dict(refusal.refused)) from refusal
    if refused:
        raise token_answers.AnswerRefused(refused)
    return made


def _pin(office: Office, lease: Lease, signed: Parts) -> str:
    """Pins the bytes and notes them on the request, whose authorisation is used up by that."""
    sha256 = office.files.put(signed)
    mine = SigningRequest.id == lease.subject_id
    source = select(SigningRequest.input_sha256).where(mine).scalar_subquery()
    pages = select(StoredFile.pages).where(StoredFile.sha256 == source)
    noted = update(SigningRequest).where(mine).values(output_sha256=sha256, authorisation=None)
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        work.record_file(sha256, sum(map(len, signed)), PDF, work.session.scalar(pages) or 0)
        work.session.execute(noted.execution_options(synchronize_session=False))
    return sha256


@dataclass(frozen=True)
class _Awaited:
    """What a request's output must turn out to be: this input with a signature of this certificate
    in one of these fields, or what a desktop program sent back."""

    input: str
    fields: set[str]
    certificate: str
    returned: str | None


def _awaited(office: Office, request: SigningRequest) -> _Awaited:
    return _Awaited(
        request.input_sha256,
        turns.awaited_fields(request),
        request.binding.certificate_sha256,
        token_answers.returned(office, request),
    )


@dataclass(frozen=True)
class _Found:
    """The judgement of an output, and the roots it was made by."""

    report: Report
    roots: TrustList


def _adopt(office: Office, awaited: _Awaited, output: str) -> _Found:
    """What the pinned output holds, judged anew as strictly as anybody will.

    Raises Unavailable("file-damaged"), Conflict("signed-file-invalid") when it is not the awaited
    signature of the bound certificate over exactly the input.
    """
    roots = trust.trust_list(office.session())
    with (
        stored_files.opened(office, awaited.input) as before,
        stored_files.opened(office, output) as after,
    ):
        extends = begins_with(after, before)
        report = validate_strict(after, roots, office.now())
    last = report.signatures[-1] if report.signatures else None
    holds = (
        extends
        and last is not None
        and (last.field in awaited.fields or output == awaited.returned)
        and last.covers_whole_file
        and last.certificate_sha256 == awaited.certificate
        and all(each.verdict.intact for each in report.signatures)
    )
    if not holds:
        raise Conflict("signed-file-invalid", cause=str(report.verdict))
    return _Found(report, roots)


def _finish(office: Office, lease: Lease, found: _Found) -> None:
    """The one transaction that makes the signature count. Each row is written once, at its end."""
    with transaction(office, SYSTEM) as work, work.session.no_autoflush:
        outbox.settle(work, lease)
        request, doc = _locked(work, lease)
        request.state, request.finished_at = SigningState.DONE, work.now
        step = grounds.KINDS[SigningRole(request.role)].done
        if request.role == SigningRole.LEADER:
            step = turns.signed(work, doc, request.output_sha256)
        else:
            doc.issued_sha256 = request.output_sha256
        if request.binding.backend == KeyBackend.TOKEN:
            token_rows.forget(work, request)
        move(
            work, doc, step,
            signer=request.person_name, request=request.id,
            input=request.input_sha256, output=request.output_sha256,
            certificate=request.binding.certificate_sha256, verdict=found.report.verdict,
            **batch_of(work, request),
        )  # fmt: skip
        verification.record(work, request.output_sha256, found.report, found.roots)
        if request.role == SigningRole.SEAL:
            _preserve(work, doc)


def _preserve(work: Work, doc: OutgoingDocument) -> None:
    """What goes out is kept provable: the document, its signed enclosures, and the signatures
    beside those that bear none."""
    signed = [each.signed_sha256 or each.signature_sha256 for each in doc.enclosures]
    for sha256 in dict.fromkeys(filter(None, [doc.issued_sha256, *signed])):
        keeping.begin(work, sha256, Origin.OWN, doc.agency_id, outgoing_id=doc.id)


def _fail(office: Office, lease: Lease, refusal: Refusal) -> None:
    """Ends the request, tells why, and gives the document back to the person (who can ask anew)."""
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        request, doc = _locked(work, lease)
        ending.fail(work, request, doc, refusal)


def _locked(work: Work, lease: Lease) -> tuple[SigningRequest, OutgoingDocument]:
    request = work.session.get_one(
        SigningRequest,
        lease.subject_id,
        options=(joinedload(SigningRequest.binding),),
        populate_existing=True,
    )
    doc = work.session.get_one(
        OutgoingDocument, request.document_id, with_for_update=True, populate_existing=True
    )
    return request, doc
