"""The job `preserve`: collects evidence about the signatures of a file, stamps it, and makes the
archive form of what we issued. Each run adds what is still missing and removes nothing; the file
itself, issued or received, is only read."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from adapters.confinement import Died, confined
from adapters.files import PDF, DamagedFile
from adapters.signing.archive import Proofs, extend
from adapters.signing.evidence import Collected, collect
from adapters.signing.holders import Holder, holders, holders_of_token, pack, unpack
from adapters.signing.pdf import is_pdf
from adapters.signing.timestamps import Stamp, StampRefused, certificates_in, imprint
from domain.errors import Refusal
from domain.roles import SYSTEM
from models.files import StoredFile
from models.preservation import Origin, Preservation
from services import outbox
from services.office import Office
from services.outbox import Lease
from services.preservation import outcome, stamping, steps
from services.preservation.asking import NodeAnswers
from services.preservation.stamping import Tried
from services.preservation.steps import Kept
from services.signing import trust
from services.unit_of_work import Work, transaction

QUEUE, KIND, PRIORITY = "inspection", "preserve", -1
SECONDS, MEMORY = 10, 768 * 1024 * 1024
TRIES = 4  # at once, for authorities that do not answer; later runs come by night


@dataclass
class Doing:
    """One run for one file: what is there, and what is found and made meanwhile."""

    row_id: int
    file_sha256: str
    origin: Origin
    standing: str
    archive_sha256: str | None
    kept: list[Kept]
    renewing: bool
    collected: Collected = field(default_factory=Collected)
    manifest: bytes = b""
    tried: Tried | None = None
    archive: bytes = b""
    archive_stamp: Stamp | None = None
    missing: str = ""

    @property
    def given(self) -> Stamp | None:
        return self.tried.stamp if self.tried else None

    @property
    def unstamped(self) -> bool:
        return bool(self.kept) and self.kept[-1].stamp_sha256 is None


def begin(work: Work, file_sha256: str, origin: Origin, agency_id: int, **subject: int) -> None:
    """From now on what proves this file's signatures is collected and kept. `subject` names its
    document: outgoing_id or incoming_id. A file that is kept already stays as it is."""
    known = select(Preservation.id).where(Preservation.file_sha256 == file_sha256)
    if work.session.scalar(known.limit(1)) is not None:
        return
    row = Preservation(
        file_sha256=file_sha256,
        origin=origin,
        agency_id=agency_id,
        missing=outcome.WAITING,
        created_at=work.now,
        **subject,
    )
    work.session.add(row)
    work.session.flush()
    work.enqueue(QUEUE, KIND, row.id, priority=PRIORITY)


def preserve(office: Office, lease: Lease) -> None:
    """Does what is missing for one file, or carries its stamps on when they near their end."""
    doing = _load(office, lease.subject_id)
    answers = NodeAnswers(office)
    if doing is not None:
        _do(office, doing, answers)
    with transaction(office, SYSTEM) as work:
        again = doing is not None and doing.missing in outcome.WORTH_TRYING
        if again and lease.attempts < TRIES:
            outbox.postpone(work, lease, doing.missing)
        else:
            outbox.settle(work, lease)
        if doing is not None:
            answers.remember(work)
            _write(work, doing)


def _load(office: Office, row_id: int) -> Doing | None:
    session = office.session()
    row = session.get(Preservation, row_id, populate_existing=True)
    if row is None:
        return None
    ends, lead = row.stamp_ends, timedelta(days=office.settings.stamp_renewal_days)
    doing = Doing(
        row.id,
        row.file_sha256,
        row.origin,
        row.standing,
        row.archive_sha256,
        steps.of(session, row.id),
        renewing=ends is not None and ends - lead <= office.now(),
    )
    session.rollback()
    return doing


def _do(office: Office, doing: Doing, answers: NodeAnswers) -> None:
    try:
        data = office.files.read(doing.file_sha256)
        asking = _renewed(office, doing) if doing.renewing else _holders(data)
    except (DamagedFile, FileNotFoundError):
        doing.missing = outcome.DAMAGED
        return
    roots = trust.all_roots(office.session())
    doing.collected = collect(asking, roots, office.now(), answers)
    _stamp(office, doing)
    _archive(office, doing, data)
    doing.missing = outcome.still_missing(office, doing)


def _holders(data: bytes) -> list[Holder]:
    """Read in a process of its own: a received file may be hostile."""
    try:
        return unpack(confined(lambda: pack(holders(data)), SECONDS, MEMORY))
    except (Died, ValueError):
        return []


def _renewed(office: Office, doing: Doing) -> list[Holder]:
    """Whose standing matters when stamps are carried on: the authorities of the newest ones."""
    found = []
    for kept in reversed(doing.kept):
        if kept.stamp_sha256:
            found = holders_of_token(certificates_in(office.files.read(kept.stamp_sha256)))
            break
    if doing.archive_sha256:
        found += _holders(office.files.read(doing.archive_sha256))
    return found


def _stamp(office: Office, doing: Doing) -> None:
    """A new step where there is something new to vouch for or the last one has no stamp. It is
    written only with its stamp, but for the first: evidence does not wait for the authority."""
    news = doing.standing == "unknown" and doing.collected.standing != "unknown"
    if doing.kept and not (doing.renewing or doing.unstamped or news):
        return
    doing.manifest = steps.next_manifest(office, doing.file_sha256, doing.kept, doing.collected)
    if office.settings.tsa_url:
        doing.tried = stamping.tried(office, imprint(doing.manifest))
    if doing.kept and not news and doing.given is None:
        doing.manifest = b""


def _archive(office: Office, doing: Doing, data: bytes) -> None:
    """The archive form, or one increment more to it with what this run found."""
    wanted = doing.renewing or doing.manifest or doing.archive_sha256 is None
    if doing.origin != Origin.OWN or not wanted or not office.settings.tsa_url:
        return
    if not is_pdf(data):  # a signature beside a file has no archive form, only proof beside it
        return
    if doing.tried is not None and doing.given is None:
        return  # the authority is away; asked once a run is enough
    before = office.files.read(doing.archive_sha256) if doing.archive_sha256 else data
    found = doing.collected
    proofs = Proofs(
        tuple(found.certificates.values()), tuple(found.ocsps.values()), tuple(found.crls.values())
    )
    try:
        doing.archive, doing.archive_stamp = extend(
            before, proofs, lambda digest: stamping.stamp(office, digest)
        )
    except StampRefused as refused:
        doing.missing = refused.code
    except Refusal:
        doing.missing = outcome.NO_ARCHIVE


def _write(work: Work, doing: Doing) -> None:
    row = work.session.get_one(
        Preservation, doing.row_id, with_for_update=True, populate_existing=True
    )
    ended = row.stamp_ends
    if doing.tried is not None:
        stamping.note(work, doing.tried)
    if doing.manifest:
        steps.add(work, row, doing.manifest, doing.collected, doing.given)
    if doing.archive:
        _keep_archive(work, row, doing)
    elif doing.renewing and row.archive_sha256:
        row.stamp_ends = ended  # the archive form is not carried on yet: by the next run
    outcome.write(work, row, doing)


def _keep_archive(work: Work, row: Preservation, doing: Doing) -> None:
    issued = work.session.get(StoredFile, row.file_sha256)
    row.archive_sha256 = work.store(doing.archive, PDF, issued.pages if issued else 0)
    ends = doing.archive_stamp.certificate_ends
    row.stamp_ends = min(row.stamp_ends or ends, ends)
    row.stamped_at = row.stamped_at or doing.archive_stamp.at
