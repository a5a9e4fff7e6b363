"""One package that the hub holds for us becomes ours, in one transaction: the raw message, the
document or status it brings, and what is to be answered (law 6). Nothing is thrown away: what
cannot be taken is kept as it came, with the reason, for a person to see."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

import structlog
from sqlalchemy import exists, select

from adapters.axis.connectors import Connector
from adapters.axis.errors import AxisError
from adapters.axis.together import Word
from adapters.edxml.errors import MalformedPackage
from adapters.edxml.kept import Kept
from adapters.edxml.package import Attachment, BusinessKind, Package, StatusMessage
from adapters.files import Incoming, keep_all
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
from services.outbox import Lease, LeaseLost
from services.stored_files import kept
from services.unit_of_work import Work, transaction

log = structlog.get_logger()
DONE = "done"
FILES_AT_ONCE = 32  # each is open until all of them are on the disk
MEDIA_TYPE = "application/xml"
LONGEST_CODE = 35
LONGEST_UID = 200
LONGEST_STATUS = 2

Content = Package | StatusMessage | MalformedPackage


@dataclass(frozen=True)
class _Came:
    """A package that was fetched, and what it says; of one that is too large nothing is kept."""

    hub_doc_id: str
    package: Kept | None
    content: Content


def fetch(office: Office, lease: Lease, agency_id: int, hub_doc_id: str, axis: Connector) -> Word:
    """Fetches the package into the file store and takes it; gives the word for the hub. Of one that
    is too large nothing but the refusal is kept. Raises AxisError, LeaseLost."""
    stored = axis.get_edoc(hub_doc_id, partial(_stored, Carriage(office, lease)))
    return take(office, lease, agency_id, hub_doc_id, stored)


def fetch_all(
    office: Office, lease: Lease, agency_id: int, doc_ids: Sequence[str], axis: Connector
) -> dict[str, Word | Exception]:
    """As `fetch`, for several: in one call, written in one transaction. What cannot be taken stops
    no other. Raises AxisError, LeaseLost."""
    with ExitStack() as opened:
        beside = partial(_beside_store, Carriage(office, lease), opened)
        fetched = axis.fetch_many(doc_ids, beside)
        keep_all([each for each in fetched.values() if isinstance(each, Incoming)])
    read = [
        _read_as(office, lease, doc_id, each.sha256 if isinstance(each, Incoming) else each)
        for doc_id, each in fetched.items()
        if not isinstance(each, AxisError)
    ]
    return fetched | _write_all(office, lease, agency_id, _with_files_kept(office, read))


def take(
    office: Office, lease: Lease, agency_id: int, hub_doc_id: str, stored: str | MalformedPackage
) -> Word:
    """Takes the stored package, given by its digest, and gives the word for the hub: "done", or
    "fail" for what is refused."""
    (came,) = _with_files_kept(office, [_read_as(office, lease, hub_doc_id, stored)])
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        return _write(work, early.one_at_a_time(work, agency_id), came)


def _stored(carriage: Carriage, pieces: Iterable[bytes]) -> str | MalformedPackage:
    try:
        return carriage.into_store(pieces)
    except MalformedPackage as too_large:
        return too_large


def _beside_store(
    carriage: Carriage, opened: ExitStack, pieces: Iterable[bytes]
) -> Incoming | MalformedPackage:
    try:
        return carriage.beside_store(pieces, opened)
    except MalformedPackage as too_large:
        return too_large


def _read_as(
    office: Office, lease: Lease, hub_doc_id: str, stored: str | MalformedPackage
) -> _Came:
    if isinstance(stored, MalformedPackage):
        return _Came(hub_doc_id, None, stored)
    content = _read(office, stored, Carriage(office, lease))
    return _Came(hub_doc_id, kept(office.files, stored), content)


def _write_all(
    office: Office, lease: Lease, agency_id: int, came: Sequence[_Came]
) -> dict[str, Word | Exception]:
    """All in one transaction; where that fails, each in its own."""
    try:
        with transaction(office, SYSTEM) as work:
            outbox.renew(work, lease)
            agency = early.one_at_a_time(work, agency_id)
            return {each.hub_doc_id: _write(work, agency, each) for each in came}
    except LeaseLost:
        raise
    except Exception as error:
        if len(came) == 1:
            return {came[0].hub_doc_id: error}
        log.warning("packages not taken together", error=repr(error))
    alone = [_write_all(office, lease, agency_id, [each]) for each in came]
    return {doc_id: word for each in alone for doc_id, word in each.items()}


def _write(work: Work, agency: Agency, came: _Came) -> Word:
    package, content = came.package, came.content
    if package is not None:
        work.record_file(package.sha256, package.size, MEDIA_TYPE)
    message = ExchangeMessage(
        agency_id=agency.id,
        direction=Direction.IN,
        kind=MessageKind.STATUS if isinstance(content, StatusMessage) else MessageKind.EDOC,
        payload_sha256=package and package.sha256,
        hub_doc_id=came.hub_doc_id,
        created_at=work.now,
    )
    _interpret(work, message, content, agency)
    word = acknowledgement(message)
    receipt = ""
    if word == DONE and message.kind == MessageKind.EDOC:
        receipt = receipts.give(work, message, package.size, len(content.trace))
    return Word(came.hub_doc_id, word, receipt)


def known_ones(office: Office, agency_id: int, hub_doc_ids: Sequence[str]) -> dict[str, Word]:
    """Those of the packages that came before, as `known`."""
    query = select(ExchangeMessage.hub_doc_id).where(
        ExchangeMessage.agency_id == agency_id,
        ExchangeMessage.direction == Direction.IN,
        ExchangeMessage.hub_doc_id.in_(hub_doc_ids),
    )
    found = office.session().scalars(query).all()
    return {each: word for each in found if (word := known(office, agency_id, each))}


def known(office: Office, agency_id: int, hub_doc_id: str) -> Word | None:
    """The word for the hub of a package that came before, if it did: the hub has not heard it."""
    values = {"agency_id": agency_id, "hub_doc_id": hub_doc_id}
    message = office.session().scalar(receipts.TAKEN, values)
    if message is None:
        return None
    word = acknowledgement(message)
    given = receipts.given(office, agency_id, hub_doc_id) if word == DONE else ""
    return Word(hub_doc_id, word, given)


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


def _with_files_kept(office: Office, came: Sequence[_Came]) -> list[_Came]:
    """Their files are on the disk before the transaction begins, which must not hold the lock of
    writers for that."""
    waiting = [file for each in came for file in _attachments(each) if _is_in_memory(file)]
    places: dict[int, Kept] = {}
    for start in range(0, len(waiting), FILES_AT_ONCE):
        portion = waiting[start : start + FILES_AT_ONCE]
        with ExitStack() as opened:
            coming = [opened.enter_context(office.files.incoming()) for _ in portion]
            for file, place in zip(portion, coming, strict=True):
                place.write([file.data])
            for file, sha256 in zip(portion, keep_all(coming), strict=True):
                places[id(file)] = kept(office.files, sha256)
    return [_moved(each, places) for each in came]


def _attachments(came: _Came) -> Sequence[Attachment]:
    return came.content.attachments if isinstance(came.content, Package) else ()


def _is_in_memory(file: Attachment) -> bool:
    return bool(file.data) and not isinstance(file.data, Kept)


def _moved(came: _Came, places: Mapping[int, Kept]) -> _Came:
    if not isinstance(came.content, Package):
        return came
    files = tuple(
        replace(file, data=places[id(file)]) if id(file) in places else file
        for file in came.content.attachments
    )
    return replace(came, content=replace(came.content, attachments=files))


def _interpret(work: Work, message: ExchangeMessage, content: Content, agency: Agency) -> None:
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
