"""The nightly job `remove_payloads`: takes away the bytes of packages that all recipients have
confirmed and whose time is over (`VANTHU_PAYLOAD_DAYS`). What the hub knows of them stays; the page
of the message says what was taken away and when."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import exists, or_, select

from domain.dates import VIETNAM, local
from domain.roles import SYSTEM
from models.exchange import OutboxItem, OutboxState
from models.files import StoredFile
from models.hub import Delivery, DeliveryState, HubAccount, HubMessage
from models.uplinks import Relay, UplinkArrival
from services import outbox
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import Work, transaction

KIND, QUEUE, WHOLE_HUB = "remove_payloads", "exchange", 0
NIGHT = time(2, 0, tzinfo=VIETNAM)
DAY = 24 * 3600
AT_ONCE = 100


def ensure(office: Office) -> None:
    """The job exists where there is something to keep to; cheap when it does, for the sweeper asks
    often."""
    if not office.settings.is_hub or office.settings.payload_days <= 0:
        return
    alive = select(OutboxItem.id).where(
        OutboxItem.kind == KIND, OutboxItem.state == OutboxState.DUE
    )
    known = office.session().scalar(alive.limit(1))
    office.session().rollback()
    if known is None:
        with transaction(office, SYSTEM) as work:
            if work.session.scalar(alive.limit(1)) is None:
                item = work.enqueue(QUEUE, KIND, WHOLE_HUB, repeat_seconds=DAY)
                item.due_at = _next_night(work.now)
                work.woken.clear()


def _next_night(now: datetime) -> datetime:
    tonight = datetime.combine(local(now).date(), NIGHT)
    return tonight if tonight > now else tonight + timedelta(days=1)


def remove_payloads(office: Office, lease: Lease) -> None:
    """Part after part, each in a transaction of its own that still holds the lease."""
    days = office.settings.payload_days
    while days > 0:
        with transaction(office, SYSTEM) as work:
            outbox.renew(work, lease)
            over = _over(work, work.now - timedelta(days=days))
            for message in over:
                _remove(work, message)
        if len(over) < AT_ONCE:
            break
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)


def _over(work: Work, before: datetime) -> Sequence[HubMessage]:
    """Messages accepted before that moment whose last recipient confirmed before it too."""
    of_message = Delivery.message_id == HubMessage.id
    open_one = or_(
        Delivery.state != DeliveryState.DONE,
        Delivery.finished_at.is_(None),
        Delivery.finished_at >= before,
    )
    query = select(HubMessage).where(
        HubMessage.created_at < before,
        HubMessage.payload_removed_at.is_(None),
        exists().where(of_message),
        ~exists().where(of_message, open_one),
    )
    return work.session.scalars(query.order_by(HubMessage.id).limit(AT_ONCE)).all()


def _remove(work: Work, message: HubMessage) -> None:
    """Under the lock of the sender, who might send the same bytes to one more recipient in this
    moment: it then finds them gone and brings them back (`acceptance._keep`)."""
    work.session.scalar(
        select(HubAccount.id).where(HubAccount.system_id == message.sender_code).with_for_update()
    )
    message.payload_removed_at = work.now
    sha256, size = message.payload_sha256, message.size
    work.audit("hub:payload_remove", message, doc_id=message.doc_id, sha256=sha256, size=size)
    work.session.flush()
    for each in _copies(work, message):
        if not _is_needed(work, each):
            _remove_file(work, each)


def _copies(work: Work, message: HubMessage) -> set[str]:
    """The package as it is kept here, as it came over an uplink, as it went on over others."""
    went = select(Relay.payload_sha256).where(Relay.message_id == message.id)
    came = select(UplinkArrival.original_sha256).where(UplinkArrival.message_id == message.id)
    found = {message.payload_sha256, *work.session.scalars(went), *work.session.scalars(came)}
    return found - {None}


def _is_needed(work: Work, sha256: str) -> bool:
    """Whether it is the package, or what goes on, of another message that is still here."""
    here = HubMessage.payload_removed_at.is_(None)
    kept = select(HubMessage.id).where(HubMessage.payload_sha256 == sha256, here)
    going = select(Relay.id).join(Relay.message).where(Relay.payload_sha256 == sha256, here)
    return any(work.session.scalar(each.limit(1)) is not None for each in (kept, going))


def _remove_file(work: Work, sha256: str) -> None:
    stored = work.session.get(StoredFile, sha256)
    if stored is not None:
        work.session.delete(stored)
        work.session.flush()
    work.office.files.remove(sha256)
