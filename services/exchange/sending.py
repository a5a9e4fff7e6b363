"""The job `send`: a package goes to the hub. Three steps, each safe to be the last before the
process dies: the bytes are built and pinned; the hub gets them (again the same, if need be: it
knows them); the result is written together with the end of the job."""

from collections.abc import Iterable

import structlog
from sqlalchemy import bindparam, update

from adapters.axis.connectors import Connector
from adapters.axis.errors import AxisError, PermanentAxisError
from adapters.axis.records import Accepted
from adapters.edxml.errors import MalformedPackage
from domain.errors import Refusal
from domain.exchange_flow import TransportState
from domain.roles import SYSTEM
from models.exchange import ExchangeMessage, MessageKind
from services import outbox
from services.carrying import Carriage
from services.changes import asking as changes
from services.exchange import (
    dispatching,
    links,
    packaging,
    receipts,
    signing_key,
    syncing,
    transport,
)
from services.exchange.circuits import Resting
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import Work, transaction

log = structlog.get_logger()
NO_KEYS: receipts.Keys = {}
MEDIA_TYPE = "application/xml"
MESSAGE = ExchangeMessage.__table__
PIN = (
    update(MESSAGE)
    .where(MESSAGE.c.id == bindparam("message_id"))
    .values(payload_sha256=bindparam("sha256"))
)
RECIPIENT_CODES = {"18", "23"}  # unknown, locked or dissolved: one of them stops all (`axis.md` 9)


def send(office: Office, lease: Lease) -> None:
    message = ready(office, lease)
    if message is not None:
        send_alone(office, lease, message)


def ready(office: Office, lease: Lease) -> ExchangeMessage | None:
    """The message, if it may go now; else what there is to be noted is noted."""
    message = office.session().get(ExchangeMessage, lease.subject_id)
    if message is None or message.state != TransportState.QUEUED:
        return _nothing_to_do(office, lease)
    return _held(office, lease) if changes.held(office.session(), message) else message


def addressees(message: ExchangeMessage) -> list[str] | None:
    """A document names its recipients itself; a status has no place for them."""
    return [message.peer_code] if message.kind == MessageKind.STATUS else None


def send_alone(office: Office, lease: Lease, message: ExchangeMessage) -> None:
    agency_id, kind, to = message.agency_id, str(message.kind), addressees(message)
    carriage = Carriage(office, lease)
    try:
        sha256 = message.payload_sha256 or _pin(office, lease, message, carriage)
        package = carriage.package(sha256)
    except (MalformedPackage, Refusal) as problem:
        return unbuilt(office, lease, problem)
    try:
        with links.connect(office, agency_id, probing=True) as axis:
            told = axis.submit(package, kind, to)
            keys = receipt_keys(office, agency_id, axis, told.receipt)
    except (AxisError, Refusal) as error:
        unsent(office, lease, agency_id, error)
    else:
        _accepted(office, lease, agency_id, told.doc_id, told.receipt, keys)
    return None


def unbuilt(office: Office, lease: Lease, problem: MalformedPackage | Refusal) -> None:
    """Notes why there is no package."""
    reason = f":{problem.fields['reason']}" if isinstance(problem, MalformedPackage) else ""
    refused(office, lease, f"{problem.code}{reason}")


def unsent(
    office: Office, lease: Lease, agency_id: int, error: AxisError | Refusal, counts: bool = True
) -> None:
    """Notes why a package did not go. Of several in one call one `counts` as a call."""
    problem = links.problem_of(error)
    if isinstance(error, Resting):
        _rested(office, lease, error)
    elif not isinstance(error, PermanentAxisError):
        _unanswered(office, lease, agency_id, problem, counts)
    elif not (error.code in RECIPIENT_CODES and _goes_without(office, lease, agency_id)):
        refused(office, lease, problem)


def receipt_keys(office: Office, agency_id: int, axis: Connector, receipt: str) -> receipts.Keys:
    """The key of the receipt, where we do not know it. The package is there, with or without it."""
    if not receipt:
        return {}
    line = receipts.line_of(office.session(), agency_id)
    try:
        return receipts.unknown_keys(office, axis, [(line.hub, receipt)])
    except AxisError as error:
        log.warning("receipt key not fetched", agency_id=agency_id, error=str(error))
        return {}


def _pin(office: Office, lease: Lease, message: ExchangeMessage, carriage: Carriage) -> str:
    """Builds the package and pins its bytes, still holding the lease."""
    sha256 = carriage.into_store(built(office, message))
    with transaction(office, SYSTEM) as work:
        pin(work, lease, sha256)
    return sha256


def built(office: Office, message: ExchangeMessage) -> Iterable[bytes]:
    """The package's bytes, by pieces; raises as `packaging.build`."""
    signer = signing_key.signer(office)
    return packaging.build(office.session(), office.files, message, signer)


def pin(work: Work, lease: Lease, sha256: str) -> None:
    """From now on these are the bytes that are sent, whatever changes (law 5)."""
    outbox.renew(work, lease)
    size = work.office.files.path(sha256).stat().st_size
    work.record_file(sha256, size, MEDIA_TYPE)
    work.session.execute(PIN, {"message_id": lease.subject_id, "sha256": sha256})


def _goes_without(office: Office, lease: Lease, agency_id: int) -> bool:
    """The hub refuses a package for all because of one: asks it who cannot be written to any more,
    and sends to the rest at once. False where that does not explain the refusal."""
    line = links.of_agency(office.session(), agency_id)
    version = line.directory_version
    try:
        with links.connect(office, agency_id) as axis:
            told = syncing.ask(axis, agency_id, version)
    except (AxisError, Refusal):
        return False
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        syncing.take(work, told)
        gone = dispatching.unreachable(work, lease.subject_id, {TransportState.QUEUED})
        if not gone:
            return False
        transport.left_out(work, work.session.get(ExchangeMessage, lease.subject_id), gone)
        outbox.again(work, lease)
    return True


def _accepted(
    office: Office,
    lease: Lease,
    agency_id: int,
    hub_doc_id: str,
    receipt: str = "",
    keys: receipts.Keys = NO_KEYS,
) -> None:
    with transaction(office, SYSTEM) as work:
        line = receipts.line_of(work.session, agency_id)
        accepted(work, lease, line, Accepted(hub_doc_id, receipt), keys)
        links.answered(work, agency_id)


def accepted(
    work: Work, lease: Lease, line: receipts.Line, told: Accepted, keys: receipts.Keys
) -> None:
    """The hub has it: notes so, together with the end of the work."""
    outbox.settle(work, lease)
    message = work.session.get(ExchangeMessage, lease.subject_id)
    transport.sent(work, message, told.doc_id)
    receipts.keep_hubs(work, line, message, told.receipt, keys)


def refused(office: Office, lease: Lease, problem: str) -> None:
    """Repeating will not help: a person must see it."""
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        transport.failed(work, work.session.get(ExchangeMessage, lease.subject_id), problem)


def _unanswered(
    office: Office, lease: Lease, agency_id: int, problem: str, counts: bool = True
) -> None:
    """Unknown, maybe accepted: the same bytes again later, for a week."""
    with transaction(office, SYSTEM) as work:
        message = work.session.get(ExchangeMessage, lease.subject_id)
        if outbox.postpone(work, lease, problem):
            transport.failed(work, message, problem, TransportState.PARKED)
        else:
            transport.waiting(work, message, problem)
        links.troubled(work, agency_id, problem, counts)


def _rested(office: Office, lease: Lease, resting: Resting) -> None:
    """Nobody calls this hub now: nothing was tried, nothing is counted."""
    with transaction(office, SYSTEM) as work:
        message = work.session.get(ExchangeMessage, lease.subject_id)
        if outbox.postpone(work, lease, resting.problem, resting.until):
            transport.failed(work, message, resting.problem, TransportState.PARKED)
        else:
            transport.waiting(work, message, resting.problem)


def _held(office: Office, lease: Lease) -> None:
    """A change follows the document it is about, and does not overtake it."""
    with transaction(office, SYSTEM) as work:
        outbox.postpone(work, lease, "document-first")


def _nothing_to_do(office: Office, lease: Lease) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
