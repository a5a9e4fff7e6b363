"""What an operator may do with one delivery: offer it again, hold it back, let it go. Each with a
reason, which stays in the audit chain and on the message's page."""

from sqlalchemy import select

from domain.errors import Conflict, Invalid, NotFound
from domain.roles import Actor
from domain.text import nfc
from models.hub import Delivery, DeliveryState
from services.hub import relaying, waiting
from services.hub.acceptance import offer_again
from services.hub.access import require_manage
from services.office import Office
from services.unit_of_work import Work, transaction


def again(office: Office, actor: Actor, delivery_id: int, reason: str) -> int:
    """Offers the package to its recipient once more, also one that has confirmed it: it may have
    lost it, and knows it by its bytes if not. Gives the message's id, as the others do.

    Raises Forbidden, NotFound, Invalid("required"), Conflict("wrong-state") for one that waits
    anyway or is held back, Conflict("payload-removed").
    """
    require_manage(actor)
    with transaction(office, actor) as work:
        delivery, told = _load(work, delivery_id, reason)
        if delivery.parked_at or delivery.state == DeliveryState.INITIAL:
            raise Conflict("wrong-state")
        if delivery.message.payload_removed_at:
            raise Conflict("payload-removed")
        offer_again(delivery)
        work.session.flush()
        relaying.send_on(work, delivery.message, [delivery.recipient_code])
        work.audit("hub:delivery_again", delivery, **told)
    waiting.tell(office, [delivery.recipient_code])
    return delivery.message_id


def park(office: Office, actor: Actor, delivery_id: int, reason: str) -> int:
    """Holds a package back that its recipient has not confirmed: nobody is offered it, whoever asks
    for it is told so. Raises as `again`."""
    require_manage(actor)
    with transaction(office, actor) as work:
        delivery, told = _load(work, delivery_id, reason)
        if delivery.parked_at or delivery.state == DeliveryState.DONE:
            raise Conflict("wrong-state")
        delivery.parked_at, delivery.parked_reason = work.now, told["reason"]
        work.audit("hub:delivery_park", delivery, **told)
        return delivery.message_id


def unpark(office: Office, actor: Actor, delivery_id: int, reason: str) -> int:
    """Offers again what was held back. Raises as `again`."""
    require_manage(actor)
    with transaction(office, actor) as work:
        delivery, told = _load(work, delivery_id, reason)
        if not delivery.parked_at:
            raise Conflict("wrong-state")
        delivery.parked_at, delivery.parked_reason = None, ""
        if delivery.relay_id is None and delivery.state == DeliveryState.INITIAL:
            relaying.send_on(work, delivery.message, [delivery.recipient_code])
        work.audit("hub:delivery_unpark", delivery, **told)
    waiting.tell(office, [delivery.recipient_code])
    return delivery.message_id


def _load(work: Work, delivery_id: int, reason: str) -> tuple[Delivery, dict]:
    query = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    delivery = work.session.scalar(query)
    if delivery is None:
        raise NotFound("not-found")
    reason = nfc(reason)[:500]
    if not reason:
        raise Invalid("required", field="reason")
    return delivery, {
        "doc_id": delivery.doc_id,
        "message_id": delivery.message_id,
        "recipient": delivery.recipient_code,
        "state": delivery.state,
        "reason": reason,
    }
