"""Handing over: who gets what, in which order, and what an acknowledgement changes."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from adapters.axis.errors import AxisRefusal
from extensions import db
from models.audit import AuditEntry
from models.hub import HubMessage
from services.hub import accounts, deliveries
from tests.hub.packages import BINH_MINH, BINH_SON, SON_TINH, accept, client, edoc, fetch, status


@pytest.fixture
def item(office):
    accept(office, SON_TINH, edoc())
    return deliveries.waiting(office, BINH_SON, "edoc")[0].doc_id


def state(office, doc_id: str) -> str:
    return deliveries._delivery(office, BINH_SON, doc_id).state


def tags(office) -> list[str]:
    return list(
        office.session().scalars(select(AuditEntry.tag).where(AuditEntry.tag.startswith("hub:")))
    )


def test_every_time_that_a_package_is_handed_out_is_noted(office, item):
    for _ in range(3):
        assert fetch(office, BINH_SON, item) == edoc()
    assert state(office, item) == "PROCESSING"
    assert tags(office).count("hub:fetch") == 3
    delivery = deliveries._delivery(office, BINH_SON, item)
    message = office.session().get(HubMessage, delivery.message_id)
    assert fetch(office, SON_TINH, message.doc_id) == edoc()
    assert tags(office).count("hub:fetch") == 4, "to its sender too"


def test_done_is_the_end_and_a_late_acknowledgement_changes_nothing(office, item):
    for status_ in ("processing", "DONE", "done", "fail", "processing"):
        deliveries.acknowledge(office, BINH_SON, item, status_)
    assert state(office, item) == "DONE"
    assert tags(office).count("hub:acknowledge") == 1
    assert deliveries.waiting(office, BINH_SON, "edoc") == []


def test_what_was_done_can_still_be_fetched_without_becoming_undone(office, item):
    deliveries.acknowledge(office, BINH_SON, item, "done")
    assert fetch(office, BINH_SON, item) == edoc()
    assert state(office, item) == "DONE"


def test_a_failed_delivery_is_offered_again_after_an_hour(office, item, clock):
    deliveries.acknowledge(office, BINH_SON, item, "fail")
    assert deliveries.count_waiting(office, BINH_SON, "edoc") == 0
    clock.ahead += deliveries.OFFER_FAILED_AFTER + timedelta(seconds=1)
    assert deliveries.count_waiting(office, BINH_SON, "edoc") == 1
    fetch(office, BINH_SON, item)
    assert state(office, item) == "PROCESSING"


def test_what_fails_once_more_is_left_in_peace_for_another_hour(office, item, clock):
    deliveries.acknowledge(office, BINH_SON, item, "fail")
    for _ in range(2):
        clock.ahead += deliveries.OFFER_FAILED_AFTER + timedelta(seconds=1)
        assert deliveries.count_waiting(office, BINH_SON, "edoc") == 1
        deliveries.acknowledge(office, BINH_SON, item, "fail")
        assert deliveries.count_waiting(office, BINH_SON, "edoc") == 0
    assert tags(office).count("hub:acknowledge") == 1


def test_nobody_is_more_urgent_than_the_most_urgent_there_is(office):
    accept(office, SON_TINH, edoc(document_id="id-1", priority=4))
    accept(office, SON_TINH, edoc(document_id="id-2", priority=999_999_999))
    found = deliveries.waiting(office, BINH_SON, "edoc")
    assert [d.message.urgency for d in found] == [4, 4]


@pytest.mark.parametrize("word", ["", "03", "xong", "INITIAL"])
def test_a_status_the_axis_does_not_know_is_refused(office, item, word):
    with pytest.raises(AxisRefusal, match="axis-bad-arguments"):
        deliveries.acknowledge(office, BINH_SON, item, word)


def test_urgent_comes_before_ordinary_and_new_before_already_fetched(office):
    for number, urgency in enumerate((0, 3, 1)):
        accept(office, SON_TINH, edoc(document_id=f"id-{number}", priority=urgency))
    first = deliveries.waiting(office, BINH_SON, "edoc")
    assert [d.message.urgency for d in first] == [3, 1, 0]
    fetch(office, BINH_SON, first[0].doc_id)
    again = deliveries.waiting(office, BINH_SON, "edoc")
    assert [d.message.urgency for d in again] == [1, 0, 3]


def test_documents_and_statuses_wait_in_lists_of_their_own(office, item):
    accept(office, BINH_MINH, status("01", BINH_MINH, BINH_SON))
    assert deliveries.count_waiting(office, BINH_SON, "edoc") == 1
    assert deliveries.count_waiting(office, BINH_SON, "status") == 1


def test_without_an_id_the_sender_sees_its_latest_of_that_kind(office, item):
    accept(office, SON_TINH, edoc(document_id="id-2"), "edoc", [BINH_SON, BINH_MINH])
    assert len(deliveries.sent(office, SON_TINH, "edoc")) == 3
    assert deliveries.sent(office, SON_TINH, "status") == []
    assert deliveries.sent(office, BINH_SON, "edoc") == []


def test_a_poll_that_brings_nothing_writes_nothing_and_asks_twice(hub_app, office):
    import httpx

    transport = httpx.WSGITransport(hub_app)
    poller = client("http://hub.example/axis", BINH_SON, transport=transport)
    poller.received_list()
    entries = office.session().scalar(select(func.count()).select_from(AuditEntry))
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    assert poller.received_list() == []
    asked = [s for s in statements if not s.startswith(("BEGIN", "PRAGMA"))]
    assert len(asked) == 2, asked
    assert all(statement.startswith("SELECT") for statement in asked)
    assert office.session().scalar(select(func.count()).select_from(AuditEntry)) == entries


def test_the_last_call_is_noted_at_most_once_a_minute(office, clock):
    account = accounts.find(office, BINH_SON)
    accounts.touch(office, account, "getEdoc")
    first = accounts.find(office, BINH_SON).last_call_at
    clock.ahead += timedelta(seconds=50)
    accounts.touch(office, accounts.find(office, BINH_SON), "getEdoc")
    assert accounts.find(office, BINH_SON).last_call_at == first
    clock.ahead += timedelta(seconds=50)
    accounts.touch(office, accounts.find(office, BINH_SON), "getEdoc")
    assert accounts.find(office, BINH_SON).last_call_at > first
