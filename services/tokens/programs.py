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
from models.signing import SigningRole
from models.tokens import FilePass, PassKind, TokenSigning
from services.office import Office
from services.signing import grounds
from services.signing.devices import digest
from services.signing.token_rows import Asked
from services.tokens import waiting
from services.tokens.kinds import COPY, DOCUMENT, Kind
from services.tokens.preparing import actor_of, go_on, note_input, note_refused
from services.tokens.waiting import OnToken
from services.unit_of_work import Work, transaction

PASS_FOR = timedelta(minutes=15)  # choosing the place and the PIN takes people minutes
MOST_ADDED = 8 * 1024 * 1024  # a signature with picture, certificates and time stamp: under 1 MB


@dataclass(frozen=True)
class Call:
    """What the page tells the desktop program; the two secrets stand in its addresses."""

    operation: str
    number: str
    issued: str  # ISO 8601 with Vietnam's zone; empty before there is a date
    name: str
    download: str = field(repr=False)
    upload: str = field(repr=False)


@dataclass(frozen=True)
class Passed:
    """What a pass is for: one file of one request."""

    found: OnToken
    row: TokenSigning

    @property
    def input_sha256(self) -> str:
        return self.row.input_sha256 or self.found.asked.input_sha256

    @property
    def name(self) -> str:
        return self.found.kind.file_name(self.found.asked, self.row)


def start(office: Office, actor: Actor, kind: str, asked_id: int, part: int = 0) -> Call | None:
    """Makes the two addresses of one file anew; older ones of this file are void. None where it
    turns out that this file needs no signature any more.

    Raises NotFound, Conflict("token-not-awaited"), Invalid("token-file-beside"), and what the check
    of the request refuses.
    """
    found = waiting.shown(office, actor, kind, asked_id)
    row = found.row(part)
    if not found.waits or row.is_done:
        raise Conflict("token-not-awaited")
    base = found.kind.base(office, found.asked, row)
    with transaction(office, actor) as work:
        found = waiting.locked(work, found.kind, asked_id)
        row = found.row(part)
        found.kind.check(office, found.asked)
        work.session.execute(delete(FilePass).where(FilePass.signing_id == row.id))
        row.problem, row.prepared = "", None
        if base is None:
            row.is_done = True
            go_on(work, found)
            return None
        note_input(work, found.asked, row, base)
        download, upload = (_new(work, found, row, each) for each in PassKind)
        work.audit("signing:token_addresses", found.asked, part=part)
        return _call(found, row, download, upload)


def fetch(office: Office, secret: str, *, uses: bool = True) -> tuple[bytes, str]:
    """The file to sign and its name; `uses`: not for a mere look at what would come. Raises
    NotFound("file-pass-gone"), Unavailable("file-damaged")."""
    if uses:
        passed = _use(office, secret, PassKind.DOWNLOAD)
    else:
        passed = _passed(office, _known(office, secret, PassKind.DOWNLOAD))
    return grounds.read_file(office, passed.input_sha256, "file-damaged"), passed.name


def bring(office: Office, secret: str, data: bytes) -> str:
    """Takes in the file that came back, for the worker to judge; gives its name.

    Raises NotFound("file-pass-gone"), Conflict("token-not-awaited"),
    Invalid("returned-empty" | "returned-too-large" | "returned-other-file"). Whatever is refused,
    the request goes on waiting and says why.
    """
    passed = _use(office, secret, PassKind.UPLOAD)
    kind, asked_id, part = passed.found.kind, passed.found.asked.id, passed.row.part
    actor, name = actor_of(passed.found.asked), passed.name
    try:
        _check(office, passed, data)
        _take(office, actor, kind, asked_id, (part, data))
    except Refusal as refusal:
        note_refused(office, actor, kind, asked_id, refusal, part=part)
        raise
    return name


def _check(office: Office, passed: Passed, data: bytes) -> None:
    before = grounds.read_file(office, passed.input_sha256, "file-damaged")
    if not data:
        raise Invalid("returned-empty")
    if len(data) > len(before) + MOST_ADDED:
        raise Invalid("returned-too-large", limit=MOST_ADDED // 1024 // 1024)
    if len(data) <= len(before) or not data.startswith(before):
        raise Invalid("returned-other-file")


def _take(
    office: Office, actor: Actor, kind: Kind, asked_id: int, brought: tuple[int, bytes]
) -> None:
    part, data = brought
    sha256 = office.files.put(data)
    with transaction(office, actor) as work:
        found = waiting.locked(work, kind, asked_id)
        row = found.row(part)
        if row.is_done:
            raise Conflict("token-not-awaited")
        row.returned_sha256, row.problem, row.is_done = sha256, "", True
        work.audit("signing:token_returned", found.asked, output=sha256, part=part)
        go_on(work, found)


def _new(work: Work, found: OnToken, row: TokenSigning, kind: PassKind) -> str:
    secret = secrets.token_urlsafe(32)
    work.session.add(
        FilePass(
            signing_id=row.id,
            person_id=found.asked.person_id,
            kind=kind,
            secret_sha256=digest(secret),
            created_at=work.now,
            expires_at=work.now + PASS_FOR,
        )
    )
    return secret


def _use(office: Office, secret: str, kind: PassKind) -> Passed:
    """What the pass is for, once: of several that come with one secret a single one gets it."""
    file_pass = _known(office, secret, kind)
    pass_id, passed = file_pass.id, _passed(office, file_pass)
    found, part = passed.found, passed.row.part
    with transaction(office, actor_of(found.asked)) as work:
        used = work.session.execute(
            update(FilePass)
            .where(FilePass.id == pass_id, FilePass.used_at.is_(None))
            .values(used_at=work.now)
            .execution_options(synchronize_session=False)
        )
        if used.rowcount != 1:
            raise NotFound("file-pass-gone")
        asked = waiting.locked(work, found.kind, found.asked.id).asked
        if kind == PassKind.DOWNLOAD:
            sha256 = passed.input_sha256
            work.audit("signing:token_fetched", asked, file=sha256, part=part)
    again = waiting.find(office, found.kind, found.asked.id)
    return Passed(again, again.row(part))


def _known(office: Office, secret: str, kind: PassKind) -> FilePass:
    query = (
        select(FilePass)
        .where(
            FilePass.secret_sha256 == digest(secret),
            FilePass.kind == kind,
            FilePass.used_at.is_(None),
            FilePass.expires_at > office.now(),
        )
        .options(joinedload(FilePass.signing))
    )
    found = office.session().scalars(query).one_or_none()
    if found is None:
        raise NotFound("file-pass-gone")
    return found


def _passed(office: Office, file_pass: FilePass) -> Passed:
    row = file_pass.signing
    kind, part = COPY if row.copy_signing_id else DOCUMENT, row.part
    found = waiting.find(office, kind, row.copy_signing_id or row.request_id)
    return Passed(found, found.row(part))


def _call(found: OnToken, row: TokenSigning, download: str, upload: str) -> Call:
    kind, asked = found.kind, found.asked
    number, issued = _printed(kind, asked)
    operation, name = kind.operation(asked, row), kind.file_name(asked, row)
    return Call(operation, number, issued, name, download, upload)


def _printed(kind: Kind, asked: Asked) -> tuple[str, str]:
    """Number and date that the program prints with the agency's signature."""
    if kind is DOCUMENT and asked.role == SigningRole.LEADER:
        return "", ""
    doc = asked.document
    number = printed_number(doc.number_entry.number) if doc.number_entry else ""
    issued = f"{doc.issued_date.isoformat()}T00:00:00+07:00" if doc.issued_date else ""
    return number, issued
