"""One call for many agencies, each proven by its own secret; and the long poll."""

import json
import threading
import time

import httpx
import pytest

from adapters.axis import proofs, wire
from adapters.axis.errors import AxisRefusal, NotOffered, PermanentAxisError
from extensions import db
from services.hub import accounts, deliveries, waiting
from services.hub.waiting import Mark, Places
from tests.axis.loopback_hub import LoopbackHub
from tests.axis.test_client import SECRET_ONE, TWO, answering, in_process
from tests.hub.packages import (
    BINH_MINH,
    BINH_SON,
    SECRETS,
    SON_TINH,
    TINH_HA,
    accept,
    client,
    edoc,
    status,
)


@pytest.fixture
def caller(hub_app):
    return client("http://hub.example/axis", BINH_SON, transport=httpx.WSGITransport(hub_app))


def others(*codes: str) -> dict[str, str]:
    return {code: SECRETS[code] for code in codes}


def test_documents_and_statuses_of_all_agencies_come_in_one_answer(office, caller):
    accept(office, SON_TINH, edoc(to=(BINH_SON, BINH_MINH)))
    accept(office, BINH_SON, status("03", BINH_SON, SON_TINH))
    found = caller.poll_received(others(BINH_MINH, SON_TINH))
    assert found.codes == {BINH_SON, BINH_MINH, SON_TINH}
    told = {(item.to_code, item.message_type, item.from_code) for item in found.items}
    assert told == {
        (SON_TINH, "status", BINH_SON),
        (BINH_SON, "edoc", SON_TINH),
        (BINH_MINH, "edoc", SON_TINH),
    }
    assert accounts.find(office, BINH_MINH).last_call_at is not None


@pytest.mark.parametrize(
    "secret", ["sai", "", SECRETS[BINH_SON]], ids=["another", "none", "the caller's"]
)
def test_an_agency_without_its_own_proof_is_left_out_and_the_others_are_served(
    office, caller, secret
):
    accept(office, SON_TINH, edoc(to=(BINH_SON, BINH_MINH, TINH_HA)))
    found = caller.poll_received({BINH_MINH: secret} | others(TINH_HA))
    assert found.codes == {BINH_SON, TINH_HA}
    assert {item.to_code for item in found.items} == {BINH_SON, TINH_HA}


def test_a_locked_or_unknown_agency_is_left_out(office, operator, caller):
    accounts.set_locked(office, operator, accounts.find(office, BINH_MINH).id, True)
    found = caller.poll_received(others(BINH_MINH) | {"000.99.99.H48": "x"})
    assert found.codes == {BINH_SON}


def test_a_proof_of_another_call_or_of_an_unnamed_code_is_worth_nothing(hub_app, office):
    """The proof is over the signed text, which holds the codes and the time of the call."""
    accept(office, SON_TINH, edoc(to=(BINH_SON, BINH_MINH)))
    kept = {}

    class Tampering(httpx.BaseTransport):
        inner = httpx.WSGITransport(hub_app)

        def handle_request(self, request):
            name = proofs.HEADER
            if kept:
                request.headers[name] = kept["proofs"]
            else:
                kept["proofs"] = request.headers[name]
            return self.inner.handle_request(request)

    poller = client("http://hub.example/axis", BINH_SON, transport=Tampering())
    assert poller.poll_received(others(BINH_MINH)).codes == {BINH_SON, BINH_MINH}
    time.sleep(0.002)  # the stamp has milliseconds
    assert poller.poll_received(others(BINH_MINH)).codes == {BINH_SON}
    assert poller.poll_received(others(TINH_HA)).codes == {BINH_SON}


@pytest.mark.parametrize("also", ['{"a": 1}', "[", json.dumps(["x"] * 1001)])
def test_nonsense_for_codes_is_refused(also):
    with pytest.raises(AxisRefusal, match="axis-bad-arguments"):
        proofs.proven(wire.Call(BINH_SON, {"also": also}), {}, lambda codes: {})


def test_a_caller_with_a_wrong_secret_is_refused_as_ever(hub_app):
    poller = client(
        "http://hub.example/axis", BINH_SON, secret="sai", transport=httpx.WSGITransport(hub_app)
    )
    with pytest.raises(PermanentAxisError, match="15"):
        poller.poll_received(others(BINH_MINH))


def test_an_axis_of_another_make_says_so_whatever_its_way():
    hub = LoopbackHub()
    for axis in (
        in_process(hub, secret=SECRET_ONE),
        answering(b"<html>Not Found</html>", 404),
        answering(b'{"timestamp":"x","status":404,"error":"Not Found"}', 404),
        answering(b'{"status":"FAIL","ErrorCode":"99","ErrorDesc":"khong ro"}'),
    ):
        with pytest.raises(NotOffered):
            axis.poll_received({TWO: "x"})
        with pytest.raises(NotOffered):
            axis.await_received({}, "", 5)


def test_the_first_call_answers_at_once_and_gives_a_mark(office, caller):
    accept(office, SON_TINH, edoc())
    news = caller.await_received({}, "", 20)
    assert (news.is_new, Mark.read(news.mark).count) == (False, 1)


def test_what_came_between_two_calls_is_told_at_once(office, caller):
    mark = caller.await_received(others(BINH_MINH), "", 20).mark
    accept(office, SON_TINH, edoc(to=(BINH_MINH,), priority=3))
    news = caller.await_received(others(BINH_MINH), mark, 20)
    assert (news.is_new, news.urgency) == (True, 3)
    assert not caller.await_received({}, mark, 0).is_new


def test_what_was_taken_lowers_the_bar_for_what_comes(office, caller):
    accept(office, SON_TINH, edoc())
    mark = caller.await_received({}, "", 0).mark
    [item] = caller.received_list()
    caller.get_edoc(item.doc_id)
    assert not caller.await_received({}, mark, 0).is_new
    accept(office, SON_TINH, edoc(document_id="id-2"))
    assert caller.await_received({}, mark, 0).is_new


def test_a_delivery_offered_again_is_news(office, caller, clock):
    accept(office, SON_TINH, edoc())
    [item] = caller.received_list()
    caller.update_status(item.doc_id, "fail")
    mark = caller.await_received({}, "", 0).mark
    accept(office, SON_TINH, edoc())
    assert caller.await_received({}, mark, 0).is_new


def test_a_waiting_call_is_woken_by_the_acceptance_and_holds_no_connection(hub_app, office):
    accept(office, SON_TINH, edoc())
    caller = client("http://hub.example/axis", BINH_SON, transport=httpx.WSGITransport(hub_app))
    mark = caller.await_received({}, "", 0).mark
    found = []

    def wait() -> None:
        with hub_app.app_context():
            found.append(caller.await_received({}, mark, 15))

    thread = threading.Thread(target=wait)
    thread.start()
    until_somebody_waits()
    office.session().rollback()
    assert db.engine.pool.checkedout() == 0
    started = time.monotonic()
    accept(office, SON_TINH, edoc(document_id="id-2"))
    thread.join(10)
    assert found[0].is_new
    assert time.monotonic() - started < 10, "it waited for its time to be over"


def until_somebody_waits() -> None:
    for _ in range(1000):
        if waiting.PLACES._waiting:
            return
        time.sleep(0.005)
    raise AssertionError("nobody waits")


def test_only_whom_it_concerns_is_woken_and_the_places_are_few():
    places = Places()
    with places.place({"a"}, 2) as first, places.place({"b"}, 2) as second:
        with places.place({"c"}, 2) as third:
            assert third is None
        places.tell(["b", "x"])
        assert (first.is_set(), second.is_set()) == (False, True)
    with places.place({"c"}, 2) as again:
        assert again is not None
        places.close()
        assert again.is_set()
    with places.place({"c"}, 2) as late:
        assert late is None


def test_who_finds_no_place_is_answered_at_once(hub_app, office, caller):
    object.__setattr__(office.settings, "waiters", 0)
    accept(office, SON_TINH, edoc())
    mark = caller.await_received({}, "", 0).mark
    started = time.monotonic()
    assert not caller.await_received({}, mark, 15).is_new
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("text", ["", "x", "1", "1-", "-1", "1-2-3", "²-1", "9" * 30 + "-1"])
def test_a_mark_that_is_none_counts_as_the_beginning(text):
    assert Mark.read(text) == Mark()


def test_urgent_packages_come_first_whatever_agency_they_are_for(office):
    accept(office, SON_TINH, edoc(document_id="id-1"))
    accept(office, SON_TINH, edoc(to=(BINH_MINH,), document_id="id-2", priority=2))
    found = deliveries.waiting_for(office, [BINH_SON, BINH_MINH])
    assert [d.recipient_code for d in found] == [BINH_MINH, BINH_SON]
