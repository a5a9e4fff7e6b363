"""The job `poll`, again and again for each hub: asks once for all agencies of this node that are
joined to it, takes what waits, acknowledges it, and asks what became of packages whose recipients
have not answered yet. A hub that does not know how to be asked for many is asked for each."""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, func, select

from adapters.axis.client import AxisClient
from adapters.axis.errors import AxisError, NotOffered, PermanentAxisError
from adapters.axis.records import ReceivedItem
from domain.errors import Refusal
from domain.exchange_flow import TransportState
from domain.roles import SYSTEM
from models.agencies import HubLink
from models.exchange import Dispatch, ExchangeMessage, MessageKind, OutboxItem
from services import outbox
from services.exchange import links, publishing, receipts, transport
from services.exchange.circuits import Resting
from services.exchange.rounds import PACKAGES_LEFT, Lines, Round
from services.office import Office
from services.outbox import Lease, LeaseLost
from services.unit_of_work import transaction

log = structlog.get_logger()
FOLLOWED = 20
SPEAKS_WITHIN = timedelta(seconds=10)  # a system that tells by itself has told by then


def poll(office: Office, lease: Lease) -> None:
    session = office.session()
    link = session.get(HubLink, lease.subject_id)
    if link is None:
        with transaction(office, SYSTEM) as work:
            return outbox.park(work, lease, "hub-link-missing")
    if link.id not in links.leads(session):
        return _leave(office, lease)
    visit = _Visit(office, lease, links.party(office, link))
    try:
        told = visit.make()
    except Resting:
        told = {}  # somebody else tries whether the hub is back
    with transaction(office, SYSTEM) as work:
        # Comes again at its own pace, whatever happened; behind a backlog at once, with a new list.
        outbox.settle(work, lease, work.now if visit.is_cut_short else None)
        counted = False
        for agency_id, problem in told.items():
            if not problem or problem.startswith(PACKAGES_LEFT):
                links.answered(work, agency_id, polled=True)
            if problem:
                away = problem.startswith(links.HUB_AWAY)
                links.troubled(work, agency_id, problem, counts=not (away and counted))
                counted = counted or away
    return None


def _leave(office: Office, lease: Lease) -> None:
    """The line is polled with another one to the same hub: this work comes no more."""
    with transaction(office, SYSTEM) as work:
        work.session.get(OutboxItem, lease.item_id).repeat_seconds = 0
        work.session.flush()
        outbox.settle(work, lease)


class _Visit:
    """One visit at a hub for all agencies of a party; gives what is wrong with each line."""

    def __init__(self, office: Office, lease: Lease, party: links.Party) -> None:
        self.office, self.lease, self.party = office, lease, party
        self.told: dict[int, str] = {}
        self.is_cut_short = False

    def make(self) -> dict[int, str]:
        with Lines(self.office) as lines:
            self._publish(lines)
            if (self.party.others or self.party.knows_receipts) and not self.told:
                self._together(lines)
            for agency_id in self.party.agencies.values():
                if agency_id not in self.told:
                    self.told[agency_id] = self._attempt(agency_id, lines, self._alone)
                if self.told[agency_id].startswith(links.HUB_AWAY):
                    return dict.fromkeys(self.party.agencies.values(), self.told[agency_id])
            self._follow(lines)
        return self.told

    def _attempt(self, agency_id: int, lines: Lines, visit: Callable) -> str:
        try:
            self._renew()
            return visit(agency_id, lines) or ""
        except (LeaseLost, Resting):
            raise
        except (AxisError, Refusal) as error:
            return links.problem_of(error)

    def _renew(self) -> None:
        """A node may have many agencies, and each may have much to be taken."""
        with transaction(self.office, SYSTEM) as work:
            outbox.renew(work, self.lease)

    def _together(self, lines: Lines) -> None:
        """Asks for all at once. Whom the answer does not speak of is asked for alone."""
        round_ = Round(self.office, self.lease, lines, self.party.knows_receipts)
        try:
            found = lines.of(self.party.caller).poll_received(self.party.others)
            owners = ((self.party.agencies.get(item.to_code or ""), item) for item in found.items)
            self._take(round_, ((agency_id, item) for agency_id, item in owners if agency_id))
        except (LeaseLost, Resting):
            raise
        except NotOffered:
            return  # a hub of another make
        except (AxisError, Refusal) as error:
            log.info("not polled for all at once", problem=str(error))
            return
        for code in found.codes & self.party.agencies.keys():
            agency_id = self.party.agencies[code]
            self.told[agency_id] = round_.problem_of(agency_id)

    def _alone(self, agency_id: int, lines: Lines) -> str:
        round_ = Round(self.office, self.lease, lines, self.party.knows_receipts)
        for kind in (MessageKind.EDOC, MessageKind.STATUS):
            found = lines.of(agency_id).received_list(str(kind))
            self._take(round_, ((agency_id, item) for item in found))
        return round_.problem_of(agency_id)

    def _take(self, round_: Round, items: Iterable[tuple[int, ReceivedItem]]) -> None:
        self.is_cut_short = not round_.receive(items) or self.is_cut_short

    def _follow(self, lines: Lines) -> None:
        """Asks what became of packages, and for receipts, where something is outstanding."""
        self._visit_each(_silent, self._ask_on, lines)
        self._visit_each(receipts.due, self._collect, lines)

    def _visit_each(self, which: Callable, visit: Callable, lines: Lines) -> None:
        """Those of the agencies in no trouble: what was told of one before stays told."""
        heard = [agency_id for agency_id, problem in self.told.items() if not problem]
        for agency_id in sorted(which(self.office, heard)):
            self.told[agency_id] = self._attempt(agency_id, lines, visit)

    def _ask_on(self, agency_id: int, lines: Lines) -> None:
        _follow(self.office, agency_id, lines.of(agency_id))

    def _collect(self, agency_id: int, lines: Lines) -> None:
        receipts.collect(self.office, agency_id, lines.of(agency_id))

    def _publish(self, lines: Lines) -> None:
        """Before the first package is taken the hub has the key that its receipt is signed with."""
        for agency_id in publishing.unpublished(self.office, self.party.agencies.values()):
            problem = self._attempt(agency_id, lines, self._publish_key)
            if problem:
                self.told[agency_id] = problem
            if problem.startswith(links.HUB_AWAY):
                return

    def _publish_key(self, agency_id: int, lines: Lines) -> None:
        publishing.publish_key(self.office, agency_id, lines.of(agency_id))


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


def _silent(office: Office, agency_ids: Collection[int]) -> set[int]:
    """The agencies of which a package is undelivered that its recipients should have spoken of."""
    query = select(ExchangeMessage.agency_id).where(
        ExchangeMessage.agency_id.in_(agency_ids), *_unheard_of(office)
    )
    found = set(office.session().scalars(query.distinct()))
    office.session().rollback()
    return found


def _unheard_of(office: Office) -> tuple[ColumnElement[bool], ...]:
    return (
        ExchangeMessage.state == TransportState.SENT,
        ExchangeMessage.kind == MessageKind.EDOC,
        ExchangeMessage.finished_at < office.now() - SPEAKS_WITHIN,
    )


def _undelivered(office: Office, agency_id: int) -> list[tuple[int, str]]:
    query = (
        select(ExchangeMessage.id, ExchangeMessage.hub_doc_id)
        .where(ExchangeMessage.agency_id == agency_id, *_unheard_of(office))
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
        said = [(each, words.get(each.recipient_code)) for each in dispatches]
        transport.all_delivered(work, [dispatch for dispatch, word in said if word == "done"])
        for dispatch, word in said:
            if word == "fail" and dispatch.transport_state == TransportState.SENT:
                transport.undeliverable(work, dispatch, "recipient-failed")
