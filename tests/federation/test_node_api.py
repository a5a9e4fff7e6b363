"""What a node answers to its hub and to nobody else."""

import json
from datetime import timedelta

from sqlalchemy import func, select, update

from adapters.federation import schema, signing
from domain.roles import SYSTEM
from models.agencies import Agency, HubLink
from models.audit import AuditEntry
from models.federation import Handout, SpentNonce
from services import audit_chain, incoming
from services.federation import health as node_health
from services.office import utc_now
from services.unit_of_work import transaction
from tests.federation.conftest import (
    BINH_SON,
    DIVISION,
    HTTP,
    ROOT,
    SECRETS,
    SON_TINH,
    TINH_HA,
    call,
    reason,
)
from tests.incoming.arrivals import arrival

SHAPES = {
    "node": "Node",
    "health": "Health",
    "counters": "Counters",
    "statuses": "Statuses",
    "audit-head": "AuditHead",
    "report": "Report",
}


def arrive(node, code: str = SON_TINH, **changes) -> None:
    with node.session() as session, transaction(node.office, SYSTEM) as work:
        agency = session.scalars(select(Agency).where(Agency.code == code)).one()
        incoming.arrive(work, agency, arrival(**changes))


def test_the_hub_of_the_line_is_answered_in_the_shape_that_is_described(node):
    arrive(node)
    for name, shape in SHAPES.items():
        answer = call(node.url, f"{ROOT}/{name}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/json"
        assert schema.read(shape, answer.content)
        nonce = answer.request.headers[signing.NONCE]
        given = answer.headers[signing.ANSWER]
        assert signing.is_answer(given, nonce, SECRETS[SON_TINH], 200, answer.content)


def test_a_stranger_is_refused_in_json_with_the_reason(node):
    for name in SHAPES:
        answer = HTTP.get(f"{node.url}{ROOT}/{name}")
        assert (answer.status_code, reason(answer)) == (401, "federation-unsigned")
    target = f"{ROOT}/health"
    early = utc_now() - timedelta(minutes=7)
    cases = {
        "federation-wrong-signature": call(node.url, target, secret="khac"),
        "federation-clock": call(node.url, target, at=early),
        # Known to the hub, but no agency of this node.
        "federation-unknown-system": call(node.url, target, system=BINH_SON),
    }
    for code, answer in cases.items():
        assert (answer.status_code, reason(answer)) == (401, code)
        assert json.loads(answer.content)["error"]["message"]
    assert node.one(select(func.count(Handout.id))) == 0


def test_a_request_is_taken_once_and_the_memory_of_it_is_bounded(node):
    first = call(node.url, f"{ROOT}/health")
    again = HTTP.get(first.request.url, headers=first.request.headers)
    assert (again.status_code, reason(again)) == (401, "federation-replayed")
    node.clock.ahead = timedelta(minutes=11)
    call(node.url, f"{ROOT}/health", at=utc_now() + node.clock.ahead)
    assert node.one(select(func.count(SpentNonce.id))) == 1


NONSENSE = (
    ("GET", "/federation/v1", 404),
    ("GET", "/federation/v1/", 404),
    ("GET", "/federation/v1/nothing/here", 404),
    ("POST", "/federation/v1/health", 405),
    ("OPTIONS", "/federation/v1/health", 405),
    ("TRACE", "/federation/v1/health", 405),
    ("NONSENSE", "/federation/v1/health", 405),
    ("GET", "/federation/v1/health%00", 404),
    ("POST", "/federation/v1/reports", 404),
    ("GET", "/federation/v1/health?cursor=%ff", 401),
)


def test_nonsense_is_told_in_json_too(node):
    for method, path, status in NONSENSE:
        body = b"\x00\xff" * 50 if method == "POST" else b""
        answer = HTTP.request(method, node.url + path, content=body)
        assert answer.status_code == status, (method, path)
        assert reason(answer).startswith("federation-")
        assert ("Allow" in answer.headers) == (status == 405)


def test_a_query_that_is_none_is_refused(node):
    for cursor in ("-1", "x", "%C2%B2", "9" * 30):
        answer = call(node.url, f"{ROOT}/statuses?cursor={cursor}")
        assert (answer.status_code, reason(answer)) == (400, "federation-query")


def test_counters_are_told_only_when_they_have_changed(node):
    arrive(node)
    first = call(node.url, f"{ROOT}/counters")
    figures = first.json()["figures"]
    assert figures["incoming"] == {"states": {"arrived": 1}, "overdue": 0}
    assert figures["today"]["incoming"] == figures["months"][0]["incoming"] == 1
    etag = first.headers["ETag"]
    same = call(node.url, f"{ROOT}/counters", headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    known = first.json()["version"]
    report = call(node.url, f"{ROOT}/report?counters={known}").json()
    assert report["counters"] == {"version": known, "figures": None}
    arrive(node)
    other = call(node.url, f"{ROOT}/counters", headers={"If-None-Match": etag})
    assert other.json()["figures"]["incoming"]["states"] == {"arrived": 2}


def test_health_tells_what_waits_and_for_how_long(node):
    arrive(node)
    with node.app.app_context():
        node_health.beat(node.office, ("exchange", "signing"))
    node.clock.ahead = timedelta(minutes=4)
    found = call(node.url, f"{ROOT}/health", at=utc_now() + node.clock.ahead).json()
    assert found["undelivered"]["in"]["count"] == 1
    assert found["undelivered"]["in"]["oldest_at"] < found["at"]
    assert found["undelivered"]["out"] == {"count": 0, "oldest_at": None}
    assert [(w["queue"], w["alive"]) for w in found["workers"]] == [
        ("exchange", False),
        ("signing", False),
    ]
    [waiting] = [queue for queue in found["queues"] if queue["queue"] == "exchange"]
    assert waiting["due"] > 0
    assert waiting["oldest_seconds"] >= 240
    assert found["database"]["ok"]


def test_a_hub_knows_of_the_agencies_that_share_its_line_only(node):
    """Tịnh Hà's line leads to another hub: to each its own."""
    with node.session(), transaction(node.office, SYSTEM) as work:
        agency = select(Agency.id).where(Agency.code == TINH_HA).scalar_subquery()
        work.session.execute(
            update(HubLink)
            .where(HubLink.agency_id == agency)
            .values(endpoint="https://truc.khac.vn/axis")
        )
    for code in (SON_TINH, TINH_HA, DIVISION):
        arrive(node, code)
    here = call(node.url, f"{ROOT}/report").json()
    there = call(node.url, f"{ROOT}/report", system=TINH_HA).json()
    for report, code in ((here, SON_TINH), (there, TINH_HA)):
        assert report["node"]["agencies"] == [code]
        assert report["counters"]["figures"]["incoming"]["states"] == {"arrived": 1}
        assert [item["agency"] for item in report["statuses"]["items"]] == [code]


def test_the_head_of_the_audit_chain_and_an_entry_the_hub_remembers(node):
    arrive(node)
    with node.session() as session:
        sequence, digest = audit_chain.head(session)
        first = session.scalar(select(AuditEntry.hash).where(AuditEntry.sequence == 1))
    told = call(node.url, f"{ROOT}/audit-head?known=1").json()
    assert told == {
        "sequence": sequence,
        "hash": digest,
        "known": {"sequence": 1, "hash": first},
    }
    ahead = call(node.url, f"{ROOT}/audit-head?known={sequence + 5}").json()
    assert ahead["known"] == {"sequence": sequence + 5, "hash": None}


def test_a_fault_of_ours_is_json_and_worth_another_try(node, monkeypatch):
    def broken(*_args):
        raise RuntimeError("bí mật trong lời lỗi")

    monkeypatch.setattr("services.federation.report.audit_head", broken)
    answer = call(node.url, f"{ROOT}/report")
    assert (answer.status_code, reason(answer)) == (503, "federation-fault")
    assert "bí mật" not in answer.text
