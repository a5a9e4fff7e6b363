"""The hub's side of a reconciliation, asked for once: its ledger, and a second look at whatever
seems to be missing from it."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from adapters.axis.client import AxisClient
from adapters.axis.errors import AxisError, PermanentAxisError
from adapters.axis.records import LedgerRecord
from domain.errors import Refusal
from domain.roles import SYSTEM
from models.exchange import Direction, ExchangeMessage
from services.exchange import links, publishing, receipts
from services.office import Office
from services.unit_of_work import transaction

UNKNOWN_DOCUMENT = "26"
NO_LEDGER = "hub-no-ledger"
MARGIN = timedelta(days=1)  # the hub's clock, and answers that came a while after
LOOKED_AFTER = 100
MOST_PAGES = 500


@dataclass
class HubSide:
    """`sent`: by the message's id, a record for each recipient; `received`: by the delivery's id.
    `gone`: ids of ours that the hub was asked for by name and does not know."""

    sent: dict[str, list[LedgerRecord]] = field(default_factory=lambda: defaultdict(list))
    received: dict[str, LedgerRecord] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    signs: bool = False
    problem: str = ""

    @property
    def known(self) -> bool:
        return not self.problem


def ask(office: Office, agency_id: int, since: datetime, cut: datetime) -> HubSide:
    """Everything the hub knows of us since then; what cannot be had is said in `problem`."""
    side = HubSide()
    try:
        with links.connect(office, agency_id) as axis:
            side.signs = publishing.publish_key(office, agency_id, axis)
            if side.signs:
                _settle_receipts(office, agency_id, axis)
            _read_ledger(side, axis, since - MARGIN)
            _look_again(office, side, axis, agency_id, since, cut)
    except PermanentAxisError as error:
        side.problem = NO_LEDGER if not side.signs else links.problem_of(error)
    except (AxisError, Refusal) as error:
        side.problem = links.problem_of(error)
    return side


def _settle_receipts(office: Office, agency_id: int, axis: AxisClient) -> None:
    """Fetches the newest receipts, and the keys of those that could not be judged yet."""
    receipts.collect(office, agency_id, axis)
    session = office.session()
    waiting = receipts.undecided(session, receipts.line_of(session, agency_id))
    keys = receipts.unknown_keys(office, axis, waiting)
    if keys:
        with transaction(office, SYSTEM) as work:
            receipts.recheck(work, agency_id, keys)


def _read_ledger(side: HubSide, axis: AxisClient, start: datetime) -> None:
    cursor = 0
    for _ in range(MOST_PAGES):
        page = [each for each in axis.ledger(start, cursor) if each.cursor and each.doc_id]
        if not page:
            return
        for record in page:
            if record.direction == "sent":
                side.sent[record.doc_id].append(record)
            else:
                side.received[record.doc_id] = record
        cursor = max(record.cursor for record in page)


def _look_again(
    office: Office,
    side: HubSide,
    axis: AxisClient,
    agency_id: int,
    since: datetime,
    cut: datetime,
) -> None:
    """A span of time has edges: what is ours and not in the ledger is asked for by its id."""
    out = _ids(office, agency_id, Direction.OUT, since, cut) - side.sent.keys()
    _confirm(side, out, lambda doc_id: axis.sent_list("edoc", doc_id))
    taken = _ids(office, agency_id, Direction.IN, since, cut) - side.received.keys()
    # Whether it is there shows with its first piece: the others stay there.
    _confirm(side, taken, lambda doc_id: axis.get_edoc(doc_id, next))


def _confirm(side: HubSide, ids: Collection[str], ask_for: Callable[[str], object]) -> None:
    for doc_id in sorted(ids)[:LOOKED_AFTER]:
        try:
            ask_for(doc_id)
        except PermanentAxisError as error:
            if error.code == UNKNOWN_DOCUMENT:
                side.gone.add(doc_id)


def _ids(
    office: Office, agency_id: int, direction: Direction, since: datetime, cut: datetime
) -> set[str]:
    query = select(ExchangeMessage.hub_doc_id).where(
        ExchangeMessage.agency_id == agency_id,
        ExchangeMessage.direction == direction,
        ExchangeMessage.hub_doc_id.is_not(None),
        ExchangeMessage.finished_at >= since,
        ExchangeMessage.finished_at < cut,
    )
    found = set(office.session().scalars(query))
    office.session().rollback()
    return found
