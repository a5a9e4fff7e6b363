"""The circuit of each hub. Calls that fail one after the other open it: from then on one probe at a
time goes out, everything else waits without calling; the first answer closes it and what waits is
due at once. All of it stands in SQL, so that every process sees the same (law 1)."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Exists, and_, bindparam, exists, or_, select, update
from sqlalchemy.exc import IntegrityError

from domain.errors import Unavailable
from domain.roles import SYSTEM
from models.agencies import HubLink
from models.exchange import ExchangeMessage, HubCircuit, OutboxItem, OutboxState
from services import outbox
from services.office import Office
from services.unit_of_work import Work, transaction

OPENS_AFTER = 5
FIRST_PAUSE = 5
LONGEST_PAUSE = 60
OF_ENDPOINT = (
    select(HubCircuit)
    .where(HubCircuit.endpoint == bindparam("endpoint"))
    .execution_options(populate_existing=True)
)


class Resting(Unavailable):
    """Nobody calls this hub before `until`; `problem` is what its last callers met."""

    def __init__(self, until: datetime, problem: str) -> None:
        super().__init__("hub-resting", until=until)
        self.until, self.problem = until, problem


def enter(office: Office, endpoint: str, probing: bool) -> None:
    """Lets a call through, or raises Resting. Of several that are `probing` one gets the probe."""
    circuit = of_endpoint(office.session(), endpoint)
    if circuit is None or circuit.open_since is None:
        return
    until, problem = circuit.probe_at or office.now(), circuit.problem
    if not (probing and until <= office.now() and _took_probe(office, endpoint)):
        raise Resting(max(until, office.now() + timedelta(seconds=FIRST_PAUSE)), problem)


def _took_probe(office: Office, endpoint: str) -> bool:
    """By a conditional UPDATE: the next one may go only when this one is surely over."""
    with transaction(office, SYSTEM) as work:
        taken = work.session.execute(
            update(HubCircuit)
            .where(HubCircuit.endpoint == endpoint, HubCircuit.probe_at <= work.now)
            .values(probe_at=work.now + timedelta(seconds=LONGEST_PAUSE))
            .execution_options(synchronize_session=False)
        )
        return taken.rowcount == 1


def of_endpoint(session, endpoint: str) -> HubCircuit | None:
    return session.scalars(OF_ENDPOINT, {"endpoint": endpoint}).one_or_none()


def failed(work: Work, endpoint: str, problem: str) -> None:
    """One more call without an answer."""
    circuit = _locked(work, endpoint)
    circuit.failures += 1
    circuit.problem = problem[:500]
    beyond = circuit.failures - OPENS_AFTER
    if beyond < 0:
        return
    if circuit.open_since is None:
        circuit.open_since = work.now
        work.audit("exchange:hub_resting", circuit, endpoint=endpoint, problem=problem[:500])
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(beyond, 10))
    jitter = pause * (0.8 + 0.4 * secrets.randbelow(1000) / 1000)
    circuit.probe_at = work.now + timedelta(seconds=jitter)
    # What waits need not be woken before: thousands would only be put off one by one. What is too
    # old to wait any longer is not held back from being parked.
    young = OutboxItem.created_at > work.now - outbox.GIVE_UP_AFTER
    _move(work, endpoint, and_(young, OutboxItem.due_at < circuit.probe_at), circuit.probe_at)


def succeeded(work: Work, endpoint: str) -> None:
    """The hub has answered: everything goes on."""
    circuit = of_endpoint(work.session, endpoint)
    if circuit is None or not circuit.failures:
        return
    was_open = circuit.open_since is not None
    circuit.failures, circuit.problem = 0, ""
    circuit.open_since = circuit.probe_at = None
    if was_open:
        work.audit("exchange:hub_back", circuit, endpoint=endpoint)
        _move(work, endpoint, OutboxItem.due_at > work.now, work.now)


def _locked(work: Work, endpoint: str) -> HubCircuit:
    query = select(HubCircuit).where(HubCircuit.endpoint == endpoint).with_for_update()
    query = query.execution_options(populate_existing=True)
    circuit = work.session.scalars(query).one_or_none()
    if circuit is not None:
        return circuit
    try:
        with work.session.begin_nested():
            work.session.add(HubCircuit(endpoint=endpoint, failures=0))
    except IntegrityError:
        pass  # another process was first
    return work.session.scalars(query).one()


def _move(work: Work, endpoint: str, which, due_at: datetime) -> None:
    work.session.execute(
        update(OutboxItem)
        .where(
            OutboxItem.kind == "send",
            OutboxItem.state == OutboxState.DUE,
            or_(OutboxItem.lease_until.is_(None), OutboxItem.lease_until < work.now),
            _of_hub(endpoint),
            which,
        )
        .values(due_at=due_at)
        .execution_options(synchronize_session=False)
    )


def _of_hub(endpoint: str) -> Exists:
    return exists().where(
        ExchangeMessage.id == OutboxItem.subject_id,
        HubLink.agency_id == ExchangeMessage.agency_id,
        HubLink.endpoint == endpoint,
    )
