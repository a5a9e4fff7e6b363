"""What the operator sees: messages in transit with the state of their deliveries, one message with
its timeline, the systems and what waits for each. Metadata only; the hub shows nobody's content."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import contains_eager
from sqlalchemy.sql.elements import ColumnElement

from domain.dates import VIETNAM
from domain.errors import NotFound
from domain.roles import Actor
from domain.text import fold
from models.audit import AuditEntry
from models.exchange import MessageKind
from models.hub import Delivery, DeliveryState, DirectoryEntry, HubMessage
from models.search_words import has_words
from services.hub import lookup, receipts
from services.hub.access import require_view
from services.hub.deliveries import UNFINISHED
from services.office import Office

PER_PAGE = 25
DELIVERIES_PER_PAGE = 50
STATUSES_SHOWN = 200
AUDITED_SHOWN = 200
MOST_COUNTED = 10_000
PARKED = "PARKED"  # shown as a state of its own; underneath lies the one before


@dataclass(frozen=True)
class Filters:
    """`sender` and `recipient` are a code or words of a name, `since` and `until` days on which the
    hub accepted it; `state` may also be PARKED. Empty means any."""

    text: str = ""
    state: str = ""
    kind: str = ""
    sender: str = ""
    recipient: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class MessageRow:
    """A message with how many deliveries are in which state, and one of its recipients."""

    message: HubMessage
    sender_name: str
    recipient_name: str
    states: Mapping[DeliveryState, int]

    @property
    def recipients(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True)
class MessagePage:
    """One message, a page of its deliveries, which of them should have a receipt and have none, the
    statuses about its document, what the audit chain says of it, names by code."""

    message: HubMessage
    deliveries: Sequence[Delivery]
    unsigned: Collection[int]
    states: Mapping[DeliveryState, int]
    statuses: Sequence[HubMessage]
    audited: Sequence[AuditEntry]
    names: Mapping[str, str]

    @property
    def recipients(self) -> int:
        return sum(self.states.values())


def messages(
    office: Office, actor: Actor, filters: Filters, page: int = 1
) -> tuple[list[MessageRow], int]:
    """One page of messages, the newest first, and how many there are: of very many MOST_COUNTED.
    Raises Forbidden."""
    require_view(actor)
    query = select(HubMessage).where(*_conditions(office, filters))
    session = office.session()
    counted = query.with_only_columns(HubMessage.id).limit(MOST_COUNTED).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    ordered = query.order_by(HubMessage.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    found = session.scalars(ordered).all()
    groups = _grouped(office, [message.id for message in found])
    codes = {m.sender_code for m in found} | {g.recipient for rows in groups.values() for g in rows}
    names = lookup.names(office, codes)
    return [_row(message, groups.get(message.id, []), names) for message in found], total


def _row(message: HubMessage, groups: Sequence[Row], names: Mapping[str, str]) -> MessageRow:
    first = min((group.recipient for group in groups), default="")
    return MessageRow(
        message=message,
        sender_name=names.get(message.sender_code, message.sender_code),
        recipient_name=names.get(first, first),
        states={group.state: group.number for group in groups},
    )


def _grouped(office: Office, message_ids: list[int]) -> dict[int, list[Row]]:
    """For each message: state, number of deliveries in it, the first recipient among them."""
    state = case((Delivery.parked_at.is_not(None), PARKED), else_=Delivery.state)
    query = (
        select(
            Delivery.message_id,
            state.label("state"),
            func.count().label("number"),
            func.min(Delivery.recipient_code).label("recipient"),
        )
        .where(Delivery.message_id.in_(message_ids))
        .group_by(Delivery.message_id, state)
    )
    groups: dict[int, list[Row]] = {}
    for row in office.session().execute(query):
        groups.setdefault(row.message_id, []).append(row)
    return groups


def _conditions(office: Office, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [_said(filters.text)] if fold(filters.text) else []
    if filters.kind in set(MessageKind):
        conditions.append(HubMessage.kind == filters.kind)
    if filters.sender.strip():
        conditions.append(HubMessage.sender_code.in_(_codes_like(filters.sender)))
    if filters.since:
        conditions.append(HubMessage.created_at >= datetime.combine(filters.since, time(), VIETNAM))
    if filters.until:
        last = datetime.combine(filters.until, time.max, VIETNAM)
        conditions.append(HubMessage.created_at <= last)
    delivery = [*_in_state(filters.state)]
    if filters.recipient.strip():
        delivery.append(Delivery.recipient_code.in_(_codes_like(filters.recipient)))
    if delivery:
        conditions.append(exists().where(Delivery.message_id == HubMessage.id, *delivery))
    return conditions


def _in_state(state: str) -> list[ColumnElement[bool]]:
    if state == PARKED:
        return [Delivery.parked_at.is_not(None)]
    return [Delivery.state == state] if state in set(DeliveryState) else []


def _said(text: str) -> ColumnElement[bool]:
    """All words in the message's reference and subject, or in the name or code of who sent or gets
    it, or its id or that of a delivery. Each of them is found by an index of its own."""
    party, doc_id = _codes_like(text), text.strip()
    to_party = or_(Delivery.recipient_code.in_(party), Delivery.doc_id == doc_id)
    of_delivery = select(Delivery.message_id).where(to_party).order_by(Delivery.id.desc())
    return or_(
        has_words(HubMessage, text, MOST_COUNTED),
        HubMessage.sender_code.in_(party),
        HubMessage.doc_id == doc_id,
        HubMessage.id.in_(of_delivery.limit(MOST_COUNTED)),
    )


def _codes_like(text: str) -> Select[tuple[str]]:
    return select(DirectoryEntry.code).where(*lookup.matches(text))


def unfinished_counts(office: Office) -> dict[str, int]:
    """How many deliveries are in each state but DONE, those that are held back apart."""
    state = case((Delivery.parked_at.is_not(None), PARKED), else_=Delivery.state)
    query = select(state, func.count()).where(Delivery.state.in_(UNFINISHED)).group_by(state)
    return dict(office.session().execute(query).all())


def message(office: Office, actor: Actor, message_id: int, page: int = 1) -> MessagePage:
    """One message with everything known of its way. Raises Forbidden, NotFound("not-found")."""
    require_view(actor)
    session = office.session()
    found = session.get(HubMessage, message_id)
    if found is None:
        raise NotFound("not-found")
    deliveries = session.scalars(
        select(Delivery)
        .where(Delivery.message_id == message_id)
        .order_by(Delivery.id)
        .limit(DELIVERIES_PER_PAGE)
        .offset((page - 1) * DELIVERIES_PER_PAGE)
    ).all()
    groups = _grouped(office, [message_id]).get(message_id, [])
    statuses = _statuses(office, found)
    codes = {d.recipient_code for d in deliveries} | {s.sender_code for s in statuses}
    return MessagePage(
        message=found,
        deliveries=deliveries,
        unsigned=receipts.unsigned(office, deliveries) if found.kind == MessageKind.EDOC else set(),
        states={group.state: group.number for group in groups},
        statuses=statuses,
        audited=_audited(office, found, deliveries),
        names=lookup.names(office, codes | {found.sender_code}),
    )


def _audited(
    office: Office, message: HubMessage, deliveries: Sequence[Delivery]
) -> Sequence[AuditEntry]:
    """The entries about a message and these of its deliveries, in order."""
    of_message = and_(
        AuditEntry.subject_type == HubMessage.__tablename__, AuditEntry.subject_id == message.id
    )
    of_delivery = and_(
        AuditEntry.subject_type == Delivery.__tablename__,
        AuditEntry.subject_id.in_([delivery.id for delivery in deliveries]),
    )
    query = select(AuditEntry).where(or_(of_message, of_delivery)).order_by(AuditEntry.sequence)
    return office.session().scalars(query.limit(AUDITED_SHOWN)).all()


def _statuses(office: Office, document: HubMessage) -> Sequence[HubMessage]:
    """Status messages between the sender and the recipients of a document that name its id."""
    if document.kind != MessageKind.EDOC or not document.document_uid:
        return []
    query = (
        select(HubMessage)
        .join(HubMessage.deliveries)
        .where(
            HubMessage.kind == MessageKind.STATUS,
            HubMessage.document_uid == document.document_uid,
            or_(
                HubMessage.sender_code == document.sender_code,
                Delivery.recipient_code == document.sender_code,
            ),
        )
        .options(contains_eager(HubMessage.deliveries))
        .order_by(HubMessage.id)
        .limit(STATUSES_SHOWN)
    )
    return office.session().scalars(query).unique().all()
