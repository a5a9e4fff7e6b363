"""What came from a person's token, for the worker: a signature that is put into the prepared file,
or a file that a desktop program sent back, judged in a process of its own. A file that will not do
ends nothing: the request waits for the token again, and its page says why."""

from adapters import pdf
from adapters.confinement import Died, confined
from adapters.signing.returned import Awaited, check_returned
from adapters.signing.update import STAMP_ROOM, SignatureToMake
from domain.errors import Conflict, Invalid, Refusal
from domain.numbering import printed_number
from domain.roles import SYSTEM
from models.files import StoredFile
from models.signing import KeyBackend, SigningRequest, SigningRole, SigningState
from services import outbox
from services.office import Office
from services.outbox import Lease
from services.preservation import stamping
from services.signing import grounds, token_requests, turns
from services.signing.judging import MEMORY, SECONDS
from services.signing.provenance import same_number
from services.unit_of_work import transaction


class AnswerRefused(Invalid):
    """What came back is not what was asked for; the token may answer again."""


def completed(office: Office, request: SigningRequest) -> tuple[bytes, bytes]:
    """The signed file, in two parts: what it was before, and what was added.

    Raises Conflict("token-answer-late") when there is no answer, Unavailable("file-damaged"),
    AnswerRefused with the codes of `check_returned`, "returned-number-other", "inspection-died".
    """
    signing = token_requests.of_request(office.session(), request.id)
    before = grounds.read_file(office, request.input_sha256, "file-damaged")
    if signing is not None and signing.returned_sha256:
        after = grounds.read_file(office, signing.returned_sha256, "file-damaged")
        _judge(request, before, after)
        return before, after[len(before) :]
    if signing is None or signing.prepared is None or signing.signature is None:
        raise Conflict("token-answer-late")
    ready = SignatureToMake.unpacked(signing.prepared, before)
    has_room = ready.room > STAMP_ROOM  # the authority may have been set since it was made ready
    return before, ready.signed(signing.signature, stamping.stamper(office) if has_room else None)


def is_own(office: Office, request: SigningRequest) -> bool:
    """Whether the output is a file that a desktop program made, in fields of its own."""
    if request.binding.backend != KeyBackend.TOKEN:
        return False
    signing = token_requests.of_request(office.session(), request.id)
    return signing is not None and signing.returned_sha256 == request.output_sha256


def ask_again(office: Office, lease: Lease, refusal: Refusal) -> None:
    """The request waits again; the file that would not do is thrown away."""
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        request = work.session.get_one(SigningRequest, lease.subject_id, populate_existing=True)
        signing = token_requests.of_request(work.session, request.id)
        refused, signing.returned_sha256 = signing.returned_sha256, None
        signing.problem, request.state = refusal.code, SigningState.AWAITING_TOKEN
        known = work.session.get(StoredFile, refused) if refused else None
        work.audit(
            "signing:token_refused", request, code=refusal.code, output=refused,
            cause=str(refusal.fields.get("cause", "")),
        )  # fmt: skip
    if refused and known is None:
        office.files.remove(refused)


def _judge(request: SigningRequest, before: bytes, after: bytes) -> None:
    role = SigningRole(request.role)
    awaited = Awaited(turns.awaited_field(request), request.binding.certificate_sha256)
    number = ""
    if role == SigningRole.SEAL and request.document.number_entry is not None:
        number = printed_number(request.document.number_entry.number)
    try:
        code = confined(lambda: _judged(before, after, awaited, number), SECONDS, MEMORY).decode()
    except Died:
        raise AnswerRefused("inspection-died") from None
    if code:
        raise AnswerRefused(code)


def _judged(before: bytes, after: bytes, awaited: Awaited, number: str) -> bytes:
    """A refusal's code, or nothing."""
    try:
        check_returned(before, after, awaited)
        # What the program printed must be the number that the register gave (law 7).
        if number and not same_number(pdf.read_facts(after).number, number):
            return b"returned-number-other"
    except Refusal as refusal:
        return refusal.code.encode()
    return b""
