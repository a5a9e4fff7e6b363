"""The job `uplink_poll`, again and again for each uplink: fetches what a higher axis holds for
agencies of ours, adds our hop, accepts it like any other package, and acknowledges it; then asks
what became of the documents that went up.

Each step may be the last before the process dies. The package is known again by the digest it came
with, so a second try leads to the same message; the acknowledgement comes last."""

import time
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from functools import partial
from typing import BinaryIO

import structlog
from sqlalchemy import func, select

from adapters.axis.connectors import Connector
from adapters.axis.errors import AxisError, AxisRefusal, NotOffered, PermanentAxisError
from adapters.axis.records import ReceivedItem
from adapters.edxml.errors import MalformedPackage
from adapters.edxml.relay import with_hop
from domain.errors import Refusal, Unavailable
from domain.roles import SYSTEM
from models.exchange import MessageKind
from models.hub import Delivery, DeliveryState, HubMessage
from models.uplinks import Relay, RelayState, Uplink, UplinkArrival
from services import outbox
from services.carrying import Carriage
from services.exchange import links
from services.hub import above, acceptance, relaying, routing, tracing, uplinks
from services.hub.acceptance import Came
from services.hub.envelope import Envelope, open_envelope
from services.office import Office
from services.outbox import Lease, LeaseLost
from services.stored_files import kept
from services.unit_of_work import Work, transaction

log = structlog.get_logger()
MEDIA_TYPE = "application/xml"
HARD_LIMIT = 100  # width of the column: no hub writes longer ids
FAILURES = 3
FOLLOWED = 50
ROUND_SECONDS = 120
PIECE = 256 * 1024
WORDS = {"done": DeliveryState.DONE, "fail": DeliveryState.FAIL}


def uplink_poll(office: Office, lease: Lease) -> None:
    uplink_id, problem, left = lease.subject_id, "", 0
    try:
        with uplinks.connect(office, uplink_id) as axis:
            for kind in MessageKind:
                left += _Round(office, lease, uplink_id, axis).receive(kind)
            _follow(office, uplink_id, axis)
            above.collect(office, uplink_id, axis)
    except LeaseLost:
        raise
    except (AxisError, Refusal) as error:
        problem = links.problem_of(error)
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        if not problem:
            uplinks.answered(work, uplink_id)
        if left or (problem and problem != "uplink-closed"):
            uplinks.troubled(work, uplink_id, problem or f"packages-left:{left}")


class _Round:
    """One list of what waits up there. What cannot be taken now is left there."""

    def __init__(self, office: Office, lease: Lease, uplink_id: int, axis: Connector) -> None:
        self.office, self.lease, self.uplink_id, self.axis = office, lease, uplink_id, axis
        self.carriage = Carriage(office, lease)

    def receive(self, kind: MessageKind) -> int:
        """How many packages had to be left."""
        failures = left = 0
        until = time.monotonic() + ROUND_SECONDS
        for item in self.axis.received_list(str(kind)):
            if time.monotonic() > until:
                break
            try:
                self._take(item)
                failures = 0
            except LeaseLost:
                raise
            except AxisError as error:
                log.warning("package not fetched", doc_id=item.doc_id, error=str(error))
                failures, left = failures + 1, left + 1
                if failures == FAILURES:
                    # Away it does not answer this either; else good ones may lie behind these.
                    self.axis.received_list(str(kind))
                    failures = 0
            except Exception:
                log.exception("package not taken", doc_id=item.doc_id)
                left += 1
        return left

    def _take(self, item: ReceivedItem) -> None:
        doc_id = item.doc_id or ""
        if not doc_id or len(doc_id) > HARD_LIMIT:
            log.warning("package without a usable id", doc_id=item.doc_id)
            return
        arrival = _known(self.office, self.uplink_id, doc_id)
        # What was refused may be welcome by now: it is offered again, so it is looked at again.
        if arrival is None or arrival.is_refused:
            arrival = self._fetch(item, doc_id)
        self.axis.update_status(doc_id, "fail" if arrival.is_refused else "done")

    def _fetch(self, item: ReceivedItem, doc_id: str) -> UplinkArrival:
        self.office.session().rollback()
        try:
            original = self.axis.get_edoc(doc_id, self.carriage.into_store)
        except MalformedPackage as too_large:  # nothing of it is kept
            return self._note(item, "", "", _problem(too_large))
        return self._accept(item, original)

    def _accept(self, item: ReceivedItem, original: str) -> UplinkArrival:
        try:
            with self.office.files.open(original) as raw:
                doc_id, problem = self._pass_on(item, self.carriage.watched(raw), original), ""
        except (Unavailable, LeaseLost):
            raise  # nothing is wrong with it: it comes again
        except (Refusal, MalformedPackage) as refusal:
            doc_id, problem = "", _problem(refusal)
        return self._note(item, original, doc_id, problem)

    def _pass_on(self, item: ReceivedItem, raw: BinaryIO, original: str) -> str:
        tracing.refuse_loop(self.office, raw)
        raw.seek(0)
        envelope = open_envelope(raw)
        codes = self._ours(item, envelope)
        message = self.office.session().scalar(_same_original(envelope, original))
        came = Came(uplink_id=self.uplink_id, original_sha256=original)
        with self.office.files.incoming() as package, ExitStack() as opened:
            if message is not None:
                known = opened.enter_context(self.office.files.open(message.payload_sha256))
                pieces = iter(partial(known.read, PIECE), b"")
            else:
                own = _system_id(self.office, self.uplink_id)
                pieces = with_hop(raw, own, self.office.now())
            self.office.session().rollback()
            package.write(self.carriage.held(pieces))
            return acceptance.accept(self.office, envelope.sender, package, "", codes, came).doc_id

    def _ours(self, item: ReceivedItem, envelope: Envelope) -> list[str]:
        """Whom it is for: as the list says; where that only says "you", those named in the package
        whom we know. Nobody who is reached over this very line: it would go straight back."""
        own = _system_id(self.office, self.uplink_id)
        says_who = item.to_code and item.to_code != own
        named = [item.to_code] if says_who else list(envelope.addressed)
        ways = routing.ways(self.office, named)
        ours = [code for code in named if ways[code].uplink_id != self.uplink_id]
        if named and not ours:
            raise AxisRefusal("axis-loop", hop=own)
        return ours if says_who else acceptance.known(self.office, ours) or ours

    def _note(self, item: ReceivedItem, original: str, doc_id: str, problem: str) -> UplinkArrival:
        with transaction(self.office, SYSTEM) as work:
            outbox.renew(work, self.lease)
            if original:
                size = kept(self.office.files, original).size
                work.record_file(original, size, MEDIA_TYPE)
            message = work.session.scalar(select(HubMessage).where(HubMessage.doc_id == doc_id))
            arrival = work.session.scalar(_arrival(self.uplink_id, item.doc_id or ""))
            told_before = arrival.problem if arrival else ""
            if arrival is None:
                arrival = UplinkArrival(
                    uplink_id=self.uplink_id, remote_doc_id=item.doc_id, created_at=work.now
                )
                work.session.add(arrival)
            arrival.message_id = message.id if message else None
            arrival.recipient_code = (item.to_code or "")[:35]
            arrival.original_sha256, arrival.problem = original, problem[:500]
            if arrival.problem != told_before and problem:
                _tell(work, arrival)
        return arrival


def _tell(work: Work, arrival: UplinkArrival) -> None:
    """Loudly: in the audit chain, and to the operators."""
    work.session.flush()
    uplink = work.session.get(Uplink, arrival.uplink_id)
    work.audit(
        "hub:relay_refused",
        arrival,
        uplink=uplink.name,
        remote_doc_id=arrival.remote_doc_id,
        original_sha256=arrival.original_sha256,
        problem=arrival.problem,
    )
    relaying.tell_operators(work, "hub:relay_refused", uplink, arrival.problem)


def _known(office: Office, uplink_id: int, doc_id: str) -> UplinkArrival | None:
    found = office.session().scalar(_arrival(uplink_id, doc_id))
    office.session().rollback()
    return found


def _arrival(uplink_id: int, doc_id: str):
    return select(UplinkArrival).where(
        UplinkArrival.uplink_id == uplink_id, UplinkArrival.remote_doc_id == doc_id
    )


def _problem(refusal: Refusal) -> str:
    told = [str(value) for value in refusal.fields.values() if value]
    return f"{refusal.code}:{', '.join(told)}" if told else refusal.code


def _same_original(envelope: Envelope, original: str):
    return select(HubMessage).where(
        HubMessage.sender_code == envelope.sender,
        HubMessage.kind == envelope.kind,
        HubMessage.original_sha256 == original,
    )


def _system_id(office: Office, uplink_id: int) -> str:
    return office.session().get(Uplink, uplink_id).system_id


# --- what became of what went up ----------------------------------------------------------------


def _follow(office: Office, uplink_id: int, axis: Connector) -> None:
    """An axis that does not tell what becomes of a package answers for it by having taken it."""
    for relay_id, remote_doc_id in _unanswered(office, uplink_id):
        try:
            items = axis.sent_list(str(MessageKind.EDOC), remote_doc_id)
            words = {i.to_code: (i.receive_status or i.send_status or "").lower() for i in items}
        except NotOffered:
            words = dict.fromkeys(_on_the_way(office, relay_id), "done")
        except PermanentAxisError as error:
            log.warning("relayed package unknown there", doc_id=remote_doc_id, error=str(error))
            continue
        told = {code: WORDS[word] for code, word in words.items() if word in WORDS}
        if told:
            _note_words(office, relay_id, told)


def _unanswered(office: Office, uplink_id: int) -> Sequence[tuple[int, str]]:
    query = (
        select(Relay.id, Relay.remote_doc_id)
        .where(
            Relay.uplink_id == uplink_id,
            Relay.state == RelayState.SENT,
            Relay.id.in_(select(Delivery.relay_id).where(*_PENDING)),
        )
        .order_by(func.random())  # some recipients never answer: they must not crowd out others
        .limit(FOLLOWED)
    )
    found = [(row.id, row.remote_doc_id) for row in office.session().execute(query)]
    office.session().rollback()
    return found


_PENDING = (Delivery.state == DeliveryState.PROCESSING, Delivery.relay_id.is_not(None))


def _on_the_way(office: Office, relay_id: int) -> Collection[str]:
    query = select(Delivery.recipient_code).where(Delivery.relay_id == relay_id, *_PENDING)
    found = office.session().scalars(query).all()
    office.session().rollback()
    return found


def _note_words(office: Office, relay_id: int, told: dict[str | None, DeliveryState]) -> None:
    with transaction(office, SYSTEM) as work:
        waiting = select(Delivery).where(Delivery.relay_id == relay_id, *_PENDING)
        for delivery in work.session.scalars(waiting.with_for_update()).all():
            state = told.get(delivery.recipient_code)
            if state is not None:
                delivery.state, delivery.finished_at = state, work.now
                work.audit("hub:acknowledge", delivery, doc_id=delivery.doc_id, state=state)
