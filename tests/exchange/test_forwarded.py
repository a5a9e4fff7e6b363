"""A document for a dissolved agency that forwards: its successor on another node gets it, and what
comes back reaches the row that the sender sees."""

import pytest

from domain.errors import Invalid
from domain.exchange_flow import TransportState
from models.exchange import Dispatch
from services import directory
from services.hub import directory as hub_directory
from tests.conftest import find_actor
from tests.exchange.conftest import BINH_MINH, BINH_SON, SON_TINH, arrivals, send_one
from tests.exchange.test_hub_away import entry_of, sync
from tests.exchange.test_journey import report


def test_the_successor_answers_for_the_agency_that_was_written_to(world):
    entry = entry_of(world.hub, BINH_MINH)
    with world.hub.app.app_context():
        office = world.hub.office
        ending = hub_directory.Ending(office.today(), BINH_SON, forwards=True)
        operator = find_actor(office, "hub.vanhanh")
        hub_directory.dissolve(office, operator, entry.id, entry.version, ending)
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
