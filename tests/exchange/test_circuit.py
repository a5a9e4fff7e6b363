"""The circuit of a hub: after failures in a row one probe goes out at a time; the first answer lets
everything go on, the urgent first; nothing is lost or given up early."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from adapters.axis.client import AxisClient
from adapters.axis.errors import PermanentAxisError, TemporaryAxisError
from domain.exchange_flow import TransportState
from domain.roles import SYSTEM
from jobs import outbox as jobs
from models.audit import AuditEntry
from models.exchange import Dispatch, ExchangeMessage, HubCircuit, OutboxItem
from services import outbox
from services.exchange import rounds
from services.exchange.circuits import OPENS_AFTER
from services.outbox import GIVE_UP_AFTER
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, poll_now
from tests.exchange.conftest import BINH_SON, SON_TINH, arrivals, items, send_one
from tests.visitor import Visitor

# The same rows on one kind of database: the statements are held to both elsewhere.
once = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Refusing(AxisClient):
    """Counts the calls that go out to a hub that is away."""

    def __init__(self, *args, tried: list, **options) -> None:
        super().__init__(*args, **options)
        self._tried = tried

    def _exchange(self, name, *what):
        self._tried.append(name)
        return super()._exchange(name, *what)


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """Each package is a call of its own."""
    monkeypatch.setattr(jobs, "MOST", 1)


@pytest.fixture
def tried(world):
    """The calls that the sender's node makes, also those that nobody answers."""
    calls: list[str] = []

    def connect(endpoint, system_id, secret):
        return Refusing(endpoint, system_id, secret, transport=world.line, tried=calls)

    object.__setattr__(world.b.office, "connect", connect)
    return calls


def circuit(node) -> HubCircuit:
    return node.all(HubCircuit)[0]


def test_one_probe_goes_out_instead_of_a_call_for_each_package(world, tried):
    world.line.away = True
    for _ in range(12):
        send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    assert len(tried) == OPENS_AFTER
    assert circuit(world.b).open_since is not None
    tried.clear()
    for _ in range(5):
        world.b.wait(seconds=100)
        world.b.work({"send"})
    assert len(tried) == 5  # one each time the pause was over
    assert {d.transport_state for d in world.b.all(Dispatch)} == {TransportState.QUEUED}
    assert {d.problem[:9] for d in world.b.all(Dispatch)} == {"hub-away:", ""}
    assert max(item.attempts for item in items(world.b, "send")) < 12
    clerk = Visitor(world.b.app, "st.vanthu", PASSWORD)
    assert "tạm nghỉ gọi" in clerk.get("/exchange/").text
    world.line.away = False
    world.b.wait(seconds=100)
    world.b.work({"send"})
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 12
    assert "tạm nghỉ gọi" not in clerk.get("/exchange/").text
    tags = [e.tag for e in world.b.all(AuditEntry, AuditEntry.tag.like("exchange:hub_%"))]
    assert tags == ["exchange:hub_resting", "exchange:hub_back"]


@once
def test_the_urgent_one_is_the_probe_and_goes_first(world):
    world.line.away = True
    for _ in range(OPENS_AFTER + 1):
        send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    urgent = send_one(world.b, SON_TINH, [BINH_SON], urgency=3)
    world.b.work()
    world.line.away = False
    world.b.wait(seconds=100)
    world.b.work({"send"})
    (message,) = world.b.all(ExchangeMessage, ExchangeMessage.outgoing_id == urgent)
    bodies = [body for name, body in world.line.calls if name == "sendEdoc"]
    assert bodies[0].removesuffix(b"\r\n") == world.b.office.files.read(message.payload_sha256)
    assert len(bodies) == OPENS_AFTER + 2


@once
def test_a_line_at_rest_for_a_week_parks_what_waits_and_is_not_forgotten(world):
    world.line.away = True
    for _ in range(OPENS_AFTER + 3):
        send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.b.clock.ahead += GIVE_UP_AFTER + timedelta(hours=1)
    world.b.work({"send"})
    world.b.wait(seconds=100)
    world.b.work({"send"})
    assert {d.transport_state for d in world.b.all(Dispatch)} == {TransportState.PARKED}


@once
def test_a_refusal_in_words_is_no_sign_of_a_hub_that_is_away(world, tried):
    world.line.said["sendEdoc"] = b'{"status":"FAIL","ErrorCode":"22","ErrorDesc":"Sai","DocId":""}'
    for _ in range(OPENS_AFTER + 2):
        send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    assert tried.count("sendEdoc") == OPENS_AFTER + 2
    assert world.b.all(HubCircuit) == []


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        (b'{"status":"FAIL","ErrorCode":"20","ErrorDesc":"Loi truc","DocId":""}', 200, "passing"),
        (b'{"status":"FAIL","ErrorCode":"21","ErrorDesc":"Loi tep","DocId":""}', 200, "final"),
        (b'{"status":"FAIL","ErrorCode":"10","ErrorDesc":"Tep hong","DocId":""}', 200, "final"),
        (b'{"status":"FAIL","ErrorCode":"15","ErrorDesc":"Sai khoa","DocId":""}', 200, "final"),
        (b'{"status":"FAIL","ErrorCode":"23","ErrorDesc":"Khoa","DocId":""}', 200, "final"),
        (b'{"status":"FAIL","ErrorCode":"31","ErrorDesc":"Qua nhieu","DocId":""}', 429, "passing"),
        (b'{"status":"FAIL","ErrorCode":"20","ErrorDesc":"Ban","DocId":""}', 503, "passing"),
        (b"<html>502</html>", 200, "passing"),
        (b"<html>413 Request Entity Too Large</html>", 413, "final"),
        (b"<html>431</html>", 431, "final"),
        (b'{"status":"FAIL","ErrorCode":"20","ErrorDesc":"Ban","DocId":""}', 413, "passing"),
        (b"", 200, "passing"),
    ],
)
def test_what_passes_and_what_is_final(answer, status, kind):
    import httpx

    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=answer))
    error = TemporaryAxisError if kind == "passing" else PermanentAxisError
    with pytest.raises(error):
        AxisClient("http://hub.example/axis", SON_TINH, "s", transport=transport).submit(b"<a/>")


def test_an_urgent_package_passes_a_backlog_of_ten_thousand(world):
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        row = {"queue": "exchange", "kind": "send", "state": "due", "priority": 0, "attempts": 0}
        row |= {"due_at": work.now, "created_at": work.now, "repeat_seconds": 0, "problem": ""}
        work.session.execute(
            insert(OutboxItem), [row | {"subject_id": 10**6 + n} for n in range(10_000)]
        )
    urgent = send_one(world.b, SON_TINH, [BINH_SON], urgency=2)
    first = min(item.id for item in items(world.b, "send"))
    with world.b.app.app_context():
        chosen = outbox.most_urgent(world.b.office, first)
        item = world.b.office.session().get(OutboxItem, chosen)
        message = world.b.office.session().get(ExchangeMessage, item.subject_id)
        assert message.outgoing_id == urgent
        woken = []
        object.__setattr__(world.b.office, "wake", lambda queue, item_id: woken.append(item_id))
        world.b.wait(minutes=1)
        outbox.wake_due(world.b.office)
    assert woken[0] == chosen


@once
def test_a_round_that_takes_too_long_is_cut_short_and_goes_on_at_once_with_a_new_list(
    world, monkeypatch
):
    """So that what is urgent, first in every list, waits for a part of a backlog only."""
    monkeypatch.setattr(rounds, "ROUND_SECONDS", 0)
    monkeypatch.setattr(rounds, "MOST", 1)
    for _ in range(3):
        send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    before = world.line.count("pollReceived")
    poll_now(world.a.app)
    world.a.work()
    assert len(arrivals(world.a, BINH_SON)) == 3
    assert world.line.count("pollReceived") - before == 3
