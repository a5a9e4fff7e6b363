"""Whether the certificate behind a package's XML signature was revoked: the job `check_package`
asks its authority, for the package itself carries nothing about that. Only who signed under a root
we trust is asked about; what was found stands beside the evidence, with its time."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from adapters.edxml.evidence import Evidence, SignatureState
from adapters.files import DamagedFile
from adapters.signing.evidence import Collected, Finding, collect
from adapters.signing.holders import Holder
from domain.dates import VIETNAM, local
from domain.roles import SYSTEM
from models.exchange import ExchangeMessage
from models.incoming import IncomingDocument
from services import outbox
from services.exchange import transport
from services.office import Office
from services.outbox import Lease
from services.preservation.asking import NodeAnswers
from services.signing import trust
from services.unit_of_work import Work, transaction

QUEUE, KIND, PRIORITY = "inspection", "check_package", -1
MEDIA_TYPE = "application/pkix-cert"
FITS = frozenset({SignatureState.VALID, SignatureState.WEAK})
UNKNOWN, GOOD, REVOKED, NOBODY_TO_ASK = "unknown", "good", "revoked", "nobody-to-ask"
TRIES = 4  # at once; then by night, for a while
NIGHT = time(2, 30, tzinfo=VIETNAM)
HOPEFUL = timedelta(days=6)  # before the outbox would park what nobody can mend


def begin(work: Work, message: ExchangeMessage, evidence: Evidence | None) -> None:
    """Keeps what the signature of an arriving package is worth, and has its certificate asked
    about where there is somebody to believe."""
    if evidence is None or evidence.state not in FITS or not evidence.is_trusted:
        message.evidence = evidence and evidence.to_json()
        return
    chain = [work.store(der, MEDIA_TYPE) for der in evidence.certificates]
    message.evidence = {**evidence.to_json(), "chain": chain, "revocation": UNKNOWN}
    work.session.flush()
    work.enqueue(QUEUE, KIND, message.id, priority=PRIORITY)


def check_package(office: Office, lease: Lease) -> None:
    """Asks once; again later while nobody has answered. A finding is final: the signature counted
    when the package came."""
    answers = NodeAnswers(office)
    found = _asked(office, lease.subject_id, answers)
    with transaction(office, SYSTEM) as work:
        message = work.session.get(ExchangeMessage, lease.subject_id, populate_existing=True)
        if found is not None and found.awaited and work.now - message.created_at < HOPEFUL:
            until = _next_night(work.now) if lease.attempts >= TRIES else None
            outbox.postpone(work, lease, "revocation-unknown", until)
        else:
            outbox.settle(work, lease)
        answers.remember(work)
        if found is not None:
            _write(work, message, found)


def _asked(office: Office, message_id: int, answers: NodeAnswers) -> Collected | None:
    """None where the certificates are not at hand."""
    session = office.session()
    evidence = session.scalar(
        select(ExchangeMessage.evidence).where(ExchangeMessage.id == message_id)
    )
    roots = trust.roots(session)
    session.rollback()  # no transaction stays open while the network is asked
    chain = (evidence or {}).get("chain") or []
    try:
        own, *others = (office.files.read(sha256) for sha256 in chain)
    except (DamagedFile, FileNotFoundError, ValueError):
        return None
    return collect([Holder(own, tuple(others))], roots, office.now(), answers)


def _write(work: Work, message: ExchangeMessage, found: Collected) -> None:
    worst = _worst(found)
    standing = found.standing
    if standing == UNKNOWN and not found.awaited:
        standing = NOBODY_TO_ASK
    after = worst.since is not None and worst.since > message.created_at
    message.evidence = {
        **message.evidence,
        "revocation": standing,
        "revocation_source": worst.source,
        "revocation_at": (worst.at or work.now).isoformat(),
        "revoked_since": worst.since.isoformat() if worst.since else "",
        "revoked_after": after,
    }
    if standing in (GOOD, REVOKED):
        work.audit(
            "exchange:certificate_checked",
            message,
            standing=standing,
            source=worst.source,
            certificate=message.evidence["certificate_sha256"],
        )
    if standing == REVOKED and not after:
        subject = _document(work, message) or message
        transport.tell_clerks(work, message.agency_id, "exchange:certificate_revoked", subject)


def _worst(found: Collected) -> Finding:
    """What decides: a revocation, else what is not known, else the oldest good answer."""
    order = {REVOKED: 0, UNKNOWN: 1, GOOD: 2}
    findings = found.findings.values()
    return min(findings, key=lambda f: (order[f.standing], f.at.timestamp() if f.at else 0.0))


def _document(work: Work, message: ExchangeMessage) -> IncomingDocument | None:
    query = select(IncomingDocument).where(IncomingDocument.message_id == message.id)
    return work.session.scalars(query).first()


def _next_night(now: datetime) -> datetime:
    tonight = datetime.combine(local(now).date(), NIGHT)
    return tonight if tonight > now else tonight + timedelta(days=1)
