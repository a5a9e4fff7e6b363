"""What needs a person among all that was sent: recipients who refused, whom a document did not
reach, who are late to acknowledge, who were asked for something and did not agree to it. The home
page counts by the same condition as the list shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from domain import permissions
from domain.change_flow import ChangeKind, ChangeState
from domain.dates import VIETNAM
from domain.deadlines import URGENT_ANSWER, last_working_day_before
from domain.errors import NotFound
from domain.exchange_flow import BusinessCode, TransportState
from domain.outgoing_flow import OutgoingState
from domain.permissions import Relation
from domain.roles import Actor, Role
from models.changes import Change
from models.exchange import Direction, Dispatch
from models.outgoing import OutgoingDocument
from services.exchange import refusals, transport
from services.office import Office, holidays_around
from services.unit_of_work import transaction

PER_PAGE = 30
D = Dispatch
# A replacement is answered with the document that came with it: that one's own lateness counts.
ASKED_KINDS = (ChangeKind.REVOKE, ChangeKind.TAKE_BACK, ChangeKind.UPDATE)


@dataclass(frozen=True)
class Limits:
    """Documents sent before these and not handled yet are late (QĐ 28/2018, Điều 9; NĐ 30/2020,
    Điều 21: the same day, urgent ones at once)."""

    ordinary: datetime
    urgent: datetime


@dataclass(frozen=True)
class Need:
    """One recipient of one document, and why a person should look: `refused`, `failed`, `late`,
    or a change that was `unanswered` or `declined`."""

    dispatch: Dispatch
    reasons: tuple[str, ...]
    change: Change | None

    @property
    def said(self) -> str:
        """The recipient's own words, if there are any."""
        if self.change is not None and self.change.state == ChangeState.REFUSED:
            return self.change.answer
        told = refusals.said(self.dispatch)
        return told[-1].description if told else ""


def limits(now: datetime, today: date) -> Limits:
    day = last_working_day_before(today, holidays_around(today))
    midnight = datetime.combine(day + timedelta(days=1), time(), VIETNAM)
    return Limits(ordinary=midnight, urgent=now - URGENT_ANSWER)


def needing(actor: Actor, limit: Limits) -> ColumnElement[bool]:
    """The dispatches of the actor's agency that need a person."""
    ours = D.document.has(OutgoingDocument.agency_id == actor.agency_id)
    in_force = D.document.has(OutgoingDocument.state == OutgoingState.DISPATCHED)
    troubled = or_(refusals.told(), D.transport_state.in_(transport.IN_TROUBLE), _late(limit))
    unseen = and_(D.seen_at.is_(None), in_force, ~_given_back(), troubled)
    return and_(ours, or_(unseen, _asked()))


def counted(office: Office, actor: Actor) -> ColumnElement[bool]:
    return needing(actor, limits(office.now(), office.today()))


def listing(office: Office, actor: Actor, page: int) -> tuple[list[Need], int]:
    """One page, the oldest first, and how many there are. Raises Forbidden."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    session, limit = office.session(), limits(office.now(), office.today())
    where = needing(actor, limit)
    total = session.scalar(select(func.count(D.id)).where(where)) or 0
    query = (
        select(D)
        .where(where)
        .options(joinedload(D.document), selectinload(D.events), selectinload(D.changes))
        .order_by(D.queued_at, D.id)
        .limit(PER_PAGE)
        .offset((max(page, 1) - 1) * PER_PAGE)
    )
    return [_need(each, limit) for each in session.scalars(query).unique()], total


def settle(office: Office, actor: Actor, dispatch_id: int) -> None:
    """Notes that a person looked into it: it leaves the list. Raises Forbidden, NotFound."""
    permissions.require(actor, "exchange:resume", {Relation.AGENCY})
    with transaction(office, actor) as work:
        found = work.session.scalars(
            select(D)
            .join(D.document)
            .where(D.id == dispatch_id, OutgoingDocument.agency_id == actor.agency_id)
            .with_for_update(of=D)
        ).one_or_none()
        if found is None:
            raise NotFound("not-found")
        found.seen_at = work.now
        for change in found.changes:
            if change.state == ChangeState.REFUSED and change.seen_at is None:
                change.seen_at = work.now
        work.audit("exchange:seen", found.document, recipient=found.recipient_code)


def is_shown_to(actor: Actor) -> bool:
    """Whose home page counts them: the clerk's, who sends and answers for what was sent."""
    return actor.role == Role.CLERK


def _late(limit: Limits) -> ColumnElement[bool]:
    urgent = D.document.has(OutgoingDocument.urgency > 0)
    arrived = or_(D.business_state.is_(None), D.business_state == BusinessCode.ARRIVED)
    on_the_way = D.transport_state.in_([TransportState.SENT, TransportState.DELIVERED])
    past = or_(D.sent_at < limit.ordinary, and_(urgent, D.sent_at < limit.urgent))
    return and_(on_the_way, arrived, past)


def _asked() -> ColumnElement[bool]:
    """A change not answered, or declined and not yet taken note of."""
    declined = and_(Change.state == ChangeState.REFUSED, Change.seen_at.is_(None))
    return _changes(or_(Change.state == ChangeState.ASKED, declined), Change.kind.in_(ASKED_KINDS))


def _given_back() -> ColumnElement[bool]:
    over = or_(Change.kind.in_([ChangeKind.REVOKE, ChangeKind.TAKE_BACK]), Change.drops_us)
    return _changes(over, Change.state == ChangeState.AGREED)


def _changes(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Change.dispatch_id == D.id, Change.direction == Direction.OUT, *where)


def _need(dispatch: Dispatch, limit: Limits) -> Need:
    change = next((each for each in reversed(_sorted(dispatch.changes)) if _waits(each)), None)
    unseen = dispatch.seen_at is None
    tests = {
        "refused": unseen and bool(refusals.said(dispatch)),
        "failed": unseen and dispatch.transport_state in transport.IN_TROUBLE,
        "late": unseen and _is_late(dispatch, limit),
        "unanswered": change is not None and change.state == ChangeState.ASKED,
        "declined": change is not None and change.state == ChangeState.REFUSED,
    }
    return Need(dispatch, tuple(name for name, true in tests.items() if true), change)


def _sorted(changes: Sequence[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.id)


def _waits(change: Change) -> bool:
    if change.kind not in ASKED_KINDS:
        return False
    declined = change.state == ChangeState.REFUSED and change.seen_at is None
    return change.state == ChangeState.ASKED or declined


def _is_late(dispatch: Dispatch, limit: Limits) -> bool:
    if dispatch.business_state not in (None, BusinessCode.ARRIVED) or dispatch.sent_at is None:
        return False
    if dispatch.transport_state not in (TransportState.SENT, TransportState.DELIVERED):
        return False
    urgent = dispatch.document.urgency > 0 and dispatch.sent_at < limit.urgent
    return urgent or dispatch.sent_at < limit.ordinary
