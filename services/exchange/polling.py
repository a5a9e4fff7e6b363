"""The job `poll`, again and again for each line to a hub: fetches what waits for the agency, takes
it, acknowledges it, and asks what became of packages whose recipients have not answered yet."""

import time

import structlog
from sqlalchemy import func, select

from adapters.axis.client import AxisClient
from adapters.axis.errors import AxisError, PermanentAxisError
from domain.errors import Refusal
from domain.exchange_flow import TransportState
from domain.roles import SYSTEM
from models.agencies import HubLink
from models.exchange import Dispatch, ExchangeMessage, MessageKind
from services import outbox
from services.exchange import links, receiving, transport
from services.office import Office
from services.outbox import Lease, LeaseLost
from services.unit_of_work import transaction

log = structlog.get_logger()
HARD_LIMIT = 100  # width of the column: no hub writes longer ids
FAILURES = 3  # so many packages in a row that cannot be fetched: the hub is away
FOLLOWED = 20
ROUND_SECONDS = 120


def poll(office: Office, lease: Lease) -> None:
    link = office.session().get(HubLink, lease.subject_id)
    if link is None:
        with transaction(office, SYSTEM) as work:
            return outbox.park(work, lease, "hub-link-missing")
    agency_id, problem, left = link.agency_id, "", 0
    try:
        with links.connect(office, agency_id) as axis:
            for kind in (MessageKind.EDOC, MessageKind.STATUS):
                left += _Round(office, lease, agency_id, axis).receive(kind)
            _follow(office, agency_id, axis)
    except LeaseLost:
        raise
    except (AxisError, Refusal) as error:
        problem = links.problem_of(error)
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)  # comes again at its own pace, whatever happened
        if not problem:
            links.answered(work, agency_id, polled=True)
        if problem or left:
            links.troubled(work, agency_id, problem or f"packages-left:{left}")
    return None


class _Round:
    """One list of what waits. A package that fails is left at the hub and never stops the next."""

    def __init__(self, office: Office, lease: Lease, agency_id: int, axis: AxisClient) -> None:
        self.office, self.lease, self.agency_id, self.axis = office, lease, agency_id, axis

    def receive(self, kind: MessageKind) -> int:
        """How many packages had to be left at the hub."""
        failures = left = 0
        until = time.monotonic() + ROUND_SECONDS
        for item in self.axis.received_list(str(kind)):
            if time.monotonic() > until:
                break  # the rest comes with the next poll: other work waits in this queue too
            try:
                self._take(item.doc_id)
                failures = 0
            except LeaseLost:
                raise
            except AxisError as error:
                log.warning("package not fetched", doc_id=item.doc_id, error=str(error))
                failures, left = failures + 1, left + 1
                if failures == FAILURES:
                    raise
            except Exception:
                log.exception("package not taken", doc_id=item.doc_id)
                left += 1
        return left

    def _take(self, doc_id: str | None) -> None:
        if not doc_id or len(doc_id) > HARD_LIMIT:
            log.warning("package without a usable id", doc_id=doc_id)
            return
        message = receiving.known(self.office, self.agency_id, doc_id)
        if message is not None:  # taken before, but the hub did not hear of it
            word = receiving.acknowledgement(message)
        else:
            self.office.session().rollback()
            raw = self.axis.get_edoc(doc_id)
            word = receiving.take(self.office, self.lease, self.agency_id, doc_id, raw)
        self.axis.update_status(doc_id, word)


def _follow(office: Office, agency_id: int, axis: AxisClient) -> None:
    """The hub knows who has fetched a package even where the recipient sends no statuses."""
    for message_id, hub_doc_id in _undelivered(office, agency_id):
        try:
            items = axis.sent_list(str(MessageKind.EDOC), hub_doc_id)
        except PermanentAxisError as error:
            log.warning("sent package unknown to the hub", doc_id=hub_doc_id, error=str(error))
            continue
        words = {item.to_code: _word(item) for item in items}
        if {"done", "fail"} & set(words.values()):
            _note(office, message_id, words)


def _word(item) -> str:
    return (item.receive_status or item.send_status or "").lower()


def _undelivered(office: Office, agency_id: int) -> list[tuple[int, str]]:
    query = (
        select(ExchangeMessage.id, ExchangeMessage.hub_doc_id)
        .where(
            ExchangeMessage.agency_id == agency_id,
            ExchangeMessage.state == TransportState.SENT,
            ExchangeMessage.kind == MessageKind.EDOC,
        )
        .order_by(func.random())  # some recipients never answer: they must not crowd out others
        .limit(FOLLOWED)
    )
    found = [(row.id, row.hub_doc_id) for row in office.session().execute(query)]
    office.session().rollback()
    return found


def _note(office: Office, message_id: int, words: dict[str, str]) -> None:
    with transaction(office, SYSTEM) as work:
        dispatches = work.session.scalars(
            select(Dispatch).where(
                Dispatch.message_id == message_id,
                # Whom it failed with may take it yet: the hub offers it once more.
                Dispatch.transport_state.in_([TransportState.SENT, TransportState.FAILED]),
            )
        ).all()
        for dispatch in dispatches:
            word = words.get(dispatch.recipient_code)
            if word == "done":
                transport.delivered(work, dispatch)
            elif word == "fail" and dispatch.transport_state == TransportState.SENT:
                transport.undeliverable(work, dispatch, "recipient-failed")
