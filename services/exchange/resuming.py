"""What a person may do about a message that stands still: have it tried again, at once; or, where
nothing can be tried, note that they looked into it."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, or_, select

from domain import permissions
from domain.errors import Conflict, NotFound
from domain.exchange_flow import TransportState
from domain.permissions import Relation
from domain.roles import Actor
from models.exchange import Dispatch, ExchangeMessage, OutboxItem, Route
from models.outgoing import OutgoingDocument
from services import outbox
from services.exchange import dispatching, links, refusals, transport
from services.exchange.entries import entries, message_of, open_item
from services.office import Office
from services.unit_of_work import Work, transaction

STANDING = frozenset({TransportState.QUEUED, *transport.IN_TROUBLE})


def resume(office: Office, actor: Actor, message_id: int) -> None:
    """Has a message tried again at once. Raises Forbidden, NotFound, Conflict("wrong-state")."""
    permissions.require(actor, "exchange:resume", {Relation.AGENCY})
    with transaction(office, actor) as work:
        message = message_of(work.session, actor, message_id)
        found = entries(work.session, [message])[0]
        if not (found.can_resume or found.can_hurry):
            raise Conflict("wrong-state", action="resume", state=message.state)
        transport.requeued(work, message, _gone(work, message))
        _try_again(work, links.QUEUE, "send", message.id, found.item)
        work.audit("exchange:resumed", message, document_uid=message.document_uid)


def _gone(work: Work, message: ExchangeMessage) -> set[str]:
    waiting = {TransportState.QUEUED, *transport.IN_TROUBLE}
    return dispatching.unreachable(work, message.id, waiting)


def settle(office: Office, actor: Actor, message_id: int) -> None:
    """Notes that a person looked into a package that came in and was not taken: it leaves the list
    of what needs attention and stays with what was received. Raises as `resume`."""
    permissions.require(actor, "exchange:resume", {Relation.AGENCY})
    with transaction(office, actor) as work:
        message = message_of(work.session, actor, message_id)
        if not entries(work.session, [message])[0].can_settle:
            raise Conflict("wrong-state", action="settle", state=message.state)
        message.seen_at = work.now
        work.audit("exchange:seen", message, problem=message.problem)


def resend(office: Office, actor: Actor, dispatch_id: int) -> None:
    """Has a document tried again for one recipient: the delivery to an agency of this node, or, by
    the hub, the same document under the same id in a package for this recipient alone; so also for
    one who had it and refused. Raises Forbidden, NotFound, Invalid("hub-link-missing")."""
    permissions.require(actor, "exchange:resume", {Relation.AGENCY})
    with transaction(office, actor) as work:
        dispatch = _to_resend(work, dispatch_id)
        if dispatch.transport_state == TransportState.DELIVERED:
            refusals.begin_anew(work, dispatch)
        else:
            transport.requeued_dispatch(dispatch)
        if dispatch.route == Route.HUB:
            dispatching.send_alone(work, dispatch)
        else:
            waiting = open_item(work.session, "deliver", dispatch.id)
            _try_again(work, links.INSIDE, "deliver", dispatch.id, waiting)
        work.audit("exchange:resumed", dispatch.document, recipient=dispatch.recipient_code)


def _to_resend(work: Work, dispatch_id: int) -> Dispatch:
    refused = (
        select(Dispatch)
        .join(OutgoingDocument)
        .where(OutgoingDocument.agency_id == work.actor.agency_id)
    )
    for query in (undelivered(work.actor), refused):
        found = work.session.scalars(
            query.where(Dispatch.id == dispatch_id).with_for_update(of=Dispatch)
        ).one_or_none()
        if found is not None and (query is not refused or refusals.is_returnable(found)):
            return found
    raise NotFound("not-found")


def resendable(office: Office, actor: Actor, dispatches: Sequence[Dispatch]) -> set[int]:
    """Those of these dispatches that the actor may have tried again by themselves."""
    if not permissions.allowing(actor, "exchange:resume", {Relation.AGENCY}):
        return set()
    known = {each.id for each in dispatches if refusals.is_returnable(each) or _is_here(each)}
    failed = [each.id for each in dispatches if each.transport_state == TransportState.FAILED]
    left_out = [dispatch_id for dispatch_id in failed if dispatch_id not in known]
    if not left_out:  # only of these the whole package's state is to be asked
        return known
    query = undelivered(actor).where(Dispatch.id.in_(left_out))
    return known | {dispatch.id for dispatch in office.session().scalars(query)}


def _is_here(dispatch: Dispatch) -> bool:
    """For an agency of this node, and not with it yet."""
    return dispatch.route == Route.INTERNAL and dispatch.transport_state in STANDING


def _try_again(work: Work, queue: str, kind: str, subject_id: int, item: OutboxItem | None) -> None:
    if item is None:
        work.enqueue(queue, kind, subject_id)
    else:
        outbox.resume(work, item)


def undelivered(actor: Actor) -> Select[tuple[Dispatch]]:
    """Dispatches that can be tried again by themselves: to agencies of this node that are not there
    yet; to one recipient beyond the hub for whom it failed, while the package as a whole went."""
    inside = and_(
        Dispatch.route == Route.INTERNAL,
        Dispatch.transport_state.not_in([TransportState.DELIVERED, TransportState.CANCELLED]),
    )
    left_out = and_(
        Dispatch.route == Route.HUB,
        Dispatch.transport_state == TransportState.FAILED,
        ExchangeMessage.state.not_in(transport.IN_TROUBLE),
    )
    return (
        select(Dispatch)
        .join(OutgoingDocument)
        .outerjoin(ExchangeMessage, ExchangeMessage.id == Dispatch.message_id)
        .where(OutgoingDocument.agency_id == actor.agency_id, or_(inside, left_out))
    )
