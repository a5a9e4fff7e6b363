"""Messages with what is about them: the document, the status code, the work that still waits; in
a few statements for a whole list."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.exchange_flow import TransportState
from domain.roles import Actor
from models.exchange import Direction, ExchangeMessage, OutboxItem, OutboxState, StatusEvent
from models.incoming import IncomingDocument, Paper
from models.outgoing import OutgoingDocument
from services.exchange import transport

M = ExchangeMessage


@dataclass(frozen=True)
class About:
    """What a message is about, in words and as the document's page."""

    kind: str = ""  # outgoing | incoming
    document_id: int | None = None
    reference: str = ""
    subject: str = ""


@dataclass
class Entry:
    """A message with what it is about, its business status code and its waiting work."""

    message: ExchangeMessage
    about: About = About()
    code: str = ""
    item: OutboxItem | None = None

    @property
    def problem(self) -> str:
        return self.message.problem or (self.item.problem if self.item else "")

    @property
    def can_resume(self) -> bool:
        return self.message.direction == Direction.OUT and (
            self.message.state in transport.IN_TROUBLE
            or (self.item is not None and self.item.state == OutboxState.PARKED)
        )

    @property
    def can_settle(self) -> bool:
        """A package that came in cannot be tried again: a person looks at it, and that is all."""
        in_trouble = self.message.state in transport.IN_TROUBLE
        unseen = self.message.seen_at is None
        return self.message.direction == Direction.IN and in_trouble and unseen

    @property
    def can_hurry(self) -> bool:
        waits = self.message.state == TransportState.QUEUED and bool(self.problem)
        return self.message.direction == Direction.OUT and waits and not self.can_resume


def message_of(session: Session, actor: Actor, message_id: int) -> ExchangeMessage:
    found = session.scalars(
        select(M).where(M.id == message_id, M.agency_id == actor.agency_id)
    ).one_or_none()
    if found is None:
        raise NotFound("not-found")
    return found


def entries(session: Session, messages: Sequence[ExchangeMessage]) -> list[Entry]:
    outgoing, incoming = _outgoing(session, messages), _incoming(session, messages)
    codes, items = _codes(session, messages), _items(session, messages)
    return [
        Entry(
            message,
            outgoing.get(message.outgoing_id) or incoming.get(message.id) or About(),
            codes.get(message.status_event_id, ""),
            items.get(message.id),
        )
        for message in messages
    ]


def _outgoing(session: Session, messages: Sequence[ExchangeMessage]) -> dict[int, About]:
    ids = {m.outgoing_id for m in messages if m.outgoing_id}
    query = select(OutgoingDocument).where(OutgoingDocument.id.in_(ids))
    found = session.scalars(query) if ids else ()
    return {d.id: About("outgoing", d.id, d.reference, d.subject) for d in found}


def _incoming(session: Session, messages: Sequence[ExchangeMessage]) -> dict[int, About]:
    """By the message that brought the document, or the status that was told of it."""
    ids = {m.id for m in messages if not m.outgoing_id}
    if not ids:
        return {}
    columns = (IncomingDocument.id, Paper.reference, Paper.subject)
    main = and_(Paper.document_id == IncomingDocument.id, Paper.ordinal == 1)
    brought = select(IncomingDocument.message_id, *columns).join(Paper, main)
    told = (
        select(M.id, *columns)
        .join(StatusEvent, StatusEvent.id == M.status_event_id)
        .join(IncomingDocument, IncomingDocument.id == StatusEvent.incoming_id)
        .join(Paper, main)
    )
    both = brought.where(IncomingDocument.message_id.in_(ids)).union_all(told.where(M.id.in_(ids)))
    return {row[0]: About("incoming", *row[1:]) for row in session.execute(both)}


def _codes(session: Session, messages: Sequence[ExchangeMessage]) -> dict[int, str]:
    ids = {m.status_event_id for m in messages if m.status_event_id}
    query = select(StatusEvent.id, StatusEvent.code).where(StatusEvent.id.in_(ids))
    return dict(session.execute(query).tuples().all()) if ids else {}


def _items(session: Session, messages: Sequence[ExchangeMessage]) -> dict[int, OutboxItem]:
    ids = {m.id for m in messages if m.direction == Direction.OUT}
    return {item.subject_id: item for item in session.scalars(open_items("send", ids))}


def open_item(session: Session, kind: str, subject_id: int) -> OutboxItem | None:
    return session.scalars(open_items(kind, {subject_id})).first()


def open_items(kind: str, subject_ids: set[int]):
    return select(OutboxItem).where(
        OutboxItem.kind == kind,
        OutboxItem.subject_id.in_(subject_ids),
        OutboxItem.state != OutboxState.DONE,
    )
