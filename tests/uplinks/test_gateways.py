"""A hub whose higher axis is a provincial gateway, over real HTTP: up and down, once each."""

import pytest

from models.uplinks import Relay, RelayState, UplinkArrival
from services.hub import uplinks
from services.hub.uplinks import UplinkFields
from tests.connectors.conftest import gateway, multipart_gateway, token_gateway  # noqa: F401
from tests.connectors.simulators import CLIENT, ONE, TWO, UNIT_SECRETS, Kept
from tests.hub.packages import SON_TINH, accept, edoc
from tests.uplinks.conftest import make_hub


@pytest.fixture
def joined(tmp_path, gateway):  # noqa: F811
    kind, simulator, endpoint = gateway
    hub = make_hub(tmp_path / "hub", ONE)
    hub.enter(SON_TINH, account=True)
    fields = UplinkFields("Cổng tỉnh", kind, endpoint, ONE, UNIT_SECRETS[ONE], *CLIENT)
    hub.uplink_id = hub.do(uplinks.add, fields)
    hub.route("*.H99", f"uplink:{hub.uplink_id}")
    return hub, simulator


def send(hub) -> None:
    with hub.app.app_context():
        accept(hub.office, SON_TINH, edoc(to=(TWO,)))


def test_a_document_goes_up_and_the_gateway_answers_for_it(joined):
    hub, simulator = joined
    send(hub)
    hub.work()
    [kept] = simulator.kept
    assert (kept.sender, kept.to, kept.kind) == (ONE, TWO, "edoc")
    assert [relay.state for relay in hub.all(Relay)] == [RelayState.SENT]
    kept.status = "done"  # one of the gateways tells so, the other answers by having taken it
    hub.poll()
    assert [delivery.state for delivery in hub.deliveries(TWO)] == ["DONE"]


@pytest.mark.parametrize(
    ("trouble", "state"),
    [("20", RelayState.QUEUED), (502, RelayState.QUEUED), ("22", RelayState.FAILED)],
    ids=str,
)
def test_what_passes_is_tried_again_and_what_does_not_is_shown(joined, trouble, state):
    hub, simulator = joined
    send(hub)
    simulator.trouble = [trouble]
    hub.work({"relay"})
    assert [relay.state for relay in hub.all(Relay)] == [state]


def test_a_document_comes_down_and_is_acknowledged(joined):
    hub, simulator = joined
    simulator.kept.append(Kept("x1", "edoc", TWO, ONE, edoc(TWO, to=(SON_TINH,))))
    simulator.kept[0].to = ONE  # the gateway knows this hub by its own code only
    hub.enter(ONE, account=False)
    hub.poll()
    assert [message.sender_code for message in hub.messages()] == [TWO]
    assert simulator.kept[0].status == "done"
    assert [arrival.problem for arrival in hub.all(UplinkArrival)] == [""]
    hub.poll()
    assert len(hub.messages()) == 1
