"""Reading changes: those of a document, one by itself, those that wait for an answer."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from domain.change_flow import ChangeState
from domain.errors import NotFound
from domain.permissions import Relation, allowing
from domain.roles import Actor
from models.audit import Notification
from models.changes import Change
from models.exchange import Direction
from models.incoming import IncomingDocument
from services.changes.answering import ANSWERED
from services.incoming import access
from services.office import Office

PER_PAGE = 30


def load(office: Office, actor: Actor, change_id: int) -> Change:
    """A change asked of the actor's agency. Who had the document was told of it and may read that
    much, though the document itself is withdrawn from them. NotFound("not-found")."""
    told = exists().where(
        Notification.person_id == actor.person_id,
        Notification.subject_type == Change.__tablename__,
        Notification.subject_id == Change.id,
    )
    found = office.session().scalars(
        select(Change)
        .join(Change.incoming)
        .where(
            Change.id == change_id,
            Change.agency_id == actor.agency_id,
            Change.direction == Direction.IN,
            or_(told, access.visible(actor)),
        )
        .options(joinedload(Change.incoming).joinedload(IncomingDocument.papers))
    )
    change = found.unique().one_or_none()
    if change is None:
        raise NotFound("not-found")
    return change


def asked(office: Office, actor: Actor, page: int) -> tuple[Sequence[Change], int]:
    """One page of what waits for an answer, the oldest first, and how much there is."""
    session, where = office.session(), waiting(actor)
    total = session.scalar(select(func.count(Change.id)).where(where)) or 0
    query = (
        select(Change)
        .where(where)
        .options(joinedload(Change.incoming).selectinload(IncomingDocument.papers))
        .order_by(Change.asked_at, Change.id)
        .limit(PER_PAGE)
        .offset((max(page, 1) - 1) * PER_PAGE)
    )
    return session.scalars(query).all(), total


def awaited(office: Office, actor: Actor) -> Sequence[Change]:
    """The newest requests about documents that are not here yet."""
    query = select(Change).where(
        Change.agency_id == actor.agency_id,
        Change.direction == Direction.IN,
        Change.state == ChangeState.WAITING,
    )
    newest = query.order_by(Change.id.desc()).limit(PER_PAGE)
    return office.session().scalars(newest).all()


def may_open(actor: Actor, document: IncomingDocument) -> bool:
    return access.grant_to_view(actor, document) is not None


def waiting(actor: Actor) -> ColumnElement[bool]:
    """What waits for an answer of the actor, if it is theirs to give."""
    here = Change.agency_id == actor.agency_id
    if not allowing(actor, "change:agree", {Relation.AGENCY}):
        here = and_(here, Change.id.is_(None))
    return and_(
        here,
        Change.direction == Direction.IN,
        Change.state == ChangeState.ASKED,
        Change.kind.in_(ANSWERED),
    )
