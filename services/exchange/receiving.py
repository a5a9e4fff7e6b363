"""One package that the hub holds for us becomes ours, in one transaction: the raw message, the
document or status it brings, and what is to be answered (law 6). Nothing is thrown away: what
cannot be taken is kept as it came, with the reason, for a person to see."""

from sqlalchemy import exists, select

from adapters.axis.connectors import Connector
from adapters.edxml.errors import MalformedPackage
from adapters.edxml.kept import Kept
from adapters.edxml.package import BusinessKind, Package, StatusMessage
from domain.exchange_flow import BusinessCode, TransportState
from domain.roles import SYSTEM
from models.agencies import Agency
from models.exchange import Direction, ExchangeMessage, MessageKind
from models.incoming import IncomingDocument
from services import outbox
from services.carrying import Carriage
from services.changes import again, coming, early
from services.exchange import contents, reading, receipts, revocation, statuses, transport
from services.incoming.parcel import Arrival
from services.office import Office
from services.outbox import Lease
from services.stored_files import kept
from services.unit_of_work import Work, transaction

DONE = "done"
MEDIA_TYPE = "application/xml"
LONGEST_CODE = 35
LONGEST_UID = 200
LONGEST_STATUS = 2

Content = Package | StatusMessage | MalformedPackage


def fetch(office: Office, lease: Lease, agency_id: int, hub_doc_id: str, axis: Connector) -> str:
    """Fetches the package into the file store and takes it; gives the word for the hub. Of one that
    is too large nothing but the refusal is kept. Raises AxisError, LeaseLost."""
    carriage = Carriage(office, lease)
    try:
        sha256 = axis.get_edoc(hub_doc_id, carriage.into_store)
    except MalformedPackage as too_large:
        return _write(office, lease, agency_id, hub_doc_id, None, too_large)
    return take(office, lease, agency_id, hub_doc_id, sha256)


def take(office: Office, lease: Lease, agency_id: int, hub_doc_id: str, sha256: str) -> str:
    """Takes the stored package and gives the word for the hub: "done", or "fail" for what is
    refused."""
    content = _read(office, sha256, Carriage(office, lease))
    return _write(office, lease, agency_id, hub_doc_id, kept(office.files, sha256), content)


def _write(
    office: Office,
    lease: Lease,
    agency_id: int,
    hub_doc_id: str,
    package: Kept | None,
    content: Content,
) -> str:
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        if package is not None:
            work.record_file(package.sha256, package.size, MEDIA_TYPE)
        message = ExchangeMessage(
            agency_id=agency_id,
            direction=Direction.IN,
            kind=MessageKind.STATUS if isinstance(content, StatusMessage) else MessageKind.EDOC,
            payload_sha256=package and package.sha256,
            hub_doc_id=hub_doc_id,
            created_at=work.now,
        )
        _interpret(work, message, content)
        word = acknowledgement(message)
        if word == DONE and message.kind == MessageKind.EDOC:
            receipts.give(work, message, package.size, len(content.trace))
        return word


def known(office: Office, agency_id: int, hub_doc_id: str) -> ExchangeMessage | None:
    """What was made of this package when it came before."""
    values = {"agency_id": agency_id, "hub_doc_id": hub_doc_id}
    return office.session().scalar(receipts.TAKEN, values)


def acknowledgement(message: ExchangeMessage) -> str:
    return "fail" if message.state == TransportState.FAILED else DONE


def _read(office: Office, sha256: str, carriage: Carriage) -> Content:
    try:
        content = reading.judged(office, sha256, carriage.watched)
    except MalformedPackage as problem:
        return problem
    is_package = isinstance(content, Package)
    uid = content.document_id if is_package else content.response_for.document_id
    if not content.sender.code or len(content.sender.code) > LONGEST_CODE:
        return MalformedPackage("package-malformed", reason="sender-code")
    if len(uid) > LONGEST_UID:
        return MalformedPackage("package-malformed", reason="document-id")
    if not is_package and not 0 < len(content.code) <= LONGEST_STATUS:
        return MalformedPackage("package-malformed", reason="status-code")
    return content


def _interpret(work: Work, message: ExchangeMessage, content: Content) -> None:
    agency = early.one_at_a_time(work, message.agency_id)
    work.session.add(message)
    if isinstance(content, MalformedPackage):
        why = content.fields.get("reason") or content.fields.get("namespace") or ""
        _refuse(work, message, f"{content.code}:{why}")
        return
    message.peer_code = content.sender.code
    message.repairs = list(content.repairs)
    revocation.begin(work, message, content.evidence)
    if isinstance(content, StatusMessage):
        message.document_uid = content.response_for.document_id
        if content.code == BusinessCode.TAKE_BACK:
            coming.take_status(work, message, content, agency)
        else:
            statuses.take(work, message, content)
        return
    message.document_uid = content.document_id
    message.content_sha256 = contents.digest(content)
    is_change = content.business.kind in coming.KINDS
    if not (is_change and coming.take_package(work, message, content, agency)):
        _take_document(work, message, content, agency)


def _take_document(work: Work, message: ExchangeMessage, package: Package, agency: Agency) -> None:
    first = _first_copy(work, message)
    is_duplicate = first is not None and not again.is_given_back(work, message)
    if is_duplicate and first.content_sha256 != message.content_sha256:
        _refuse(work, message, "same-id-other-bytes")
        return
    transport.received(work, message, "duplicate" if is_duplicate else "")
    work.session.flush()
    if not is_duplicate:
        incoming = again.arrive(work, agency, Arrival.from_package(package, message.id))
        statuses.report(work, incoming, BusinessCode.ARRIVED)
        coming.replacement(work, incoming, _replaced(package, agency))
        early.arrived(work, incoming)


def _replaced(package: Package, agency: Agency) -> list[str]:
    """Ids of the documents that this one replaces for this agency; without a list of recipients
    for all. Who keeps no list of them names the one as an update does."""
    ours, business = {agency.code, agency.old_code, ""}, package.business
    if business.kind == BusinessKind.REPLACE and not business.replacements:
        return [uid for uid in package.concerns if uid != package.document_id]
    return [
        each.document_id
        for each in business.replacements
        if not each.organ_codes or ours.intersection(each.organ_codes)
    ]


def _first_copy(work: Work, message: ExchangeMessage) -> ExchangeMessage | None:
    """The package by which this document of this sender has come already; a request about it may
    have come before."""
    with work.session.no_autoflush:
        return work.session.scalars(
            select(ExchangeMessage)
            .where(
                ExchangeMessage.agency_id == message.agency_id,
                ExchangeMessage.direction == Direction.IN,
                ExchangeMessage.kind == MessageKind.EDOC,
                ExchangeMessage.peer_code == message.peer_code,
                ExchangeMessage.document_uid == message.document_uid,
                ExchangeMessage.state == TransportState.DELIVERED,
                exists().where(IncomingDocument.message_id == ExchangeMessage.id),
            )
            .order_by(ExchangeMessage.id)
        ).first()


def _refuse(work: Work, message: ExchangeMessage, problem: str) -> None:
    transport.refused(work, message, problem)
    work.session.flush()
    work.audit(
        "exchange:refused",
        message,
        problem=problem,
        sender=message.peer_code,
        document_uid=message.document_uid,
        payload_sha256=message.payload_sha256,
    )
    transport.tell_clerks(work, message.agency_id, "exchange:refused", message, problem=problem)
