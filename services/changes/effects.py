"""What a change does to an incoming document: it is withdrawn, or another takes its place. Work on
it stops by that (`Assignment.is_moot`), and everybody who had it is told why."""

from collections.abc import Iterable

from sqlalchemy import select

from domain.change_flow import ChangeKind, ChangeState
from domain.incoming_flow import INCOMING_FLOW
from domain.roles import Role
from models.assignments import Assignment
from models.changes import Change
from models.exchange import Direction
from models.incoming import IncomingDocument
from services.accounts import posts
from services.changes.state import move
from services.incoming import state
from services.incoming.arrival import summary
from services.unit_of_work import Work

HEADS = {Role.UNIT_HEAD, Role.CHIEF_OF_OFFICE}


def withdraw(work: Work, document: IncomingDocument, change: Change) -> None:
    """Cancels the document here (QĐ 28/2018, Điều 9; NĐ 30/2020, Điều 18.4): nobody works on it any
    more, only who oversees the agency finds it. Nothing to do where it was refused before."""
    if not _can(document, "withdraw"):
        return
    state.move(work, document, "withdraw", reason=change.reason, kind=change.kind)
    tell(work, change, "incoming:withdraw", followers(work, document), reason=change.reason)


def replaced(work: Work, new: IncomingDocument, accepted: bool) -> None:
    """The new document was registered, so it takes the place of the old ones it names; or it was
    refused, and they stay."""
    waiting = work.session.scalars(
        select(Change).where(
            Change.new_incoming_id == new.id,
            Change.direction == Direction.IN,
            Change.kind == ChangeKind.REPLACE,
            Change.state == ChangeState.ASKED,
        )
    )
    for change in waiting:
        move(work, change, "agreed" if accepted else "refused", new.refusal_reason)
        old = change.incoming
        if accepted and _can(old, "replaced"):
            state.move(work, old, "replaced", by=new.main.reference)
            people = followers(work, old)
            tell(work, change, "incoming:replaced", people, by_document=new.main.reference)


def tell(work: Work, change: Change, kind: str, people: Iterable[int], **details: object) -> None:
    """Notifies people of what became of a document; they may not be allowed to open it any more,
    so the word leads to the change itself."""
    for person_id in people:
        if person_id != work.actor.person_id:
            work.notify(person_id, kind, change, summary(change.incoming), **details)


def _can(document: IncomingDocument, action: str) -> bool:
    return any(step.action == action for step in INCOMING_FLOW.from_state(document.state))


def followers(work: Work, document: IncomingDocument) -> list[int]:
    """Clerks, the leader who had it, whoever was assigned, and the heads of assigned units."""
    assigned = work.session.execute(
        select(Assignment.unit_id, Assignment.person_id).where(
            Assignment.document_id == document.id
        )
    ).all()
    units = {row.unit_id for row in assigned}
    agency_id, today = document.agency_id, work.office.today()
    heads = posts.holders(work.session, agency_id, HEADS, today)
    people = [
        *posts.clerks(work.session, agency_id, today),
        document.director.person_id if document.director else None,
        *(row.person_id for row in assigned),
        *(head.person_id for head in heads if head.unit_id in units),
    ]
    return [each for each in dict.fromkeys(people) if each is not None]
