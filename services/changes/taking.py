"""Taking up what a sender asks about a document that is here. A revocation binds and is done at
once; to give a document back or to take new data over, a clerk agrees first; what only tells is
noted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import or_, select

from domain.change_flow import ChangeKind, ChangeState
from domain.exchange_flow import BusinessCode
from domain.incoming_flow import IncomingState
from models.changes import Change
from models.exchange import Direction
from models.incoming import IncomingDocument, Paper
from services.accounts import posts
from services.changes import effects, notices
from services.changes.state import came, move
from services.exchange import statuses
from services.incoming.arrival import summary
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
    notices: list[dict] = field(default_factory=list)


def ask(work: Work, document: IncomingDocument, asked: Asked) -> Change:
    """Writes the change down and takes it up. The same request again is answered again; a newer
    update takes the place of an open one."""
    names = {"peer_code": document.sender_code, "peer_name": document.sender_name}
    change = written(work, document.agency_id, asked, **names)
    take_up(work, change, document)
    return change


def written(work: Work, agency_id: int, asked: Asked, **fields: str) -> Change:
    """The request as a row that waits for its document."""
    change = Change(
        agency_id=agency_id,
        direction=Direction.IN,
        kind=asked.kind,
        state=ChangeState.WAITING,
        message_id=asked.message_id,
        reason=clipped(asked.reason, 500),
        differences=asked.differences,
        drops_us=asked.drops_us,
        notices=asked.notices,
        asked_by=clipped(asked.by, 100),
        asked_at=asked.at or work.now,
        **fields,
    )
    work.session.add(change)
    work.session.flush()
    return change


def take_up(work: Work, change: Change, document: IncomingDocument) -> None:
    """Does at once what needs no agreement, and tells the clerks of the rest."""
    change.incoming = document
    if change.kind == ChangeKind.RECEIVERS:
        move(work, change, "told")
        return
    came(work, change)
    notices.lay_beside(work, document, change.notices)
    _supersede(work, change)
    gives_back = change.kind == ChangeKind.TAKE_BACK or change.drops_us
    if change.kind == ChangeKind.REVOKE or (gives_back and document.state in GIVEN_BACK):
        _do_at_once(work, change)
    else:
        for person_id in posts.clerks(work.session, document.agency_id, work.office.today()):
            work.notify(person_id, "change:came", change, summary(document), reason=change.reason)


def find(
    work: Work,
    agency_id: int,
    sender_code: str,
    uids: Iterable[str],
    reference: str,
    issued_date: date | None = None,
) -> IncomingDocument | None:
    """The document meant, of this sender: by its id, else by a reference that only one bears, and
    of that date where one is said: numbers begin anew each year."""
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
    dated = [or_(Paper.issued_date == issued_date, Paper.issued_date.is_(None))]
    by_reference = of_sender.join(IncomingDocument.papers).where(
        Paper.ordinal == 1, Paper.reference == reference, *(dated if issued_date else [])
    )
    alike = work.session.scalars(by_reference.limit(2)).all()
    return alike[0] if len(alike) == 1 else None


def _supersede(work: Work, change: Change) -> None:
    older = work.session.scalars(
        select(Change).where(
            Change.incoming_id == change.incoming_id,
            Change.id != change.id,
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
