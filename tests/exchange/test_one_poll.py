"""A node asks its hub once for all of its agencies, and hears at once when something comes; with a
hub that knows neither, everything goes on as it always did."""

import threading

import pytest
from sqlalchemy import select

from demo import seed
from domain.roles import SYSTEM
from models.agencies import HubLink
from models.exchange import ExchangeMessage, OutboxItem, OutboxState
from services.exchange import links, listening
from services.exchange.listening import Ear
from services.outbox import LEASE
from services.unit_of_work import transaction
from tests.conftest import drain
from tests.exchange.conftest import (
    BINH_MINH,
    BINH_SON,
    BINH_TRUNG,
    SECRETS,
    SON_TINH,
    agency_of,
    arrivals,
    items,
    send_one,
)

UNKNOWN = b'{"status":"FAIL","ErrorCode":"28","ErrorDesc":"Truc khong co thao tac nay"}'
ALL = (BINH_SON, BINH_MINH, BINH_TRUNG)


def send_to_all(world) -> None:
    send_one(world.b, SON_TINH, list(ALL))
    world.b.work()
    world.line.calls.clear()


def test_three_agencies_are_served_by_one_question(world):
    send_to_all(world)
    world.a.poll()
    assert [len(arrivals(world.a, code)) for code in ALL] == [1, 1, 1]
    assert world.line.count("pollReceived") == 1
    assert world.line.count("getReceivedEdocList") == 0
    assert len(items(world.a, "poll")) == 1
    assert all(link.last_success_at for link in world.a.all(HubLink))


@pytest.mark.parametrize("answer", [UNKNOWN, b"<html>404</html>"], ids=["code", "page"])
def test_a_hub_of_another_make_is_asked_for_each_agency(world, answer):
    send_to_all(world)
    world.line.said["pollReceived"] = answer
    world.a.poll()
    assert [len(arrivals(world.a, code)) for code in ALL] == [1, 1, 1]
    assert world.line.count("getReceivedEdocList") == 6
    assert {link.last_error for link in world.a.all(HubLink)} == {""}


def test_one_wrong_secret_stops_neither_the_others_nor_its_own_word(world):
    send_to_all(world)
    with world.a.app.app_context():
        seed.seed_hub_links(world.a.office, "http://hub.example/axis", {BINH_MINH: "sai"})
    world.a.poll()
    assert [len(arrivals(world.a, code)) for code in ALL] == [1, 0, 1]
    errors = {link.system_id: link.last_error for link in world.a.all(HubLink)}
    assert errors.pop(BINH_MINH).startswith("axis:15:")
    assert set(errors.values()) == {""}


def test_the_first_line_s_wrong_secret_does_not_stop_the_others(world):
    send_to_all(world)
    with world.a.app.app_context():
        seed.seed_hub_links(world.a.office, "http://hub.example/axis", {BINH_SON: "sai"})
    world.a.poll()
    assert [len(arrivals(world.a, code)) for code in ALL] == [0, 1, 1]


def test_a_hub_that_is_away_is_tried_once_and_told_of_every_line(world):
    world.line.away = True
    world.a.poll()
    errors = [link.last_error for link in world.a.all(HubLink)]
    assert len(errors) == 3
    assert all(error.startswith("hub-away:") for error in errors)


def test_the_polls_of_an_older_version_end_by_themselves(world):
    """It had one for each line."""
    with world.a.app.app_context(), transaction(world.a.office, SYSTEM) as work:
        for link in work.session.scalars(select(HubLink)).all()[1:]:
            work.enqueue(links.QUEUE, "poll", link.id, repeat_seconds=60)
    world.a.work()
    alive = world.a.all(OutboxItem, OutboxItem.kind == "poll", OutboxItem.state == OutboxState.DUE)
    assert len(alive) == 1
    with world.a.app.app_context():
        links.ensure_polls(world.a.office)
    assert len(items(world.a, "poll")) == 3


def test_a_line_that_moves_to_another_hub_is_polled_there(world):
    with world.a.app.app_context():
        seed.seed_hub_links(
            world.a.office, "http://hub.example:8001/axis", {BINH_MINH: SECRETS[BINH_MINH]}
        )
        assert len(links.leads(world.a.office.session())) == 2
    send_to_all(world)
    world.a.poll()
    assert [len(arrivals(world.a, code)) for code in ALL] == [1, 1, 1]
    assert world.line.count("pollReceived") == 1
    assert world.line.count("getReceivedEdocList") == 2


def test_trouble_with_one_question_is_not_forgotten_over_the_next(world):
    """Of the first document the receipt is missing, of the second any word."""
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.a.poll()
    world.line.said["getReceipts"] = b"gateway timeout"
    world.b.poll()
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.b.wait(seconds=15)
    world.line.said = {"getSentEdocList": b"gateway timeout"}
    asked = world.line.count("getSentEdocList")
    world.b.poll()
    assert world.line.count("getSentEdocList") == asked + 1
    (link,) = world.b.all(HubLink)
    assert link.last_error.startswith(links.HUB_AWAY)


# --- listening ---------------------------------------------------------------------------------


def ear_of(node) -> Ear:
    with node.app.app_context():
        [lead] = listening.hubs(node.office)
    return Ear(lead)


def listen(node, ear: Ear) -> None:
    with node.app.app_context():
        listening.listen(node.office, ear)


def test_news_makes_the_poll_due_at_once_for_whichever_agency(world):
    world.a.work()
    ear = ear_of(world.a)
    listen(world.a, ear)
    assert (ear.heard, ear.pause) == (None, 0)
    thread = threading.Thread(target=listen, args=(world.a, ear))
    thread.start()
    send_one(world.b, SON_TINH, [BINH_TRUNG])
    world.b.work()
    thread.join(20)
    assert ear.heard is None
    assert drain(world.a.app, kinds={"poll"}) == 1
    assert len(arrivals(world.a, BINH_TRUNG)) == 1


def test_news_that_come_while_a_poll_is_at_work_are_not_forgotten(world):
    world.a.work()
    ear = Ear(ear_of(world.a).line_id, heard=2)
    with world.a.app.app_context(), transaction(world.a.office, SYSTEM) as work:
        item = work.session.scalars(select(OutboxItem).where(OutboxItem.kind == "poll")).one()
        item.lease_until, item.due_at = work.now + LEASE, work.now
    listen(world.a, ear)
    assert (ear.heard, ear.pause) == (2, listening.HELD)
    world.a.wait(minutes=5)
    listen(world.a, ear)
    assert ear.heard is None
    [poll] = items(world.a, "poll")
    assert poll.priority == 2


def test_a_hub_of_another_make_is_not_asked_often(world):
    world.line.said["awaitReceived"] = UNKNOWN
    ear = ear_of(world.a)
    listen(world.a, ear)
    assert ear.pause == listening.NEVER_HEARD


def test_a_hub_that_is_away_is_left_in_peace_for_a_while(world):
    world.line.away = True
    ear = ear_of(world.a)
    listen(world.a, ear)
    assert ear.pause == listening.AWAY


def test_a_hub_without_a_free_place_is_not_pressed(world):
    object.__setattr__(world.hub.office.settings, "waiters", 0)
    ear = ear_of(world.a)
    listen(world.a, ear)
    listen(world.a, ear)
    assert ear.pause == listening.CROWDED


def test_without_waiting_there_is_nothing_to_listen_to(world):
    object.__setattr__(world.a.office.settings, "wait_seconds", 0)
    with world.a.app.app_context():
        assert listening.hubs(world.a.office) == []


def test_the_messages_bear_the_agency_they_are_for(world):
    send_to_all(world)
    world.a.poll()
    owners = {m.agency_id for m in world.a.all(ExchangeMessage, ExchangeMessage.direction == "in")}
    assert owners == {agency_of(world.a, code) for code in ALL}
