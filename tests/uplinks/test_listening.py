"""A hub waits at the hubs above it: what is urgent there does not wait for the uplink's timer."""

import threading
from datetime import timedelta

from sqlalchemy import update

from jobs import context
from jobs import listening as process
from models.exchange import OutboxItem
from services.exchange.listening import AWAY, GATHERING, NEVER_HEARD, Ear
from services.hub import listening, uplinks
from services.unit_of_work import transaction
from tests.conftest import drain
from tests.hub.packages import SON_TINH, accept, edoc
from tests.uplinks.test_receipts_across import UNKNOWN
from tests.uplinks.test_relaying import put_at_nation

URGENT = 2


def listen(hub, ear: Ear) -> None:
    with hub.app.app_context():
        listening.listen(hub.office, ear)


def lines(hub) -> list[int]:
    with hub.app.app_context():
        return listening.hubs(hub.office)


def put_off(hub) -> None:
    """The uplink's timer has just gone round."""
    with hub.app.app_context(), transaction(hub.office, hub.operator) as work:
        polls = update(OutboxItem).where(OutboxItem.kind == uplinks.POLL)
        work.session.execute(polls.values(due_at=work.now + timedelta(minutes=1)))


def test_what_comes_up_there_is_fetched_at_once(nation):
    nation.p.poll()
    put_off(nation.p)
    [line] = lines(nation.p)
    ear = Ear(line)
    listen(nation.p, ear)
    assert (ear.heard, ear.pause) == (None, 0)
    waiting = threading.Thread(target=listen, args=(nation.p, ear))
    waiting.start()
    put_at_nation(nation, edoc("000.00.01.G09", to=(SON_TINH,), priority=URGENT), SON_TINH)
    waiting.join(20)
    assert (ear.heard, ear.pause) == (None, GATHERING)
    [poll] = nation.p.all(OutboxItem, OutboxItem.kind == uplinks.POLL, OutboxItem.state == "due")
    assert poll.priority == URGENT
    assert drain(nation.p.app, kinds={uplinks.POLL}) == 1
    assert len(nation.p.messages()) == 1


def test_one_line_that_is_dead_or_knows_no_waiting_does_not_hurt_another(nation):
    nation.line.said["awaitReceived"] = UNKNOWN
    ear = Ear(nation.p.uplink_id)
    listen(nation.p, ear)
    assert ear.pause == NEVER_HEARD
    nation.line.said, nation.line.away = {}, True
    ear = Ear(nation.p.uplink_id)
    listen(nation.p, ear)
    assert ear.pause == AWAY
    with nation.p.app.app_context():
        accept(nation.p.office, SON_TINH, edoc(to=("000.21.31.H48",)))


def test_a_closed_line_or_a_hub_without_one_is_not_listened_on(nation):
    assert lines(nation.n) == []
    nation.p.do(uplinks.set_active, nation.p.uplink_id, False)
    assert lines(nation.p) == []
    object.__setattr__(nation.q.office.settings, "wait_seconds", 0)
    assert lines(nation.q) == []


def test_the_process_finds_the_lines_of_its_hub(nation, monkeypatch):
    from contextlib import contextmanager

    @contextmanager
    def open_office():
        with nation.p.app.app_context():
            yield nation.p.office

    monkeypatch.setattr(context, "open_office", open_office)
    assert process.lines() == [nation.p.uplink_id]
