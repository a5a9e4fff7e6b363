"""The job `relay`: a package goes over an uplink, as a node's package goes to its hub (services/
exchange/sending.py): the bytes are pinned; the axis there gets them, again the same if need be; the
result is written together with the end of the job. So a lost answer or a dead worker leads to the
same bytes once more, which the axis there knows, never to a second document.

The higher axis takes a package for all of its recipients or for none: when it refuses one of
several, each goes alone."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import select

from adapters.axis.errors import AxisError, PermanentAxisError
from adapters.edxml.errors import MalformedPackage
from adapters.edxml.relay import with_hop
from domain.errors import Conflict, NotFound, Refusal
from domain.roles import SYSTEM, Actor, Role
from models.exchange import MessageKind, OutboxItem, OutboxState
from models.hub import Delivery, DeliveryState, HubMessage
from models.uplinks import Relay, RelayState
from services import outbox
from services.accounts import posts
from services.carrying import Carriage
from services.exchange import links
from services.hub import routing, uplinks
from services.hub.access import require_manage
from services.office import Office
from services.outbox import Lease
from services.stored_files import kept
from services.unit_of_work import Work, transaction

KIND = "relay"
MEDIA_TYPE = "application/xml"
RECIPIENT_CODES = {"18", "23"}
ON_THE_WAY = (DeliveryState.INITIAL, DeliveryState.PROCESSING)


def send_on(work: Work, message: HubMessage, codes: Collection[str]) -> None:
    """Lets those of a message's deliveries for `codes` go on whose recipient is elsewhere: one
    package for each uplink; what another hub fetches is marked with its code."""
    ways = routing.ways(work.office, codes)
    if set(ways.values()) == {routing.HERE}:
        return
    offered = select(Delivery).where(
        Delivery.message_id == message.id, Delivery.recipient_code.in_(codes)
    )
    together = defaultdict(list)
    for delivery in work.session.scalars(offered.order_by(Delivery.id)):
        way = ways[delivery.recipient_code]
        delivery.via_code = way.via
        if way.uplink_id is not None:
            together[way.uplink_id].append(delivery)
    for uplink_id, group in together.items():
        _start(work, uplink_id, message, group)


def _start(work: Work, uplink_id: int, message: HubMessage, group: Sequence[Delivery]) -> None:
    relay = Relay(uplink_id=uplink_id, message_id=message.id, created_at=work.now)
    work.session.add(relay)
    work.session.flush()
    for delivery in group:
        delivery.relay_id = relay.id
    work.enqueue(links.QUEUE, KIND, relay.id, priority=message.urgency)


def relay(office: Office, lease: Lease) -> None:
    found = office.session().get(Relay, lease.subject_id, populate_existing=True)
    codes = _recipients(office, lease.subject_id)
    if found is None or found.state != RelayState.QUEUED:
        with transaction(office, SYSTEM) as work:
            return outbox.settle(work, lease)
    if not codes:
        return _failed(office, lease, "delivery-held", codes)
    uplink_id, kind = found.uplink_id, found.message.kind
    carriage = Carriage(office, lease)
    try:
        sha256 = found.payload_sha256 or _pin(office, lease, found, carriage)
        package = carriage.package(sha256)
        with uplinks.connect(office, uplink_id) as axis:
            remote_doc_id = axis.send_edoc(package, str(kind), codes)
    except PermanentAxisError as error:
        return _refused(office, lease, error, codes)
    except MalformedPackage as error:
        return _failed(office, lease, f"{error.code}:{error.fields.get('reason')}", codes)
    except (AxisError, Refusal) as error:
        return _unanswered(office, lease, uplink_id, links.problem_of(error))
    return _accepted(office, lease, remote_doc_id, codes)


def _recipients(office: Office, relay_id: int) -> list[str]:
    query = select(Delivery.recipient_code).where(
        Delivery.relay_id == relay_id,
        Delivery.state.in_(ON_THE_WAY),
        Delivery.parked_at.is_(None),
    )
    return list(office.session().scalars(query.order_by(Delivery.id)))


def _pin(office: Office, lease: Lease, relay: Relay, carriage: Carriage) -> str:
    """The package with our hop, unless it came over an uplink and bears it already. The hop's time
    is that of the acceptance: the same package goes up as the same bytes, whenever and how often
    (a recipient that is added later, another uplink)."""
    message, code, sha256 = relay.message, relay.uplink.system_id, relay.message.payload_sha256
    if message.original_sha256 is None:
        created_at = message.created_at
        with office.files.open(sha256) as source:
            hopped = with_hop(source, code, created_at)
            sha256 = office.files.put(carriage.held(hopped))
    size = kept(office.files, sha256).size
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        work.record_file(sha256, size, MEDIA_TYPE)
        work.session.get(Relay, lease.subject_id).payload_sha256 = sha256
    return sha256


def _accepted(office: Office, lease: Lease, remote_doc_id: str, codes: Collection[str]) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        relay = work.session.get(Relay, lease.subject_id)
        relay.state, relay.problem, relay.sent_at = RelayState.SENT, "", work.now
        relay.remote_doc_id = remote_doc_id[:100]
        is_status = relay.message.kind == MessageKind.STATUS
        for delivery in _gone(work, relay, codes):
            delivery.fetched_at = work.now
            # Nobody asks on after a status; what becomes of a document is followed (`descending`).
            delivery.state = DeliveryState.DONE if is_status else DeliveryState.PROCESSING
            delivery.finished_at = work.now if is_status else None
        uplinks.answered(work, relay.uplink_id)
        work.audit("hub:relay", relay.message, **_told(relay))


def _told(relay: Relay) -> dict:
    return {
        "doc_id": relay.message.doc_id,
        "uplink": relay.uplink.name,
        "remote_doc_id": relay.remote_doc_id,
        "payload_sha256": relay.payload_sha256,
        "problem": relay.problem,
    }


def _refused(office: Office, lease: Lease, error: PermanentAxisError, codes: Sequence[str]) -> None:
    if error.code not in RECIPIENT_CODES or len(codes) == 1:
        return _failed(office, lease, links.problem_of(error), codes)
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        relay = work.session.get(Relay, lease.subject_id)
        relay.state, relay.problem = RelayState.FAILED, "relay-split"
        for delivery in _deliveries(work, relay):
            _start(work, relay.uplink_id, relay.message, [delivery])
    return None


def _failed(office: Office, lease: Lease, problem: str, codes: Collection[str]) -> None:
    """Repeating will not help: the sender is told by the state of the delivery, and the operators
    see it."""
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        relay = work.session.get(Relay, lease.subject_id)
        _stop(work, relay, RelayState.FAILED, problem)
        for delivery in _gone(work, relay, codes):
            delivery.state, delivery.finished_at = DeliveryState.FAIL, work.now


def _unanswered(office: Office, lease: Lease, uplink_id: int, problem: str) -> None:
    """Unknown, maybe accepted: the same bytes again later, for a week; then a person decides."""
    with transaction(office, SYSTEM) as work:
        relay = work.session.get(Relay, lease.subject_id)
        relay.problem = problem[:500]
        uplinks.troubled(work, uplink_id, problem)
        if outbox.postpone(work, lease, problem):
            _stop(work, relay, RelayState.PARKED, problem)


def _stop(work: Work, relay: Relay, state: RelayState, problem: str) -> None:
    relay.state, relay.problem = state, problem[:500]
    work.audit("hub:relay_failed", relay.message, **_told(relay))
    tell_operators(work, "hub:relay_failed", relay.message, problem)


def tell_operators(work: Work, kind: str, subject: object, problem: str) -> None:
    summary = getattr(subject, "subject", "") or getattr(subject, "name", "") or problem
    for post in posts.holders(work.session, None, {Role.OPERATOR}, work.office.today()):
        work.notify(post.person_id, kind, subject, summary, problem=problem[:500])


def _deliveries(work: Work, relay: Relay) -> Sequence[Delivery]:
    query = select(Delivery).where(Delivery.relay_id == relay.id, Delivery.state.in_(ON_THE_WAY))
    return work.session.scalars(query.order_by(Delivery.id)).all()


def _gone(work: Work, relay: Relay, codes: Collection[str]) -> list[Delivery]:
    """The deliveries that went with this package. One that was held back meanwhile did not: it goes
    by a package of its own when it is let go (`holding.unpark`)."""
    went = []
    for delivery in _deliveries(work, relay):
        if delivery.recipient_code in codes:
            went.append(delivery)
        else:
            delivery.relay_id = None
    return went


def resume(office: Office, actor: Actor, relay_id: int) -> None:
    """Has a package tried again that was refused or given up, its deliveries with it.

    Raises Forbidden, NotFound, Conflict("wrong-state").
    """
    require_manage(actor)
    with transaction(office, actor) as work:
        relay = work.session.get(Relay, relay_id, with_for_update=True)
        if relay is None:
            raise NotFound("not-found")
        if relay.state not in (RelayState.FAILED, RelayState.PARKED):
            raise Conflict("wrong-state")
        waiting = select(Delivery).where(
            Delivery.relay_id == relay.id, Delivery.state != DeliveryState.DONE
        )
        for delivery in work.session.scalars(waiting):
            delivery.state, delivery.finished_at = DeliveryState.INITIAL, None
        relay.state, relay.problem = RelayState.QUEUED, ""
        parked = select(OutboxItem).where(
            OutboxItem.kind == KIND,
            OutboxItem.subject_id == relay.id,
            OutboxItem.state == OutboxState.PARKED,
        )
        item = work.session.scalars(parked).first()
        if item is None:
            work.enqueue(links.QUEUE, KIND, relay.id, priority=relay.message.urgency)
        else:
            outbox.resume(work, item)
        work.audit("hub:relay_resume", relay.message, **_told(relay))
