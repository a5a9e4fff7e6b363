"""A person says which document a waiting request is about, where its sender does not name one that
is here: by a wrong id, or by several. What the request asks for is done as if it had been named."""

from collections.abc import Sequence

from sqlalchemy import select

from domain.change_flow import ChangeKind, ChangeState
from domain.errors import Conflict, Invalid, NotFound
from domain.incoming_flow import IncomingState
from domain.permissions import Relation, require
from domain.roles import Actor
from domain.text import fold
from models.changes import Change
from models.exchange import Direction
from models.incoming import IncomingDocument
from services.changes import early
from services.changes.answering import locked
from services.incoming import access
from services.office import Office
from services.unit_of_work import transaction

D = IncomingDocument
SHOWN = 30
CHOSEN_FOR = frozenset({ChangeKind.REVOKE, ChangeKind.TAKE_BACK, ChangeKind.UPDATE})


def can_choose(change: Change) -> bool:
    return change.state == ChangeState.WAITING and change.kind in CHOSEN_FOR


def documents(
    office: Office, actor: Actor, change_id: int, text: str
) -> tuple[Change, Sequence[IncomingDocument]]:
    """The request, and the newest documents of its sender with all words of `text`. Raises
    Forbidden, NotFound, Conflict("wrong-state")."""
    require(actor, "change:choose", {Relation.AGENCY})
    session = office.session()
    change = session.scalar(
        select(Change).where(
            Change.id == change_id,
            Change.agency_id == actor.agency_id,
            Change.direction == Direction.IN,
        )
    )
    if change is None:
        raise NotFound("not-found")
    _must_wait(change)
    words = (D.search_text.contains(word, autoescape=True) for word in fold(text).split())
    newest = _of_sender(actor, change).where(*words).order_by(D.arrived_at.desc(), D.id.desc())
    return change, session.scalars(newest.limit(SHOWN)).all()


def choose(office: Office, actor: Actor, change_id: int, document_id: object) -> Change:
    """The request is about this document: taken up at once. Raises Forbidden, NotFound,
    Conflict: wrong-state, update-unreadable; Invalid("document-not-of-sender")."""
    require(actor, "change:choose", {Relation.AGENCY})
    with transaction(office, actor) as work:
        early.one_at_a_time(work, actor.agency_id)
        change = locked(work, change_id)
        _must_wait(change)
        wanted = str(document_id or "")
        number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 18 else 0
        document = work.session.scalar(_of_sender(actor, change).where(D.id == number))
        if document is None:
            raise Invalid("document-not-of-sender", field="document")
        work.audit("change:choose", document, kind=change.kind, peer=change.peer_name)
        if not early.meet(work, change, document):
            raise Conflict("update-unreadable")
        return change


def _must_wait(change: Change) -> None:
    if not can_choose(change):
        raise Conflict("wrong-state", action="choose", state=change.state)


def _of_sender(actor: Actor, change: Change):
    return select(D).where(
        access.visible(actor),
        D.sender_code == change.peer_code,
        D.state != IncomingState.WITHDRAWN,
    )
