"""One wake-up is good for all that is due in a queue, for a while; more than a few are not kept."""

from contextlib import contextmanager

import pytest
from rq import Queue

from adapters import queue_server
from jobs import context, outbox
from jobs.queue import ENOUGH_THERE, Waker
from models.exchange import OutboxItem, OutboxState
from tests.exchange.conftest import BINH_SON, SON_TINH, items, send_one


@pytest.fixture
def woken(world, monkeypatch):
    """What the sending node's job wakes; three documents wait to be sent."""

    @contextmanager
    def open_office():
        with world.b.app.app_context():
            yield world.b.office

    calls = []
    monkeypatch.setattr(context, "open_office", open_office)
    for _ in range(3):
        send_one(world.b, SON_TINH, [BINH_SON])
    object.__setattr__(world.b.office, "wake", lambda queue, item_id: calls.append(item_id))
    return calls


def states(world) -> list[OutboxState]:
    return [item.state for item in items(world.b, "send")]


def test_the_job_goes_on_until_nothing_is_due(world, woken):
    outbox.run(items(world.b, "send")[1].id)
    assert states(world) == [OutboxState.DONE] * 3
    assert woken == []


def test_its_round_over_it_wakes_for_what_is_left(world, woken, monkeypatch):
    monkeypatch.setattr(outbox, "ROUND_SECONDS", -1.0)
    monkeypatch.setattr(outbox, "MOST", 1)
    outbox.run(items(world.b, "send")[0].id)
    assert states(world).count(OutboxState.DONE) == 1
    left = world.b.all(OutboxItem, OutboxItem.state == OutboxState.DUE)
    assert len(woken) == 1
    assert woken[0] in {item.id for item in left if item.queue == "exchange"}


def test_what_fails_is_put_off_and_never_gone_round_and_round(world, woken):
    world.line.away = True
    outbox.run(items(world.b, "send")[0].id)
    found = world.b.all(OutboxItem, OutboxItem.kind == "send")
    assert [item.state for item in found] == [OutboxState.DUE] * 3
    assert all(item.due_at > world.b.office.now() for item in found)


def test_a_few_wake_ups_are_enough(tmp_path):
    server = queue_server.start(tmp_path / "queue", die_with_parent=True)
    try:
        waker = Waker(server.url)
        for item_id in range(20):
            waker("exchange", item_id)
            waker("federation", item_id)
        exchange, federation = (
            Queue(name, connection=waker._redis) for name in ("exchange", "federation")
        )
        assert (exchange.count, federation.count) == (ENOUGH_THERE, 20)
        exchange.empty()
        waker("exchange", 7)
        assert exchange.count == 1, "at once, when there is room"
    finally:
        server.stop()
