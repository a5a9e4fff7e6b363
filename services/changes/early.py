"""Requests that come before the document they are about: packages overtake each other. Each is kept
as a change that waits, and is taken up in the transaction in which its document arrives."""

from collections.abc import Iterable, Sequence

import structlog
from sqlalchemy import or_, select

from adapters.edxml.package import Package
from domain.change_flow import ChangeKind, ChangeState
from domain.dates import local
from domain.errors import Conflict, Refusal
from domain.exchange_flow import BusinessCode
from domain.incoming_flow import IncomingState
from domain.text import nfc
from models.agencies import Agency
from models.changes import Change
from models.exchange import Direction, ExchangeMessage
from models.incoming import IncomingDocument
from services.changes import comparing, effects
from services.changes.state import move
from services.changes.taking import Asked, find, take_up, written
from services.exchange import reading, statuses, transport
from services.incoming.arrival import arrive
from services.incoming.parcel import Arrival
from services.incoming.text import clipped
from services.stored_files import check_file
from services.unit_of_work import Work

log = structlog.get_logger()


def one_at_a_time(work: Work, agency_id: int) -> Agency:
    """Locks the agency until the end of the transaction, before anything is looked for: of a
    request and its document that come in the same moment, the later one sees the earlier one."""
    return work.session.get_one(Agency, agency_id, with_for_update={"key_share": True})


def keep(
    work: Work,
    message: ExchangeMessage,
    asked: Asked,
    peer_name: str,
    uids: Iterable[str],
    reference: str,
) -> Change:
    """Keeps what is asked about a document that is not here, and tells the clerks. The same asked
    before of the same document gives way."""
    transport.set_aside(work, message, f"awaits-{asked.kind}")
    work.session.flush()
    change = written(
        work,
        message.agency_id,
        asked,
        peer_code=message.peer_code,
        peer_name=clipped(peer_name, 500),
        awaits_uid=next((uid for uid in uids if uid), ""),
        awaits_reference=clipped(nfc(reference), 100),
    )
    _supersede(work, change)
    work.audit("change:waiting", message, kind=change.kind, reason=change.reason)
    transport.tell_clerks(
        work, message.agency_id, "change:waiting", message, problem=message.problem
    )
    return change


def keep_replacement(work: Work, new: IncomingDocument, uid: str) -> None:
    """Notes which document the new one is to replace, for when that one comes."""
    asked = Asked(kind=ChangeKind.REPLACE, message_id=new.message_id)
    names = {"peer_code": new.sender_code, "peer_name": new.sender_name}
    change = written(work, new.agency_id, asked, awaits_uid=uid, **names)
    change.new_incoming_id = new.id


def arrived(work: Work, document: IncomingDocument) -> None:
    """Takes up what was asked about this document before it came, in the order in which it was."""
    for change in _waiting_for(work, document):
        meet(work, change, document)


def meet(work: Work, change: Change, document: IncomingDocument) -> bool:
    """The request meets its document; False where what it asks for cannot be read."""
    if change.kind == ChangeKind.UPDATE and not _is_compared(work, change, document):
        return False
    take_up(work, change, document)
    if change.kind == ChangeKind.REPLACE:
        _replace(work, change)
    else:
        transport.received(work, change.message)
    return True


def enter(work: Work, change: Change) -> None:
    """The update is all that came of its document, and becomes the document. Raises
    Conflict("update-without-files"), Unavailable("file-damaged")."""
    check_file(work.office, change.message.payload_sha256)
    package = reading.read(work.office.files, change.message.payload_sha256)
    if not package.attachments:
        raise Conflict("update-without-files")
    agency = one_at_a_time(work, change.agency_id)
    change.incoming = arrive(work, agency, Arrival.from_package(package, change.message_id))
    statuses.report(work, change.incoming, BusinessCode.ARRIVED)
    transport.received(work, change.message)


def _waiting_for(work: Work, document: IncomingDocument) -> list[Change]:
    reference = document.main.reference
    by_reference = [Change.awaits_reference == reference] if reference else []
    found = work.session.scalars(
        select(Change)
        .where(
            Change.agency_id == document.agency_id,
            Change.direction == Direction.IN,
            Change.state == ChangeState.WAITING,
            Change.peer_code == document.sender_code,
            or_(Change.awaits_uid == document.document_uid, *by_reference),
        )
        .order_by(Change.id)
    ).all()
    return [each for each in found if _means(work, each, document)]


def _means(work: Work, change: Change, document: IncomingDocument) -> bool:
    """One that was issued after it was asked for is another one of the same number."""
    issued, asked = document.main.issued_date, local(change.asked_at).date()
    if document.document_uid != change.awaits_uid and issued is not None and issued > asked:
        return False
    wanted = [change.awaits_uid], change.awaits_reference
    return find(work, document.agency_id, document.sender_code, *wanted) is document


def _is_compared(work: Work, change: Change, document: IncomingDocument) -> bool:
    """What the update changes can be said only now. One whose kept package is damaged waits on."""
    try:
        package = reading.read(work.office.files, change.message.payload_sha256)
    except (Refusal, FileNotFoundError) as problem:
        log.warning("kept update not read", change_id=change.id, problem=str(problem))
        return False
    if isinstance(package, Package):
        change.differences = comparing.update(document, package)
        change.kind = comparing.kind_of(package, change.differences, change.drops_us)
    return True


def _replace(work: Work, change: Change) -> None:
    """The newer document may have been decided on before the older one came."""
    new = change.new_incoming
    if new.state == IncomingState.WITHDRAWN:
        move(work, change, "cancelled")
    elif new.state != IncomingState.ARRIVED:
        effects.replaced(work, new, accepted=new.state != IncomingState.REFUSED)


def _supersede(work: Work, change: Change) -> None:
    kinds = {change.kind}
    if change.kind == ChangeKind.REVOKE:
        kinds = set(ChangeKind) - {ChangeKind.REPLACE}
    for each in _older(work, change, kinds):
        move(work, each, "cancelled")
        transport.received(work, each.message, "duplicate")


def _older(work: Work, change: Change, kinds: Iterable[ChangeKind]) -> Sequence[Change]:
    return work.session.scalars(
        select(Change).where(
            Change.agency_id == change.agency_id,
            Change.direction == Direction.IN,
            Change.state == ChangeState.WAITING,
            Change.peer_code == change.peer_code,
            Change.awaits_uid == change.awaits_uid,
            Change.awaits_reference == change.awaits_reference,
            Change.kind.in_(kinds),
            Change.id != change.id,
        )
    ).all()
