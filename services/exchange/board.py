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
from models.changes import Change
from models.exchange import (
    Direction,
    Dispatch,
    ExchangeMessage,
    HubCircuit,
    OutboxItem,
    OutboxState,
)
from services.changes import queries as changes
from services.exchange import circuits, links, needing, transport
from services.exchange.entries import Entry, entries, message_of
from services.exchange.resuming import undelivered
from services.office import Office
from services.stored_files import read_file
from services.unit_of_work import transaction

PER_PAGE = 25
SHOWN = 50  # of the recipients of one package; its document lists all
M = ExchangeMessage


@dataclass(frozen=True)
class Line:
    """How the line to the hub stands, and how many things each tab lists."""

    link: HubLink | None
    circuit: HubCircuit | None
    counts: dict[str, int]


@dataclass
class Board:
    line: Line
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
    chosen = tabs[tab if tab in tabs else TABS[0]]
    newest = select(M).where(ours, chosen).order_by(M.id.desc())
    messages = session.scalars(newest.limit(PER_PAGE).offset((max(page, 1) - 1) * PER_PAGE)).all()
    line = line_of(office, actor)
    return Board(
        line=line,
        entries=entries(session, messages),
        total=line.counts[tab if tab in tabs else TABS[0]],
        neighbours=_neighbours(session, actor),
    )


def besides(office: Office, actor: Actor) -> dict[str, int]:
    """Counts of the lists beside the packages: recipients that need a person, what to answer."""
    needs = select(func.count(Dispatch.id)).where(needing.counted(office, actor))
    waiting = select(func.count(Change.id)).where(changes.waiting(actor))
    row = (
        office.session()
        .execute(
            select(
                needs.scalar_subquery().label("needs"), waiting.scalar_subquery().label("answer")
            )
        )
        .one()
    )
    return dict(row._mapping)


def line_of(office: Office, actor: Actor) -> Line:
    """The agency's line to the hub and the counts of all tabs. Raises Forbidden."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    session = office.session()
    link = links.of_agency(session, actor.agency_id)
    return Line(
        link=link,
        circuit=circuits.of_endpoint(session, link.endpoint) if link else None,
        counts=_packages(session, actor) | besides(office, actor),
    )


def entry(office: Office, actor: Actor, message_id: int) -> tuple[Entry, list[Dispatch]]:
    """One message and the first of the dispatches it carries. Raises Forbidden, NotFound."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    session = office.session()
    message = message_of(session, actor, message_id)
    dispatches = session.scalars(
        select(Dispatch).where(Dispatch.message_id == message.id).order_by(Dispatch.id).limit(SHOWN)
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


def _packages(session: Session, actor: Actor) -> dict[str, int]:
    counted = session.execute(
        select(*(func.count().filter(each).label(name) for name, each in _tabs().items()))
        .select_from(M)
        .where(M.agency_id == actor.agency_id)
    ).one()
    return dict(counted._mapping)


def _neighbours(session: Session, actor: Actor) -> Sequence[Dispatch]:
    query = (
        undelivered(actor).options(joinedload(Dispatch.document)).order_by(Dispatch.id).limit(50)
    )
    return session.scalars(query).all()
