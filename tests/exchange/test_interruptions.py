"""A worker dies between any two effects of sending and receiving; another takes over when the lease
has run out. One document, one package, the same bytes."""

import pytest

from adapters.axis.client import AxisClient
from domain.exchange_flow import TransportState
from models.exchange import Dispatch, ExchangeMessage, OutboxState, StatusEvent
from models.hub import Delivery, HubMessage, MessageKind
from services.exchange import polling, receiving, sending
from services.outbox import LEASE
from tests.exchange.conftest import (
    BINH_SON,
    SON_TINH,
    TINH_HA,
    arrivals,
    items,
    send_one,
)


class Killed(BaseException):
    """The process is gone: nothing catches this, no lease is given back."""


@pytest.fixture
def kill(monkeypatch):
    """`kill(owner, name, when)`: the next call of that function dies before or after its effect."""

    def arm(owner, name: str, when: str) -> None:
        original = getattr(owner, name)

        def dying(*args, **kwargs):
            monkeypatch.setattr(owner, name, original)
            if when == "after":
                original(*args, **kwargs)
            raise Killed(name)

        monkeypatch.setattr(owner, name, dying)

    return arm


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (sending.packaging, "build"),
        (sending, "_pin"),
        (AxisClient, "submit"),
        (sending, "_accepted"),
    ],
    ids=["build", "pin", "send", "write"],
)
def test_killed_while_sending(world, kill, owner, name, when):
    send_one(world.b, SON_TINH, [BINH_SON])
    kill(owner, name, when)
    with pytest.raises(Killed):
        world.b.work({"send"})
    world.b.wait(seconds=LEASE.total_seconds() + 1)
    world.b.work({"send"})
    sent = {body for operation, body in world.line.calls if operation == "sendEdoc"}
    assert len(sent) == 1
    assert len(world.hub.all(HubMessage)) == len(world.hub.all(Delivery)) == 1
    (message,) = world.b.all(ExchangeMessage)
    assert message.hub_doc_id == world.hub.all(HubMessage)[0].doc_id
    (dispatch,) = world.b.all(Dispatch)
    assert dispatch.transport_state == TransportState.SENT
    assert [item.state for item in items(world.b, "send")] == [OutboxState.DONE]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (AxisClient, "get_edoc"),
        (receiving, "_read"),
        (receiving, "take"),
        (AxisClient, "update_status"),
        (polling, "_silent"),
    ],
    ids=["fetch", "read", "write", "acknowledge", "follow"],
)
def test_killed_while_receiving(world, kill, owner, name, when):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    kill(owner, name, when)
    with pytest.raises(Killed):
        world.a.poll()
    world.a.wait(seconds=LEASE.total_seconds() + 1)
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 1
    assert [event.code for event in world.a.all(StatusEvent)] == ["01"]
    (delivery,) = world.hub.all(Delivery, Delivery.recipient_code == BINH_SON)
    assert delivery.state == "DONE"
    assert len(world.hub.all(HubMessage, HubMessage.kind == MessageKind.STATUS)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_delivering_to_a_neighbour(world, kill, when):
    from services.exchange import statuses

    send_one(world.b, SON_TINH, [TINH_HA])
    kill(statuses, "report", when)
    with pytest.raises(Killed):
        world.b.work()
    assert arrivals(world.b, TINH_HA) == []
    world.b.wait(seconds=LEASE.total_seconds() + 1)
    world.b.work()
    assert len(arrivals(world.b, TINH_HA)) == 1
    assert [event.code for event in world.b.all(StatusEvent)] == ["01"]


def test_an_answer_that_is_lost_leaves_one_document_at_the_hub(world):
    world.line.lost = {"sendEdoc"}
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    (message,) = world.b.all(ExchangeMessage)
    assert message.state == TransportState.QUEUED
    assert message.problem.startswith("hub-away:")
    world.line.lost = set()
    world.b.wait(minutes=5)
    world.b.work()
    assert len(world.hub.all(HubMessage)) == 1
    (message,) = world.b.all(ExchangeMessage)
    assert (message.state, message.problem) == (TransportState.SENT, "")


def test_an_acknowledgement_that_is_lost_is_given_again(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.line.said = {"updateStatus": b"gateway timeout"}
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 1
    world.line.said = {}
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 1
    assert world.hub.all(Delivery, Delivery.recipient_code == BINH_SON)[0].state == "DONE"
