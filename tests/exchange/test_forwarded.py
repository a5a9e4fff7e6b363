"""A document for a dissolved agency that forwards: its successor on another node gets it, and what
comes back reaches the row that the sender sees."""

from itertools import pairwise

import pytest

from domain.errors import Invalid
from domain.exchange_flow import TransportState
from models.exchange import Dispatch
from services import directory
from services.hub import directory as hub_directory
from tests.conftest import find_actor
from tests.exchange.conftest import (
    BINH_MINH,
    BINH_SON,
    BINH_TRUNG,
    SON_TINH,
    arrivals,
    send_one,
)
from tests.exchange.test_hub_away import entry_of, sync
from tests.exchange.test_journey import report


def dissolve(hub, code: str, heir: str, forwards: bool = True) -> None:
    entry = entry_of(hub, code)
    with hub.app.app_context():
        ending = hub_directory.Ending(hub.office.today(), heir, forwards=forwards)
        operator = find_actor(hub.office, "hub.vanhanh")
        hub_directory.dissolve(hub.office, operator, entry.id, entry.version, ending)


@pytest.mark.parametrize("through", [[], [BINH_TRUNG]], ids=["next", "next but one"])
def test_the_successor_answers_for_the_agency_that_was_written_to(world, through):
    way = [BINH_MINH, *through, BINH_SON]
    for code, heir in pairwise(way):
        dissolve(world.hub, code, heir)
    sync(world.b)
    with world.b.app.app_context():
        assert directory.search(world.b.office, BINH_MINH) == [], "not offered any more"
        with pytest.raises(Invalid):
            directory.resolve(world.b.office, ["000.99.99.H99"])
    send_one(world.b, SON_TINH, [BINH_MINH])
    world.exchange()
    (arrived,) = arrivals(world.a, BINH_SON)
    assert arrivals(world.a, BINH_MINH) == []
    report(world.a, arrived.id, "03")
    world.exchange()
    (dispatch,) = world.b.all(Dispatch)
    assert dispatch.recipient_code == BINH_MINH
    assert (dispatch.transport_state, dispatch.business_state) == (TransportState.DELIVERED, "03")


def test_of_several_dissolved_one_after_the_other_the_last_successor_is_named(world):
    dissolve(world.hub, BINH_MINH, BINH_TRUNG, forwards=False)
    dissolve(world.hub, BINH_TRUNG, BINH_SON, forwards=False)
    sync(world.b)
    with world.b.app.app_context():
        with pytest.raises(Invalid) as refusal:
            directory.resolve(world.b.office, [BINH_MINH])
        assert refusal.value.fields["successor"].endswith(f"({BINH_SON})")
        heirs = directory.heirs_of(world.b.office, directory.named(world.b.office, [BINH_MINH]))
    assert {code: heir.code for code, heir in heirs.items()} == {BINH_MINH: BINH_SON}
