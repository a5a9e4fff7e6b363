"""What came from a person's token, for the worker: a signature that is put into the prepared file,
or a file that a desktop program sent back, judged in a process of its own. A file that will not do
ends nothing: the request waits for the token again with that file alone, and its page says why."""

from collections.abc import Mapping

from adapters import pdf
from adapters.confinement import Died, confined
from adapters.signing.returned import Awaited, check_returned
from adapters.signing.update import STAMP_ROOM, SignatureToMake
from domain.enclosures import Manner
from domain.errors import Conflict, Invalid, Refusal
from domain.numbering import printed_number
from domain.roles import SYSTEM
from models.files import StoredFile
from models.signing import KeyBackend, SigningRequest, SigningRole, SigningState
from models.tokens import TokenSigning
from services import outbox
from services.office import Office
from services.outbox import Lease
from services.preservation import stamping
from services.signing import grounds, turns
from services.signing.judging import MEMORY, SECONDS
from services.signing.provenance import same_number
from services.signing.token_rows import Asked, row_of, rows_of
from services.unit_of_work import Work, transaction

BLOCK_REFUSED = "token-block-refused"
Parts = tuple[bytes, bytes]


class AnswerRefused(Exception):
    """What came back of these parts is not what was asked for; the token may answer again."""

    def __init__(self, refused: Mapping[int, Refusal]) -> None:
        super().__init__({part: refusal.code for part, refusal in refused.items()})
        self.refused = refused


def of_document(office: Office, request: SigningRequest) -> Parts:
    """The signed document, in two parts: what it was before, and what was added. Raises as
    `signed`, where only AnswerRefused lets the token answer again."""
    row = row_of(office.session(), request)
    awaited = Awaited(turns.awaited_field(request), request.binding.certificate_sha256)
    number = ""
    if request.role == SigningRole.SEAL and request.document.number_entry is not None:
        number = printed_number(request.document.number_entry.number)
    return whole(office, request, row, awaited, number)


def whole(
    office: Office, asked: Asked, row: TokenSigning | None, awaited: Awaited, number: str = ""
) -> Parts:
    """What the request is about, signed; AnswerRefused when what was sent back will not do."""
    sha256 = (row and row.input_sha256) or asked.input_sha256
    try:
        return signed(office, sha256, row, awaited, number)
    except Invalid as refusal:
        raise AnswerRefused({0: refusal}) from refusal


def signed(
    office: Office, sha256: str, row: TokenSigning | None, awaited: Awaited, number: str = ""
) -> Parts:
    """The file of this digest, signed, in two parts.

    Raises Conflict("token-answer-late") when there is no answer, Unavailable("file-damaged"),
    Invalid with the codes of `check_returned`, "returned-number-other", "inspection-died".
    """
    before = grounds.read_file(office, sha256, "file-damaged")
    if row is not None and row.returned_sha256:
        after = grounds.read_file(office, row.returned_sha256, "file-damaged")
        _judge(before, after, awaited, number)
        return before, after[len(before) :]
    if row is None or row.prepared is None or row.signature is None:
        raise Conflict("token-answer-late")
    ready = SignatureToMake.unpacked(row.prepared, before)
    has_room = ready.room > STAMP_ROOM  # the authority may have been set since it was made ready
    return before, ready.signed(row.signature, stamping.stamper(office) if has_room else None)


def returned(office: Office, request: SigningRequest) -> str | None:
    """The digest of the file that a desktop program made, in fields of its own, if one did."""
    if request.binding.backend != KeyBackend.TOKEN:
        return None
    row = row_of(office.session(), request)
    return row and row.returned_sha256


def ask_again(office: Office, lease: Lease, asked: Asked, refusal: AnswerRefused) -> None:
    """The request waits again for what would not do; the files that would not are thrown away."""
    asked_id, thrown = asked.id, []
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        asked = work.session.get_one(type(asked), asked_id, populate_existing=True)
        for row in rows_of(work.session, asked):
            if row.part in refusal.refused:
                thrown += _open_again(work, asked, row, refusal.refused[row.part])
        asked.state = SigningState.AWAITING_TOKEN
    for sha256 in thrown:
        office.files.remove(sha256)


def _open_again(work: Work, asked: Asked, row: TokenSigning, refusal: Refusal) -> list[str]:
    """Gives the digest of the file that is in nobody's way."""
    refused, row.returned_sha256 = row.returned_sha256, None
    row.signature, row.prepared, row.is_done, row.problem = None, None, False, refusal.code
    if refusal.code == BLOCK_REFUSED:  # nothing can be added to it: the next try is beside it
        row.manner = Manner.DETACHED
    known = work.session.get(StoredFile, refused) if refused else None
    cause = str(refusal.fields.get("cause", ""))
    work.audit(
        "signing:token_refused", asked, code=refusal.code, output=refused, cause=cause,
        part=row.part,
    )  # fmt: skip
    return [refused] if refused and known is None else []


def _judge(before: bytes, after: bytes, awaited: Awaited, number: str) -> None:
    try:
        code = confined(lambda: _judged(before, after, awaited, number), SECONDS, MEMORY).decode()
    except Died:
        raise Invalid("inspection-died") from None
    if code:
        raise Invalid(code)


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
