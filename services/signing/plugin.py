"""The desktop program of the government's certificate authority (VGCA Sign Service): it fetches a
file at one address and brings it back, signed, at another. Each address is good once, for minutes,
for one file of one person's request; what comes back is only looked at here, the worker judges
it."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from domain.errors import Conflict, Invalid, NotFound, Refusal
from domain.numbering import printed_number
from domain.roles import Actor
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningRole, SigningState
from models.tokens import FilePass, PassKind
from services.office import Office
from services.signing import grounds, token_requests
from services.signing.devices import digest
from services.signing.requests import KIND, QUEUE
from services.signing.token_requests import OnToken
from services.unit_of_work import Work, transaction

PASS_FOR = timedelta(minutes=15)  # choosing the place and the PIN takes people minutes
MOST_ADDED = 8 * 1024 * 1024  # a signature with picture, certificates and time stamp: under 1 MB
OPERATIONS = {SigningRole.LEADER: "SignApproved", SigningRole.SEAL: "SignIssued"}


@dataclass(frozen=True)
class Call:
    """What the page tells the desktop program; the two secrets stand in its addresses."""

    operation: str
    number: str
    issued: str  # ISO 8601 with Vietnam's zone; empty before there is a date
    name: str
    download: str = field(repr=False)
    upload: str = field(repr=False)


def start(office: Office, actor: Actor, request_id: int) -> Call:
    """Makes the two addresses anew; older ones of this request are void.

    Raises NotFound, Conflict("token-not-awaited"), and what `grounds.check` refuses.
    """
    token_requests.shown(office, actor, request_id)
    with transaction(office, actor) as work:
        found = token_requests.locked(work, request_id)
        grounds.check(work.session, found.request, work.now, office.today())
        work.session.execute(delete(FilePass).where(FilePass.request_id == request_id))
        download, upload = (_new(work, found, kind) for kind in PassKind)
        found.signing.problem = ""
        work.audit("signing:token_addresses", found.request)
        return _call(found.request, download, upload)


def name_of(request: SigningRequest) -> str:
    return f"van-ban-{request.document_id}.pdf"


def fetch(office: Office, secret: str, *, uses: bool = True) -> tuple[bytes, str]:
    """The file to sign and its name; `uses`: not for a mere look at what would come. Raises
    NotFound("file-pass-gone"), Unavailable("file-damaged")."""
    if uses:
        request = _use(office, secret, PassKind.DOWNLOAD)
    else:
        request = _known(office, secret, PassKind.DOWNLOAD).request
    return grounds.read_file(office, request.input_sha256, "file-damaged"), name_of(request)


def bring(office: Office, secret: str, data: bytes) -> str:
    """Takes in the file that came back, for the worker to judge; gives its name.

    Raises NotFound("file-pass-gone"), Conflict("token-not-awaited"),
    Invalid("returned-empty" | "returned-too-large" | "returned-other-file"). Whatever is refused,
    the request goes on waiting and says why.
    """
    request = _use(office, secret, PassKind.UPLOAD)
    actor = _actor(request)
    try:
        _check(office, request, data)
        _take(office, actor, request.id, data)
    except Refusal as refusal:
        note_refused(office, actor, request.id, refusal)
        raise
    return name_of(request)


def note_refused(office: Office, actor: Actor, request_id: int, refusal: Refusal) -> None:
    """Lets the page of a request that still waits say why nothing came of it."""
    with transaction(office, actor) as work:
        try:
            found = token_requests.locked(work, request_id)
        except Conflict:
            return
        found.signing.problem = refusal.code
        work.audit("signing:token_refused", found.request, code=refusal.code)


def _check(office: Office, request: SigningRequest, data: bytes) -> None:
    before = grounds.read_file(office, request.input_sha256, "file-damaged")
    if not data:
        raise Invalid("returned-empty")
    if len(data) > len(before) + MOST_ADDED:
        raise Invalid("returned-too-large", limit=MOST_ADDED // 1024 // 1024)
    if len(data) <= len(before) or not data.startswith(before):
        raise Invalid("returned-other-file")


def _take(office: Office, actor: Actor, request_id: int, data: bytes) -> None:
    sha256 = office.files.put(data)
    with transaction(office, actor) as work:
        found = token_requests.locked(work, request_id)
        found.signing.returned_sha256, found.signing.problem = sha256, ""
        found.request.state = SigningState.REQUESTED
        work.audit("signing:token_returned", found.request, output=sha256)
        work.enqueue(QUEUE, KIND, request_id, priority=found.request.document.urgency)


def _new(work: Work, found: OnToken, kind: PassKind) -> str:
    secret = secrets.token_urlsafe(32)
    work.session.add(
        FilePass(
            request_id=found.request.id,
            person_id=found.request.person_id,
            kind=kind,
            secret_sha256=digest(secret),
            created_at=work.now,
            expires_at=work.now + PASS_FOR,
        )
    )
    return secret


def _use(office: Office, secret: str, kind: PassKind) -> SigningRequest:
    """The pass's request, once: of several that come with one secret a single one gets it."""
    file_pass = _known(office, secret, kind)
    pass_id, request_id = file_pass.id, file_pass.request_id
    with transaction(office, _actor(file_pass.request)) as work:
        used = work.session.execute(
            update(FilePass)
            .where(FilePass.id == pass_id, FilePass.used_at.is_(None))
            .values(used_at=work.now)
            .execution_options(synchronize_session=False)
        )
        if used.rowcount != 1:
            raise NotFound("file-pass-gone")
        request = token_requests.locked(work, request_id).request
        if kind == PassKind.DOWNLOAD:
            work.audit("signing:token_fetched", request, file=request.input_sha256)
    return _with_document(office, request_id)


def _known(office: Office, secret: str, kind: PassKind) -> FilePass:
    query = (
        select(FilePass)
        .where(
            FilePass.secret_sha256 == digest(secret),
            FilePass.kind == kind,
            FilePass.used_at.is_(None),
            FilePass.expires_at > office.now(),
        )
        .options(joinedload(FilePass.request).joinedload(SigningRequest.document))
    )
    found = office.session().scalars(query).one_or_none()
    if found is None:
        raise NotFound("file-pass-gone")
    return found


def _with_document(office: Office, request_id: int) -> SigningRequest:
    whole = joinedload(SigningRequest.document)
    return office.session().get_one(
        SigningRequest, request_id, options=[whole], populate_existing=True
    )


def _call(request: SigningRequest, download: str, upload: str) -> Call:
    doc: OutgoingDocument = request.document
    seals = request.role == SigningRole.SEAL
    number = printed_number(doc.number_entry.number) if seals and doc.number_entry else ""
    issued = f"{doc.issued_date.isoformat()}T00:00:00+07:00" if seals and doc.issued_date else ""
    operation = OPERATIONS[SigningRole(request.role)]
    return Call(operation, number, issued, name_of(request), download, upload)


def _actor(request: SigningRequest) -> Actor:
    return Actor(
        name=request.person_name,
        person_id=request.person_id,
        agency_id=request.document.agency_id,
    )
