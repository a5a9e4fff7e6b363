"""The hub asks its nodes: what they tell is kept once, a node in trouble holds up no other."""

import json
import socket
import threading
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import chain
from time import monotonic

import pytest
from sqlalchemy import String, delete, func, select, update

from adapters.federation import asking, signing
from adapters.federation.asking import Way
from domain.roles import SYSTEM
from models.audit import AuditEntry, AuditHead, Notification
from models.exchange import OutboxItem, OutboxState
from models.federation import NodeReport, NodeSite, NodeStatus
from models.hub import HubAccount
from services import outbox
from services.federation import overview, pulling, reports, sites
from services.hub import accounts, audit_heads
from services.office import utc_now
from services.outbox import LeaseLost
from services.unit_of_work import transaction
from tests.federation.conftest import BINH_SON, SON_TINH, TINH_HA
from tests.federation.test_feed import told_by_the_chain
from tests.federation.test_node_api import arrive

ASK = "federation_ask"


def ask(hub) -> None:
    """One round, due now."""
    hub.work(ASK)
    with hub.app.app_context(), transaction(hub.office, SYSTEM) as work:
        again = update(OutboxItem).where(OutboxItem.kind == ASK, OutboxItem.repeat_seconds > 0)
        work.session.execute(again.values(due_at=work.now))


def kept(hub) -> list[int]:
    with hub.session() as session:
        return list(session.scalars(select(NodeStatus.sequence).order_by(NodeStatus.sequence)))


def test_what_a_node_tells_is_kept_with_deltas(hub, node, site):
    arrive(node)
    ask(hub)
    first = site()
    assert (first.problem, first.failures) == ("", 0)
    assert first.last_success_at is not None
    assert first.agencies == [SON_TINH, TINH_HA]
    assert first.counters["incoming"]["states"] == {"arrived": 1}
    assert (first.waiting_in, first.waiting_out) == (1, 0)
    assert first.oldest_in_at is not None
    assert kept(hub) == told_by_the_chain(node)
    arrive(node)
    ask(hub)
    assert kept(hub) == told_by_the_chain(node)
    assert site().counters["incoming"]["states"] == {"arrived": 2}
    ask(hub)
    assert kept(hub) == told_by_the_chain(node)
    assert hub.one(select(func.count(NodeReport.id))) == 3
    newest = select(NodeReport.statuses).order_by(NodeReport.id.desc()).limit(1)
    assert hub.one(newest) == 0


def test_more_than_one_page_of_statuses_comes_in_one_round(hub, node, site, monkeypatch):
    monkeypatch.setattr("adapters.federation.schema.MOST_STATUSES", 3)
    monkeypatch.setattr("services.federation.feed.feed.__defaults__", (3,))
    for _ in range(8):
        arrive(node)
    ask(hub)
    assert kept(hub) == told_by_the_chain(node)
    assert site().cursor >= kept(hub)[-1]


def test_the_schedule_keeps_one_item_at_the_pace_of_the_settings(hub, node, site):
    for _ in range(2):
        hub.work(ASK)
    query = select(OutboxItem).where(OutboxItem.kind == ASK)
    with hub.session() as session:
        [item] = session.scalars(query).all()
        assert (item.queue, item.repeat_seconds) == ("federation", 300)
        assert item.due_at > hub.office.now()


def test_a_button_asks_one_node_at_once_and_twice_pressed_once(hub, node, site, operator):
    with hub.app.app_context():
        for _ in range(2):
            sites.ask_now(hub.office, operator, site().id)
    waiting = select(func.count(OutboxItem.id)).where(OutboxItem.repeat_seconds == 0)
    assert hub.one(waiting) == 1
    hub.work(ASK)
    assert site().last_success_at is not None
    assert hub.one(waiting.where(OutboxItem.state == OutboxState.DUE)) == 0


def test_while_a_secret_is_replaced_the_one_of_before_is_tried(hub, node, site, operator):
    with hub.app.app_context():
        account = accounts.find(hub.office, SON_TINH)
        accounts.rotate(hub.office, operator, account.id, accounts.mark(account))
    ask(hub)
    assert site().problem == ""
    hub.clock.ahead = node.clock.ahead = timedelta(days=8)
    ask(hub)
    assert site().problem == "federation-wrong-signature"


def test_a_locked_system_is_not_asked(hub, node, site):
    with hub.app.app_context(), transaction(hub.office, SYSTEM) as work:
        work.session.execute(update(HubAccount).values(is_locked=True))
    ask(hub)
    assert (site().last_success_at, site().failures) == (None, 0)


def test_a_chain_that_went_back_is_told_and_cleared_with_a_reason(hub, node, site, operator):
    arrive(node)
    ask(hub)
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        first = select(AuditEntry.hash).where(AuditEntry.sequence == 1).scalar_subquery()
        work.session.execute(update(AuditHead).values(sequence=1, hash=first))
        work.session.execute(delete(AuditEntry).where(AuditEntry.sequence > 1))
    ask(hub)
    assert site().contradicted_at is not None
    tag = "hub:head_contradicts"
    assert hub.one(select(func.count(AuditEntry.sequence)).where(AuditEntry.tag == tag)) == 1
    assert hub.one(select(func.count(Notification.id)).where(Notification.kind == tag)) == 1
    with hub.app.app_context():
        sites.clear(hub.office, operator, site().id, "Khôi phục từ bản sao lưu ngày 20/11")
    ask(hub)
    assert site().contradicted_at is None


def test_a_chain_written_anew_shows_even_where_it_has_grown_since(hub, node, site):
    arrive(node)
    ask(hub)
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        last = select(func.max(AuditEntry.sequence)).scalar_subquery()
        other = update(AuditEntry).where(AuditEntry.sequence == last).values(hash="0" * 64)
        work.session.execute(other)
    arrive(node)
    ask(hub)
    assert site().contradicted_at is not None


def test_what_was_written_anew_below_the_cursor_is_asked_for_again(hub, node, site):
    """A node restored from a backup uses its numbers again, and has passed them before it is
    asked."""
    for _ in range(3):
        arrive(node)
    ask(hub)
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        work.session.execute(
            update(AuditEntry)
            .where(AuditEntry.tag == "incoming:arrive")
            .values(hash=AuditEntry.sequence.cast(String(64)), subject_id=1)
        )
        last = select(func.max(AuditEntry.sequence)).scalar_subquery()
        other = update(AuditEntry).where(AuditEntry.sequence == last).values(hash="0" * 64)
        work.session.execute(other)
    arrive(node)
    documents = select(func.count(NodeStatus.document.distinct()))
    for _ in range(2):
        ask(hub)
    assert site().contradicted_at is not None
    assert kept(hub) == told_by_the_chain(node)
    assert hub.one(documents) == 2, "what the chain says now, not what it said before"


def test_a_chain_shorter_than_what_was_lodged_is_told(hub, node, site):
    with hub.app.app_context():
        audit_heads.lodge(hub.office, SON_TINH, 10**6, "a" * 64)
    hub.clock.ahead = node.clock.ahead = timedelta(seconds=5)
    ask(hub)
    assert site().contradicted_at is not None


def test_who_lost_the_lease_writes_nothing(hub, node, site):
    hub.work()
    with hub.app.app_context():
        with transaction(hub.office, SYSTEM) as work:
            item = work.enqueue("federation", ASK, pulling.ALL)
        lease = outbox.claim(hub.office, item.id)
        hub.clock.ahead = node.clock.ahead = timedelta(minutes=3)
        assert outbox.claim(hub.office, item.id)
        before = hub.one(select(func.count(NodeReport.id)))
        with pytest.raises(LeaseLost):
            pulling.ask(hub.office, lease)
    assert hub.one(select(func.count(NodeReport.id))) == before


# Nodes that are none, or not well.


@contextmanager
def answering(reply):
    """A server that answers every connection with `reply(request)`, or hangs where that is None."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        open_ones = []
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            request = connection.recv(65536)
            said = reply(request)
            if said is None:
                open_ones.append(connection)
                continue
            connection.sendall(said)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def http(status: str, body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def proven(request: bytes, body: bytes) -> bytes:
    """An answer that is signed as it should be, whatever it says."""
    lines = dict(line.split(": ", 1) for line in request.decode().split("\r\n")[1:] if ": " in line)
    nonce = {name.lower(): value for name, value in lines.items()}[signing.NONCE.lower()]
    made = signing.sign_answer(nonce, "bi-mat", 200, body)
    return http("200 OK", body, f"{signing.ANSWER}: {made}\r\n")


TROUBLES = {
    "federation-node-slow": lambda request: None,
    "federation-redirects": lambda request: http("302 Found", b"", "Location: /\r\n"),
    "federation-node-refuses:500": lambda request: http("500 Oops", b"<html>"),
    "federation-answer-unproven": lambda request: http("200 OK", b"{}"),
    "federation-answer-bad:JSON": lambda request: proven(request, b"<html>"),
    "federation-answer-bad:data": lambda request: proven(request, b"{}"),
    "federation-answer-large": lambda request: http("200 OK", b" " * 1_100_000),
    "federation-answer-bad:Content-Encoding": lambda request: http(
        "200 OK", b"x", "Content-Encoding: gzip\r\n"
    ),
    "federation-node-away:RemoteProtocolError": lambda request: b"nonsense\r\n\r\n",
    "federation-clock": lambda request: http(
        "401 No", json.dumps({"error": {"reason": "federation-clock", "message": ""}}).encode()
    ),
}


def asks(addresses) -> list[asking.Ask]:
    return [
        asking.Ask(key, address, SON_TINH, ("bi-mat",)) for key, address in enumerate(addresses)
    ]


def test_every_trouble_of_a_node_has_its_word_and_holds_up_no_other():
    with ExitStack() as stack:
        addresses = [stack.enter_context(answering(reply)) for reply in TROUBLES.values()]
        addresses.append("http://127.0.0.1:9")
        started = monotonic()
        way = Way(utc_now, seconds=4.0)
        told = list(chain.from_iterable(asking.ask_all(asks(addresses), way)))
        assert monotonic() - started < 20
    problems = {each.key: each.problem for each in told}
    expected = [*TROUBLES, "federation-node-away:ConnectError"]
    assert [problems[key] for key in range(len(expected))] == expected
    assert told[-1].problem == "federation-node-slow", "the slow one comes last, the others before"


def test_the_answer_of_a_packed_body_is_asked_for_unpacked_and_without_proxies(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    seen = []

    def reply(request: bytes) -> bytes:
        seen.append(request.decode())
        return http("200 OK", b"{}")

    with answering(reply) as address:
        list(asking.ask_all(asks([address]), Way(utc_now)))
    assert "accept-encoding: identity" in seen[0].lower()


def test_a_report_that_no_node_of_ours_would_send_is_its_own_failure(hub, node, site):
    """Statuses out of order, a day that no month has: refused, and the next is kept."""
    arrive(node)
    ask(hub)
    bad = []
    for at, sequence in (("2026-02-30T00:00:00Z", 10**6), ("2026-02-03T00:00:00Z", 0)):
        report = {
            "node": {"agencies": []},
            "statuses": {
                "cursor": site().cursor,
                "next_cursor": 10**6,
                "items": [
                    {"sequence": sequence, "at": at, "event": "sent", "kind": "edoc",
                     "direction": "out", "document": "1", "agency": "a", "peers": [], "code": None}
                ],
            },
        }  # fmt: skip
        bad.append(asking.Told(site().id, hub.office.now(), report=report))
    cursor = site().cursor
    for told in bad:
        with hub.app.app_context(), transaction(hub.office, SYSTEM) as work:
            reports.note(work, [told])
        assert site().problem.startswith("federation-answer-bad:")
    assert (site().cursor, site().failures) == (cursor, 2)
    assert kept(hub) == told_by_the_chain(node)


def test_the_worst_come_first(hub, node, site, operator):
    with hub.app.app_context():
        sites.add(hub.office, operator, sites.SiteFields(BINH_SON, "", "http://127.0.0.1:9"))
        sites.add(hub.office, operator, sites.SiteFields(TINH_HA, "Im lặng", ""))
    ask(hub)
    with hub.app.app_context():
        rows, total, counts = overview.listing(hub.office, operator, 1)
    assert total == 3
    assert [str(row.standing) for row in rows] == ["unreachable", "new", "well"]
    assert counts == {"unreachable": 1, "new": 1, "well": 1}
    hub.clock.ahead = timedelta(hours=1)
    with hub.app.app_context():
        rows, _, _ = overview.listing(hub.office, operator, 1)
    assert [str(row.standing) for row in rows] == ["unreachable", "silent", "new"]


def test_history_is_bounded(hub, node, site, monkeypatch):
    monkeypatch.setattr(reports, "KEPT_REPORTS", 2)
    monkeypatch.setattr(reports, "TIDY_EVERY", 1)
    for _ in range(4):
        ask(hub)
    assert hub.one(select(func.count(NodeReport.id))) == 2
    assert hub.one(select(func.count(NodeSite.id))) == 1
