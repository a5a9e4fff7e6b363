"""What the exchange page shows: the line to the hub, what waits, what needs a person, every message
with its facts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from domain import permissions
from domain.errors import NotFound
from domain.exchange_flow import TransportState
from domain.permissions import Relation
from domain.roles import Actor
from models.agencies import HubLink
from models.exchange import (
    Direction,
    Dispatch,
    ExchangeMessage,
    HubCircuit,
    OutboxItem,
    OutboxState,
)
from services.exchange import circuits, links, transport
from services.exchange.entries import Entry, entries, message_of
from services.exchange.resuming import undelivered
from services.office import Office
from services.stored_files import read_file
from services.unit_of_work import transaction

PER_PAGE = 25
M = ExchangeMessage


@dataclass
class Board:
    link: HubLink | None
    circuit: HubCircuit | None
    counts: dict[str, int]
    entries: list[Entry]
    total: int
    neighbours: Sequence[Dispatch] = field(default_factory=list)


def _stuck() -> ColumnElement[bool]:
    return exists().where(
        OutboxItem.kind == "send",
        OutboxItem.subject_id == M.id,
        OutboxItem.state == OutboxState.PARKED,
    )


def _tabs() -> dict[str, ColumnElement[bool]]:
    going_out = M.direction == Direction.OUT
    return {
        "waiting": and_(going_out, M.state == TransportState.QUEUED),
        "attention": and_(M.seen_at.is_(None), or_(M.state.in_(transport.IN_TROUBLE), _stuck())),
        "sent": and_(going_out, M.state.in_([TransportState.SENT, TransportState.DELIVERED])),
        "received": and_(
            M.direction == Direction.IN,
            or_(M.state == TransportState.DELIVERED, M.seen_at.is_not(None)),
        ),
    }


TABS = tuple(_tabs())


def board(office: Office, actor: Actor, tab: str, page: int) -> Board:
    """One page of the agency's messages. Raises Forbidden."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    session = office.session()
    ours = M.agency_id == actor.agency_id
    tabs = _tabs()
    counted = session.execute(
        select(*(func.count().filter(each).label(name) for name, each in tabs.items()))
        .select_from(M)
        .where(ours)
    ).one()
    chosen = tabs[tab if tab in tabs else TABS[0]]
    newest = select(M).where(ours, chosen).order_by(M.id.desc())
    messages = session.scalars(newest.limit(PER_PAGE).offset((max(page, 1) - 1) * PER_PAGE)).all()
    counts = dict(counted._mapping)
    link = links.of_agency(session, actor.agency_id)
    return Board(
        link=link,
        circuit=circuits.of_endpoint(session, link.endpoint) if link else None,
        counts=counts,
        entries=entries(session, messages),
        total=counts[tab if tab in tabs else TABS[0]],
        neighbours=_neighbours(session, actor),
    )


def entry(office: Office, actor: Actor, message_id: int) -> tuple[Entry, list[Dispatch]]:
    """One message and the dispatches it carries. Raises Forbidden, NotFound."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    session = office.session()
    message = message_of(session, actor, message_id)
    dispatches = session.scalars(
        select(Dispatch).where(Dispatch.message_id == message.id).order_by(Dispatch.id)
    )
    return entries(session, [message])[0], list(dispatches)


def raw(office: Office, actor: Actor, message_id: int) -> tuple[bytes, str]:
    """The package as it travels, and a name for it. Raises Forbidden, NotFound,
    Unavailable("file-damaged")."""
    permissions.require(actor, "exchange:download", {Relation.AGENCY})
    message = message_of(office.session(), actor, message_id)
    sha256 = message.payload_sha256
    if sha256 is None:
        raise NotFound("not-found")
    data = read_file(office, sha256)
    with transaction(office, actor) as work:
        work.audit("document:view_file", message, sha256=sha256)
    return data, f"goi-tin-{message_id}.edxml"


def _neighbours(session: Session, actor: Actor) -> Sequence[Dispatch]:
    query = (
        undelivered(actor).options(joinedload(Dispatch.document)).order_by(Dispatch.id).limit(50)
    )
    return session.scalars(query).all()
