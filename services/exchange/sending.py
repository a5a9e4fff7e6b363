"""The job `send`: a package goes to the hub. Three steps, each safe to be the last before the
process dies: the bytes are built and pinned; the hub gets them (again the same, if need be: it
knows them); the result is written together with the end of the job."""

from adapters.axis.errors import AxisError, PermanentAxisError, TemporaryAxisError
from domain.errors import Refusal
from domain.exchange_flow import TransportState
from domain.roles import SYSTEM
from models.exchange import ExchangeMessage, MessageKind
from services import outbox
from services.exchange import dispatching, links, packaging, syncing, transport
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import transaction

MEDIA_TYPE = "application/xml"
RECIPIENT_CODES = {"18", "23"}  # unknown, locked or dissolved: one of them stops all (`axis.md` 9)


def send(office: Office, lease: Lease) -> None:
    message = office.session().get(ExchangeMessage, lease.subject_id)
    if message is None or message.state != TransportState.QUEUED:
        return _nothing_to_do(office, lease)
    agency_id, kind = message.agency_id, message.kind
    # A document names its recipients itself; a status has no place for them.
    to = [message.peer_code] if kind == MessageKind.STATUS else None
    try:
        data = office.files.read(message.payload_sha256 or _pin(office, lease, message))
    except Refusal as refusal:
        return _refused(office, lease, refusal.code)
    try:
        with links.connect(office, agency_id) as axis:
            hub_doc_id = axis.send_edoc(data, str(kind), to)
    except PermanentAxisError as error:
        if error.code in RECIPIENT_CODES and _goes_without(office, lease, agency_id):
            return None
        return _refused(office, lease, links.problem_of(error))
    except (TemporaryAxisError, Refusal) as error:
        return _unanswered(office, lease, agency_id, links.problem_of(error))
    return _accepted(office, lease, agency_id, hub_doc_id)


def _pin(office: Office, lease: Lease, message: ExchangeMessage) -> str:
    """Builds the package, keeps its bytes and notes their digest, still holding the lease."""
    data = packaging.build(office.session(), office.files, message)
    sha256 = office.files.put(data)
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        work.record_file(sha256, len(data), MEDIA_TYPE)
        work.session.get(ExchangeMessage, lease.subject_id).payload_sha256 = sha256
    return sha256


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


def _accepted(office: Office, lease: Lease, agency_id: int, hub_doc_id: str) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        transport.sent(work, work.session.get(ExchangeMessage, lease.subject_id), hub_doc_id)
        links.answered(work, agency_id)


def _refused(office: Office, lease: Lease, problem: str) -> None:
    """Repeating will not help: a person must see it."""
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        transport.failed(work, work.session.get(ExchangeMessage, lease.subject_id), problem)


def _unanswered(office: Office, lease: Lease, agency_id: int, problem: str) -> None:
    """Unknown, maybe accepted: the same bytes again later, for a week."""
    with transaction(office, SYSTEM) as work:
        message = work.session.get(ExchangeMessage, lease.subject_id)
        if outbox.postpone(work, lease, problem):
            transport.failed(work, message, problem, TransportState.PARKED)
        else:
            transport.waiting(work, message, problem)
        links.troubled(work, agency_id, problem)


def _nothing_to_do(office: Office, lease: Lease) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
