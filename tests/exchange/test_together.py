"""Several packages in one call between a node and a hub of ours: sent, fetched, acknowledged. What
goes wrong with one stops no other, and where the hub does not know such calls each goes alone."""

import pytest
from sqlalchemy import update

from domain.errors import Conflict
from domain.exchange_flow import BusinessCode, TransportState
from domain.roles import SYSTEM
from models.exchange import Dispatch, ExchangeMessage, HubCircuit, OutboxItem, OutboxState
from models.hub import Delivery, DeliveryState, DirectoryEntry, HubMessage
from models.receipts import Receipt
from services import outbox
from services.exchange import receiving, sending
from services.unit_of_work import transaction
from tests.exchange.conftest import BINH_SON, SON_TINH, arrivals, items, send_one

UNKNOWN = b'{"status":"FAIL","ErrorCode":"28","ErrorDesc":"Truc khong co thao tac nay"}'
# The same rows on one kind of database: the statements are held to both elsewhere.
once = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(world):
    """The lines know by a first document that the hub is one of ours."""
    send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    world.line.calls.clear()
    return world


def send(world, number: int = 5, **fields) -> None:
    for _ in range(number):
        send_one(world.b, SON_TINH, [BINH_SON], **fields)


def dispatches(world) -> list[Dispatch]:
    return world.b.all(Dispatch)[1:]


def states(world) -> list[TransportState]:
    return [dispatch.transport_state for dispatch in dispatches(world)]


def stored_of(world, order: int):
    """Where the hub keeps the bytes of the package that came so many before the last."""
    message = world.hub.all(HubMessage, HubMessage.kind == "edoc")[-order]
    return world.hub.office.files.path(message.payload_sha256)


def test_five_documents_and_their_answers_take_one_call_of_each_kind(world):
    send(world)
    world.exchange()
    assert states(world) == [TransportState.DELIVERED] * 5
    assert {d.business_state for d in dispatches(world)} == {BusinessCode.ARRIVED}
    assert len(arrivals(world.a, BINH_SON)) == 6
    counted = {name: world.line.count(name) for name in ("sendMany", "fetchMany", "updateMany")}
    assert counted == {"sendMany": 2, "fetchMany": 2, "updateMany": 2}, "documents, then answers"
    assert world.line.count("sendEdoc") == world.line.count("getEdoc") == 0
    assert {d.state for d in world.hub.all(Delivery)} == {DeliveryState.DONE}
    assert {receipt.problem for receipt in world.b.all(Receipt)} == {""}
    assert len(world.b.all(Receipt)) == 12, "the hub's and the recipient's, of six documents"


@once
def test_what_the_hub_refuses_of_one_is_told_of_that_one(world):
    send(world, 2)
    send_one(world.b, SON_TINH, ["000.22.31.H48"])
    with world.hub.app.app_context(), transaction(world.hub.office, SYSTEM) as work:
        locked = update(DirectoryEntry).where(DirectoryEntry.code == "000.22.31.H48")
        work.session.execute(locked.values(is_locked=True))
    world.exchange()
    assert states(world) == [TransportState.DELIVERED] * 2 + [TransportState.FAILED]
    assert "axis:23" in dispatches(world)[-1].problem
    assert len(world.hub.all(HubMessage, HubMessage.kind == "edoc")) == 3


@once
@pytest.mark.parametrize("lost", ["sendMany", "fetchMany", "updateMany"])
def test_an_answer_that_is_lost_doubles_nothing(world, lost):
    send(world)
    world.line.lost.add(lost)
    world.exchange()
    world.line.lost.clear()
    for _ in range(3):
        world.b.wait(minutes=5)
        world.a.wait(minutes=5)
        world.exchange()
    assert states(world) == [TransportState.DELIVERED] * 5
    assert len(arrivals(world.a, BINH_SON)) == 6
    assert len(world.hub.all(HubMessage, HubMessage.kind == "edoc")) == 6


@once
@pytest.mark.parametrize("unknown", ["sendMany", "fetchMany", "updateMany"])
def test_a_hub_that_does_not_know_the_call_is_called_for_each(world, unknown):
    world.line.said[unknown] = UNKNOWN
    send(world, 3)
    world.exchange()
    assert states(world) == [TransportState.DELIVERED] * 3
    assert len(arrivals(world.a, BINH_SON)) == 4
    alone = {"sendMany": "sendEdoc", "fetchMany": "getEdoc", "updateMany": "updateStatus"}[unknown]
    assert world.line.count(alone) == 6


@once
@pytest.mark.parametrize("step", ["_read", "_interpret"])
def test_a_package_that_cannot_be_taken_in_stays_at_the_hub_alone(world, monkeypatch, step):
    send(world, 3)
    world.b.work()
    bad = world.b.all(ExchangeMessage, ExchangeMessage.kind == "edoc")[-2]
    real = getattr(receiving, step)

    def failing(*arguments):
        said = arguments[2] if step == "_interpret" else real(*arguments)
        if getattr(said, "document_id", "") == bad.document_uid:
            raise RuntimeError("disk full")
        return said if step == "_read" else real(*arguments)

    monkeypatch.setattr(receiving, step, failing)
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 3
    monkeypatch.undo()
    world.a.poll()
    assert bad.document_uid in {each.document_uid for each in arrivals(world.a, BINH_SON)}
    assert len(arrivals(world.a, BINH_SON)) == 4


@once
def test_a_result_that_cannot_be_noted_holds_up_no_other(world, monkeypatch):
    send(world, 3)
    bad, real = items(world.b, "send")[-2].subject_id, sending.accepted

    def failing(work, lease, *what):
        if lease.subject_id == bad:
            raise Conflict("stale")
        real(work, lease, *what)

    monkeypatch.setattr(sending, "accepted", failing)
    world.b.work({"send"})
    assert states(world).count(TransportState.SENT) == 2
    monkeypatch.undo()
    world.b.wait(minutes=1)
    world.b.work({"send"})
    assert states(world) == [TransportState.SENT] * 3
    assert len(world.hub.all(HubMessage, HubMessage.kind == "edoc")) == 4


@once
def test_one_package_that_is_damaged_at_the_hub_holds_up_no_other(world):
    send(world, 3)
    world.b.work()
    damaged = stored_of(world, 2)
    damaged.chmod(0o600)
    damaged.write_bytes(b"<other/>")
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 3


@once
def test_a_large_package_goes_alone_and_its_answer_with_the_others(world, monkeypatch):
    limit = min(each.size for each in world.hub.all(HubMessage, HubMessage.kind == "edoc")) - 1
    monkeypatch.setattr("services.exchange.bundling.MOST_BYTES", limit)
    monkeypatch.setattr("services.exchange.rounds.MOST_BYTES", limit)
    send(world, 3)
    world.exchange()
    assert states(world) == [TransportState.DELIVERED] * 3
    assert (world.line.count("sendMany"), world.line.count("sendEdoc")) == (1, 3)


@once
def test_another_workers_item_is_not_written(world):
    """Of several sent in one call one lease may be over: the others' results count all the same."""
    send(world, 3)
    stolen = items(world.b, "send")[-2].id
    line, real = world.line, type(world.line).handle_request

    def handle_request(request):
        if request.url.path.endswith("sendMany"):
            with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
                mine = update(OutboxItem).where(OutboxItem.id == stolen)
                work.session.execute(mine.values(lease_token="0" * 32))
        return real(line, request)

    line.handle_request = handle_request
    world.b.work({"send"})
    del line.handle_request
    found = {item.id: item.state for item in items(world.b, "send")}
    assert found[stolen] == OutboxState.DUE
    assert [state for state in found.values() if state != OutboxState.DONE] == [OutboxState.DUE]
    assert states(world).count(TransportState.SENT) == 2


@once
def test_where_one_is_anothers_before_the_call_the_rest_are_given_back_at_once(world, monkeypatch):
    send(world, 3)
    stolen, real = items(world.b, "send")[-2].id, outbox.claim_more

    def claim_more(office, *what):
        leases = real(office, *what)
        with transaction(office, SYSTEM) as work:
            other = update(OutboxItem).where(OutboxItem.id == stolen)
            work.session.execute(other.values(lease_token="0" * 32))
        return leases

    monkeypatch.setattr(outbox, "claim_more", claim_more)
    world.b.work({"send"})
    monkeypatch.undo()
    world.b.work({"send"})
    assert states(world).count(TransportState.SENT) == 2


@once
def test_nobody_there_is_one_failed_call_whatever_their_number(world):
    world.line.away = True
    send(world)
    world.b.work({"send"})
    assert states(world) == [TransportState.QUEUED] * 5
    assert {d.problem[:9] for d in dispatches(world)} == {"hub-away:"}
    (circuit,) = world.b.all(HubCircuit)
    assert circuit.failures == 1
