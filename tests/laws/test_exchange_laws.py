"""Laws 1, 2, 3, 5 and 6 of the design, as the exchange must keep them. Each test fails without the
few lines that keep its law."""

import pytest
from sqlalchemy import select

from domain.roles import SYSTEM
from models.agencies import Agency
from models.audit import AuditEntry
from models.exchange import Dispatch, ExchangeMessage, OutboxItem
from models.outgoing import OutgoingDocument
from services import exchange, outbox
from services.changes import again
from services.exchange import receiving, sending
from services.outbox import LEASE, LeaseLost
from services.outgoing.state import move
from services.unit_of_work import transaction
from tests.exchange.conftest import (
    BINH_SON,
    SON_TINH,
    TINH_HA,
    arrivals,
    issue,
    items,
    send_one,
    world,
)

__all__ = ["world"]


def claim(node, kind: str):
    with node.app.app_context():
        return outbox.claim(node.office, items(node, kind)[0].id)


def _dispatch_and_fail(node, document_id: int) -> None:
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        doc = work.session.get(OutgoingDocument, document_id)
        move(work, doc, "dispatch")
        exchange.dispatch(work, doc)
        1 / 0  # noqa: B018


def test_law_1_a_wake_up_that_is_lost_is_made_up_for_from_sql(world):
    woken = []
    object.__setattr__(world.b.office, "wake", lambda queue, item_id: None)  # all lost
    send_one(world.b, SON_TINH, [BINH_SON, TINH_HA])
    world.b.wait(minutes=1)
    object.__setattr__(world.b.office, "wake", lambda queue, item_id: woken.append(item_id))
    with world.b.app.app_context():
        outbox.wake_due(world.b.office)
    assert {items(world.b, "send")[0].id, items(world.b, "deliver")[0].id} <= set(woken)


def test_law_2_a_dispatch_that_fails_leaves_nothing_and_wakes_nobody(world):
    document_id = issue(world.b, SON_TINH, [BINH_SON, TINH_HA])
    before = len(world.b.all(OutboxItem)), len(world.b.all(AuditEntry))
    woken = []
    object.__setattr__(world.b.office, "wake", lambda queue, item_id: woken.append(item_id))
    with pytest.raises(ZeroDivisionError):
        _dispatch_and_fail(world.b, document_id)
    assert (len(world.b.all(OutboxItem)), len(world.b.all(AuditEntry))) == before
    assert world.b.all(Dispatch) == world.b.all(ExchangeMessage) == []
    assert woken == []


def test_law_3_a_worker_thought_dead_cannot_write_its_result(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    slow = claim(world.b, "send")
    world.b.wait(seconds=LEASE.total_seconds() + 1)
    world.b.work({"send"})
    (sent,) = world.b.all(ExchangeMessage)
    agency_id = sent.agency_id
    with world.b.app.app_context():
        office = world.b.office
        for write in (
            lambda: sending._accepted(office, slow, agency_id, "mot-ma-khac"),
            lambda: sending.refused(office, slow, "axis:18:khong co"),
            lambda: sending._unanswered(office, slow, agency_id, "hub-away:x"),
        ):
            with pytest.raises(LeaseLost):
                write()
    (message,) = world.b.all(ExchangeMessage)
    assert (message.state, message.hub_doc_id) == (sent.state, sent.hub_doc_id)


def test_law_3_a_poll_thought_dead_takes_no_package(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    slow = claim(world.a, "poll")
    raw = world.b.office.files.read(world.b.all(ExchangeMessage)[0].payload_sha256)
    sha256 = world.a.office.files.put([raw])
    world.a.wait(seconds=LEASE.total_seconds() + 1)
    world.a.poll()
    (arrived,) = arrivals(world.a, BINH_SON)
    with world.a.app.app_context(), pytest.raises(LeaseLost):
        receiving.take(world.a.office, slow, arrived.agency_id, "ma-khac", sha256)
    assert len(arrivals(world.a, BINH_SON)) == 1


def test_law_5_a_pinned_package_is_sent_as_it_is_whatever_changes_meanwhile(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.line.away = True
    world.b.work()
    (message,) = world.b.all(ExchangeMessage)
    pinned = world.b.office.files.read(message.payload_sha256)
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        work.session.scalars(select(Agency).where(Agency.code == SON_TINH)).one().name = "Tên mới"
    world.line.away = False
    world.b.wait(hours=1)
    world.b.work()
    (body,) = [body for operation, body in world.line.calls if operation == "sendEdoc"]
    assert body.removesuffix(b"\r\n") == pinned


def test_law_5_the_same_rows_give_the_same_bytes(world):
    from services.exchange import packaging

    send_one(world.b, SON_TINH, [BINH_SON])

    def build(session):
        message = session.scalars(select(ExchangeMessage)).one()
        return b"".join(packaging.build(session, world.b.office.files, message))

    built = [world.b.read(build) for _ in range(2)]
    assert built[0] == built[1]


def test_law_6_a_first_copy_that_failed_half_way_does_not_make_the_next_a_duplicate(
    world, monkeypatch
):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    monkeypatch.setattr(again, "arrive", lambda *args: 1 / 0)
    world.a.poll()
    assert world.a.all(ExchangeMessage) == []
    assert arrivals(world.a, BINH_SON) == []
    monkeypatch.undo()
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 1
