"""The agency's signature on an electronic copy: asked for with the clerk's PIN, or awaited from the
agency's own token, made by the job `sign_copy`. As with documents the output is pinned and noted
before the copy moves, so that a second run adopts it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC

from sqlalchemy import and_, select, update
from sqlalchemy.orm import joinedload

from adapters import pdf
from adapters.files import PDF
from adapters.signing.blocks import FIELD, sign_block
from adapters.signing.keys import Authority, authorise, bind, redeem
from adapters.signing.report import Report
from adapters.signing.returned import Awaited
from domain.copy_flow import CopyState
from domain.errors import Conflict, Forbidden, Refusal, Unavailable
from domain.roles import SYSTEM, Actor, Role
from models.copies import CertifiedCopy, CopySigning
from models.preservation import Origin
from models.signing import CertificateBinding, KeyBackend, SigningRole, SigningState
from services import outbox
from services.accounts import posts
from services.copies import material, state
from services.office import Office
from services.outbox import Lease
from services.preservation import keeping, stamping
from services.signing import (
    backends,
    bindings,
    pins,
    proving,
    timing,
    token_answers,
    token_rows,
    verification,
)
from services.signing.requests import AUTHORISED_FOR, QUEUE, TOKEN_AWAITED_FOR
from services.stored_files import read_file
from services.unit_of_work import Work, transaction

KIND = "sign_copy"
TRIES = 3


@dataclass(frozen=True)
class Proof:
    """That this clerk gave the right PIN for this copy just now; it shows nothing of the key. There
    is no authority where a token of the clerk's will sign: only its signature proves anything."""

    copy_id: int
    person_id: int
    binding_id: int
    authority: Authority | None = field(repr=False)


def prove(office: Office, actor: Actor, copy: CertifiedCopy, form: Mapping[str, object]) -> Proof:
    """Raises as `signing.check_pin`."""
    token = proving.token_of(office, actor, SigningRole.SEAL)
    if token is not None:
        return Proof(copy.id, actor.person_id, token.id, None)
    typed = pins.Typed.of(form)
    binding_id, authority = pins.open_key(
        office, actor, SigningRole.SEAL, typed, [copy.id], count=1
    )
    return Proof(copy.id, actor.person_id, binding_id, authority)


def request(work: Work, copy: CertifiedCopy, proof: Proof) -> None:
    """Asks for the signature, in the transaction of the step. Raises Forbidden("pin-not-for-this"),
    Invalid("certificate-…")."""
    if (proof.copy_id, proof.person_id) != (copy.id, work.actor.person_id):
        raise Forbidden("pin-not-for-this")
    binding = work.session.get_one(CertificateBinding, proof.binding_id)
    bindings.check(binding, work.now)
    asked = CopySigning(
        copy_id=copy.id,
        binding_id=binding.id,
        person_id=work.actor.person_id,
        person_name=work.actor.name,
        input_sha256=copy.input_sha256,
        nonce=secrets.token_hex(32),
        authorised_until=work.now + (AUTHORISED_FOR if proof.authority else TOKEN_AWAITED_FOR),
        requested_at=work.now,
        signing_at=work.now,
    )
    work.session.add(asked)
    work.session.flush()
    copy.failure = ""
    if proof.authority is None:
        return token_rows.open_rows(work, asked)
    key, once = proof.authority.data_key, proof.authority.once
    asked.authorisation = authorise(key, work.office.settings.node_key, _bound_to(asked), once)
    work.enqueue(QUEUE, KIND, asked.id)
    return None


def sign(office: Office, lease: Lease) -> None:
    """The job. Whatever cannot get better by itself fails the request and gives the copy back to
    the clerk; the rest is tried again."""
    asked = load(office, lease.subject_id)
    if asked is None or asked.state != SigningState.REQUESTED:
        with transaction(office, SYSTEM) as work:
            outbox.settle(work, lease)
        return
    try:
        check(office, asked)
        if not asked.output_sha256:
            _pin(office, lease, _made(office, lease, asked))
            asked = load(office, lease.subject_id)
        report = _adopt(office, asked)
    except token_answers.AnswerRefused as refusal:
        return token_answers.ask_again(office, lease, asked, refusal)
    except Refusal as refusal:
        if isinstance(refusal, Unavailable) and lease.attempts < TRIES:
            raise
        return _fail(office, lease, refusal)
    return _finish(office, lease, report)


def forget_expired(office: Office) -> None:
    """Erases authorisations whose time is over, although no worker came for them."""
    over = and_(CopySigning.authorisation.is_not(None), CopySigning.authorised_until < office.now())
    if office.session().scalar(select(CopySigning.id).where(over).limit(1)) is None:
        return
    with transaction(office, SYSTEM) as work:
        work.session.execute(update(CopySigning).where(over).values(authorisation=None))


def last(office: Office, copy: CertifiedCopy) -> CopySigning | None:
    """The newest signature asked for, to follow its job."""
    query = select(CopySigning).where(CopySigning.copy_id == copy.id)
    return office.session().scalars(query.order_by(CopySigning.id.desc()).limit(1)).first()


def load(office: Office, request_id: int) -> CopySigning | None:
    copy = joinedload(CopySigning.document)
    options = (joinedload(CopySigning.binding), copy.joinedload(CertifiedCopy.agency))
    return office.session().get(CopySigning, request_id, options=options, populate_existing=True)


def check(office: Office, asked: CopySigning) -> None:
    """Asked again by the worker: what was true at the click may have changed since."""
    copy = asked.document
    if copy.state != CopyState.SIGNING:
        raise Conflict("wrong-state", state=copy.state)
    if copy.input_sha256 != asked.input_sha256:
        raise Conflict("document-changed")
    clerks = posts.holders(office.session(), copy.agency_id, {Role.CLERK}, office.today())
    if asked.person_id not in {each.person_id for each in clerks}:
        raise Forbidden("appointment-ended", person=asked.person_name)
    bindings.check(asked.binding, office.now())


def _made(office: Office, lease: Lease, asked: CopySigning) -> bytes:
    """The signed bytes. The key exists in clear in this process only, between these lines."""
    if asked.binding.backend == KeyBackend.TOKEN:
        awaited = Awaited(FIELD, asked.binding.certificate_sha256)
        row = token_rows.row_of(office.session(), asked)
        return b"".join(token_answers.whole(office, asked, row, awaited))
    if asked.authorisation is None or office.now() > asked.authorised_until:
        raise Forbidden("authorisation-expired")
    at = timing.fix(office, lease, asked)
    data = read_file(office, asked.input_sha256)
    authority = redeem(asked.authorisation, office.settings.node_key, _bound_to(asked))
    block = material.signature_block(asked.document, at)
    place = pdf.clear_corner(data, *block.size)
    key = backends.open_binding(office, asked.binding, authority)
    return sign_block(data, key, block, place, at=at, stamp=stamping.stamper(office))


def _pin(office: Office, lease: Lease, signed: bytes) -> None:
    sha256 = office.files.put(signed)
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        asked = work.session.get_one(CopySigning, lease.subject_id, populate_existing=True)
        work.record_file(sha256, len(signed), PDF, asked.document.pages)
        asked.output_sha256, asked.authorisation = sha256, None


def _adopt(office: Office, asked: CopySigning) -> Report:
    """What the pinned output holds, judged anew. Raises Conflict("signed-file-invalid")."""
    report = verification.judge_own(office, read_file(office, asked.output_sha256))
    last = report.signatures[-1] if report.signatures else None
    if (
        last is None
        or not last.covers_whole_file
        or not last.verdict.intact
        or last.certificate_sha256 != asked.binding.certificate_sha256
    ):
        raise Conflict("signed-file-invalid", cause=str(report.verdict))
    return report


def _finish(office: Office, lease: Lease, report: Report) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        request, copy = _locked(work, lease)
        request.state, request.finished_at = SigningState.DONE, work.now
        copy.output_sha256 = request.output_sha256
        if backends.signs_ahead(request.binding):
            pins.note_code(work, request.binding, [copy.id], right=True)
        token_rows.forget(work, request)
        keeping.begin(work, request.output_sha256, Origin.OWN, copy.agency_id)
        verification.record(work, request.output_sha256, report)
        state.move(
            work, copy, "signed", signer=request.person_name, input=request.input_sha256,
            output=request.output_sha256, certificate=request.binding.certificate_sha256,
        )  # fmt: skip


def _fail(office: Office, lease: Lease, refusal: Refusal) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        request, copy = _locked(work, lease)
        request.state, request.finished_at = SigningState.FAILED, work.now
        request.failure, request.authorisation = refusal.code, None
        token_rows.forget(work, request)
        if refusal.code == "csc-otp-wrong":
            pins.note_code(work, request.binding, [copy.id], right=False)
        copy.failure = refusal.code
        if copy.state == CopyState.SIGNING:
            state.move(work, copy, "sign_failed", failure=refusal.code)


def _locked(work: Work, lease: Lease) -> tuple[CopySigning, CertifiedCopy]:
    request = work.session.get_one(CopySigning, lease.subject_id, populate_existing=True)
    copy = work.session.get_one(
        CertifiedCopy, request.copy_id, with_for_update=True, populate_existing=True
    )
    return request, copy


def _bound_to(asked: CopySigning) -> bytes:
    """What the authorisation is tied to: this request and key, these bytes, this person, this
    hour."""
    name = f"copy/{asked.id}/{asked.binding_id}/{asked.nonce}"
    until = asked.authorised_until.astimezone(UTC)
    return bind(name, asked.input_sha256, str(asked.person_id), until)
