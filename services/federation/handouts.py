"""What was handed out, to the letter, so that the node's people see what the province sees."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, or_, select

from domain import permissions
from domain.errors import NotFound
from domain.permissions import Relation
from domain.roles import SYSTEM, Actor
from models.agencies import HubLink
from models.exchange import OutboxItem, OutboxState
from models.federation import Handout
from services.federation.scope import Scope
from services.office import Office
from services.unit_of_work import Work, transaction

KEPT = 40
TELL = "federation_tell"


def keep(office: Office, scope: Scope, operation: str, body: str, asked_from: str = "") -> None:
    """Notes an answer before it leaves; `asked_from` is empty where the node told by itself."""
    with transaction(office, SYSTEM) as work:
        work.session.add(
            Handout(
                at=work.now,
                agency_id=scope.agency_id,
                system_id=scope.system_id[:100],
                hub=scope.hub,
                asked_from=asked_from[:100],
                operation=operation,
                was_pushed=not asked_from,
                body=body,
            )
        )
        work.session.flush()
        _forget(work)


def _forget(work: Work) -> None:
    newest = select(Handout.id).order_by(Handout.id.desc()).limit(1).offset(KEPT)
    last = work.session.scalar(newest)
    if last is not None:
        work.session.execute(delete(Handout).where(Handout.id <= last))


def listing(office: Office, actor: Actor) -> Sequence[Handout]:
    """The newest, without their bodies being shown: what was told over the agency's own line or to
    its hub, which is told of all agencies there. Raises Forbidden."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    columns = (
        Handout.id,
        Handout.at,
        Handout.system_id,
        Handout.hub,
        Handout.asked_from,
        Handout.operation,
        Handout.was_pushed,
        func.length(Handout.body).label("size"),
    )
    query = select(*columns).where(_concerns(actor)).order_by(Handout.id.desc())
    return office.session().execute(query).all()


def load(office: Office, actor: Actor, handout_id: int | None = None) -> Handout | None:
    """One of them, or the newest if there is any. Raises Forbidden, NotFound."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    if handout_id is None:
        newest = select(Handout).where(_concerns(actor)).order_by(Handout.id.desc())
        return office.session().scalar(newest.limit(1))
    one = select(Handout).where(Handout.id == handout_id, _concerns(actor))
    found = office.session().scalar(one)
    if found is None:
        raise NotFound("not-found")
    return found


def _concerns(actor: Actor) -> ColumnElement[bool]:
    hubs = select(HubLink.endpoint).where(HubLink.agency_id == actor.agency_id)
    return or_(Handout.agency_id == actor.agency_id, Handout.hub.in_(hubs))


def trouble(office: Office) -> str:
    """What stands in the way of telling the hub, if anything."""
    query = select(OutboxItem.problem).where(
        OutboxItem.kind == TELL, OutboxItem.state == OutboxState.DUE
    )
    return office.session().scalar(query.limit(1)) or ""
