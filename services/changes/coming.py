"""What senders ask of us about a document they sent. A revocation binds and is done at once; to
give a document back or to take new data over, a clerk agrees first; a replacement takes its place
with its registration."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from adapters.edxml.package import Business, BusinessKind, Package, StatusMessage
from domain.change_flow import ChangeKind, ChangeState
from domain.exchange_flow import BusinessCode
from domain.incoming_flow import IncomingState
from domain.text import nfc
from models.changes import Change
from models.exchange import Direction, Dispatch, ExchangeMessage
from models.incoming import IncomingDocument, Paper
from services.changes import comparing, effects
from services.changes.state import move
from services.exchange import statuses, transport
from services.incoming.arrival import keep_file, summary
from services.incoming.parcel import Arrival
from services.incoming.text import clipped
from services.unit_of_work import Work

# Nothing is left to give back: the sender has the answer at once.
GIVEN_BACK = frozenset({IncomingState.REFUSED, IncomingState.WITHDRAWN})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a sender asks, by whatever way it came."""

    kind: ChangeKind
    reason: str = ""
    by: str = ""
    at: datetime | None = None
    message_id: int | None = None
    differences: list[dict] = field(default_factory=list)
    drops_us: bool = False


def take_package(work: Work, message: ExchangeMessage, package: Package) -> bool:
    """Takes a revocation or an update that came over the hub; False where it is about nothing of
    ours, and the package itself has to be looked at."""
    document = find(work, message.agency_id, message.peer_code, package.concerns, package.reference)
    if document is None:
        return False
    transport.received(work, message)
    work.session.flush()
    business = package.business
    asked = Asked(
        kind=KINDS[business.kind],
        reason=business.reason,
        by=business.staff.name,
        message_id=message.id,
    )
    if business.kind == BusinessKind.UPDATE:
        arrival = Arrival.from_package(package, message.id)
        ask(work, document, _update(work, document, arrival, business, asked))
    else:
        ask(work, document, asked)
    return True


def take_status(work: Work, message: ExchangeMessage, status: StatusMessage) -> None:
    """Takes a request to give a document back (status 13)."""
    named = status.response_for
    document = find(
        work, message.agency_id, message.peer_code, [named.document_id], nfc(named.reference)
    )
    if document is None:
        transport.set_aside(work, message, "status-unknown-document")
        about_nothing(work, message)
        return
    transport.received(work, message)
    work.session.flush()
    ask(
        work,
        document,
        Asked(
            kind=ChangeKind.TAKE_BACK,
            reason=status.description,
            by=status.staff.name,
            at=status.at,
            message_id=message.id,
        ),
    )


def about_nothing(work: Work, message: ExchangeMessage) -> None:
    """Somebody wants something of a document that is not here: the clerks should know."""
    transport.tell_clerks(
        work, message.agency_id, "exchange:refused", message, problem=message.problem
    )


def find(
    work: Work, agency_id: int, sender_code: str, uids: Iterable[str], reference: str
) -> IncomingDocument | None:
    """The document meant, of this sender: by its id, else by a reference that only one bears."""
    of_sender = select(IncomingDocument).where(
        IncomingDocument.agency_id == agency_id, IncomingDocument.sender_code == sender_code
    )
    ids = [uid for uid in uids if uid]
    if ids:
        found = work.session.scalars(of_sender.where(IncomingDocument.document_uid.in_(ids)))
        if document := found.first():
            return document
    if not reference:
        return None
    by_reference = of_sender.join(IncomingDocument.papers).where(
        Paper.ordinal == 1, Paper.reference == reference
    )
    alike = work.session.scalars(by_reference.limit(2)).all()
    return alike[0] if len(alike) == 1 else None


def from_neighbour(
    work: Work, dispatch: Dispatch, kind: ChangeKind, reason: str, drops_us: bool = False
) -> None:
    """The same from an agency of this node, without a package."""
    document = work.session.scalars(
        select(IncomingDocument).where(IncomingDocument.dispatch_id == dispatch.id)
    ).one_or_none()
    if document is None:
        return
    rows: list[dict] = []
    if kind == ChangeKind.UPDATE and not drops_us:
        rows = comparing.differences(document, Arrival.from_dispatch(dispatch))
    asked = Asked(kind=kind, reason=reason, by=work.actor.name, differences=rows, drops_us=drops_us)
    ask(work, document, asked)


def ask(work: Work, document: IncomingDocument, asked: Asked) -> Change:
    """Writes the change down, does at once what needs no agreement, tells the clerks of the rest.
    The same request again is answered again; a newer update takes the place of an open one."""
    change = Change(
        agency_id=document.agency_id,
        direction=Direction.IN,
        kind=asked.kind,
        incoming_id=document.id,
        message_id=asked.message_id,
        peer_code=document.sender_code,
        peer_name=document.sender_name,
        reason=clipped(asked.reason, 500),
        differences=asked.differences,
        drops_us=asked.drops_us,
        asked_by=clipped(asked.by, 100),
        asked_at=asked.at or work.now,
        state=ChangeState.ASKED,
    )
    _supersede(work, change)
    work.session.add(change)
    work.session.flush()
    work.audit("change:came", document, kind=change.kind, reason=change.reason)
    gives_back = asked.kind == ChangeKind.TAKE_BACK or asked.drops_us
    if asked.kind == ChangeKind.REVOKE or (gives_back and document.state in GIVEN_BACK):
        _do_at_once(work, change)
    else:
        work.session.flush()
        for person_id in effects.clerks(work, document.agency_id):
            work.notify(person_id, "change:came", change, summary(document), reason=change.reason)
    return change


def replacement(work: Work, new: IncomingDocument, replaced: Iterable[str]) -> None:
    """A document came that is to take the place of these; it does with its registration."""
    for uid in replaced:
        old = find(work, new.agency_id, new.sender_code, [uid], "")
        if old is None or old.id == new.id:
            continue
        change = ask(work, old, Asked(kind=ChangeKind.REPLACE, message_id=new.message_id))
        change.new_incoming_id = new.id


def _update(
    work: Work, document: IncomingDocument, arrival: Arrival, business: Business, asked: Asked
) -> Asked:
    """What differs, and whether the new list of recipients leaves us out."""
    agency = document.agency
    ours = {agency.code, agency.old_code} - {""}
    dropped = [each.organ_code for each in business.receiver_changes if not each.added]
    rows = comparing.differences(document, arrival)
    if business.receiver_changes:
        names = [f"{'+' if e.added else '−'} {e.organ_code}" for e in business.receiver_changes]
        rows.append({"field": "receivers", "before": None, "after": names})
    for file in arrival.files:
        keep_file(work, file)
    return Asked(
        kind=asked.kind,
        reason=asked.reason,
        by=asked.by,
        message_id=asked.message_id,
        differences=rows,
        drops_us=bool(ours & set(dropped)),
    )


def _supersede(work: Work, change: Change) -> None:
    older = work.session.scalars(
        select(Change).where(
            Change.incoming_id == change.incoming_id,
            Change.direction == Direction.IN,
            Change.state == ChangeState.ASKED,
            Change.kind.in_({change.kind} if change.kind != ChangeKind.REVOKE else set(ChangeKind)),
        )
    )
    for each in older.all():
        move(work, each, "cancelled")


def _do_at_once(work: Work, change: Change) -> None:
    move(work, change, "agreed")
    effects.withdraw(work, change.incoming, change)
    statuses.answer(work, change.incoming, BusinessCode.AGREED, change.reason)


KINDS = {
    BusinessKind.REVOKE: ChangeKind.REVOKE,
    BusinessKind.UPDATE: ChangeKind.UPDATE,
}
