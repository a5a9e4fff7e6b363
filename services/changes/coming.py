"""What senders ask of us about a document they sent, read from what came: packages of kind 1, 2 and
3, status 13, a neighbour's step. What is about a document that is not here yet waits for it."""

from collections.abc import Iterable

from sqlalchemy import select

from adapters.edxml.package import Business, BusinessKind, Package, StatusMessage
from domain.change_flow import ChangeKind
from domain.text import nfc
from models.agencies import Agency
from models.changes import Change
from models.exchange import Direction, Dispatch, ExchangeMessage
from models.incoming import IncomingDocument
from services.changes import comparing, early, naming, notices
from services.changes.taking import Asked, ask, find
from services.exchange import transport
from services.incoming.arrival import keep_file
from services.incoming.parcel import Arrival
from services.unit_of_work import Work

KINDS = {
    BusinessKind.REVOKE: ChangeKind.REVOKE,
    BusinessKind.UPDATE: ChangeKind.UPDATE,
}


def take_package(work: Work, message: ExchangeMessage, package: Package, agency: Agency) -> bool:
    """Takes a revocation or an update that came over the hub; False where it is the document
    itself, sent to one who is added to its recipients."""
    document, named = naming.meant(work, message, package)
    if document is None and _brings_it(package, agency):
        return False
    work.session.flush()
    asked = _asked(message, package, agency, document)
    for file in Arrival.from_package(package).files:
        keep_file(work, file)
    if document is None:
        uids = [*named.uids, package.document_id]
        early.keep(work, message, asked, package.sender.name, uids, named.reference)
    else:
        transport.received(work, message)
        ask(work, document, asked)
    return True


def take_status(
    work: Work, message: ExchangeMessage, status: StatusMessage, agency: Agency
) -> None:
    """Takes a request to give a document back (status 13)."""
    about = status.response_for
    named = [about.document_id], nfc(about.reference)
    work.session.flush()
    asked = Asked(
        kind=ChangeKind.TAKE_BACK,
        reason=status.description,
        by=status.staff.name,
        at=status.at,
        message_id=message.id,
    )
    document = find(work, agency.id, message.peer_code, *named, about.issued_date)
    if document is None:
        early.keep(work, message, asked, status.sender.name, *named)
    else:
        transport.received(work, message)
        ask(work, document, asked)


def from_neighbour(work: Work, change: Change) -> None:
    """The same from an agency of this node, without a package: `change` is theirs."""
    dispatch = change.dispatch
    document = work.session.scalars(
        select(IncomingDocument).where(IncomingDocument.dispatch_id == dispatch.id)
    ).one_or_none()
    if document is None:
        return
    rows: list[dict] = change.differences
    if change.kind == ChangeKind.UPDATE:
        rows = (
            []
            if change.drops_us
            else comparing.differences(document, Arrival.from_dispatch(dispatch))
        )
    asked = Asked(
        kind=change.kind,
        reason=change.reason,
        by=work.actor.name,
        differences=rows,
        drops_us=change.drops_us,
        notices=change.notices,
    )
    ask(work, document, asked)


def replacement(work: Work, new: IncomingDocument, replaced: Iterable[str]) -> None:
    """A document came that is to take the place of these; it does with its registration."""
    for uid in replaced:
        old = find(work, new.agency_id, new.sender_code, [uid], "")
        if old is None:
            early.keep_replacement(work, new, uid)
        elif old.id != new.id:
            change = ask(work, old, Asked(kind=ChangeKind.REPLACE, message_id=new.message_id))
            change.new_incoming_id = new.id


def is_replacing(work: Work, dispatch: Dispatch) -> bool:
    """Whether a neighbour's document takes the place of an older one that went here too."""
    query = select(Change.id).where(
        Change.direction == Direction.OUT,
        Change.kind == ChangeKind.REPLACE,
        Change.new_outgoing_id == dispatch.document_id,
        Change.peer_code == dispatch.recipient_code,
    )
    return work.session.scalar(query.limit(1)) is not None


def _asked(
    message: ExchangeMessage, package: Package, agency: Agency, document: IncomingDocument | None
) -> Asked:
    business, kind = package.business, KINDS[package.business.kind]
    rows, drops_us = [], False
    if kind == ChangeKind.UPDATE:
        rows, drops_us = comparing.update(document, package), _names_us(business, agency, False)
        kind = comparing.kind_of(package, rows, drops_us)
    revokes = kind == ChangeKind.REVOKE
    return Asked(
        kind=kind,
        reason=business.reason,
        by=business.staff.name,
        message_id=message.id,
        differences=rows,
        drops_us=drops_us,
        notices=notices.brought(Arrival.from_package(package).files) if revokes else [],
    )


def _brings_it(package: Package, agency: Agency) -> bool:
    is_update = package.business.kind == BusinessKind.UPDATE
    return is_update and bool(package.attachments) and _names_us(package.business, agency, True)


def _names_us(business: Business, agency: Agency, added: bool) -> bool:
    """Whether the changed list of recipients has us among those added, or taken off."""
    ours = {agency.code, agency.old_code} - {""}
    named = {each.organ_code for each in business.receiver_changes if each.added is added}
    return bool(ours & named)
