"""Two hundred packages that several workers of a node fetch at the same moment, on both kinds of
database: each keeps its own bytes and is there once, whoever else was at it."""

import json
import random
import threading
from contextlib import suppress

import httpx
import pytest
from sqlalchemy import select

from adapters.axis.client import AxisClient
from demo import province
from domain.roles import SYSTEM
from extensions import db
from models.agencies import Agency
from models.audit import Notification
from models.exchange import Direction, ExchangeMessage, OutboxItem
from models.incoming import IncomingDocument
from services import audit_chain, outbox
from services.exchange import links, polling
from services.unit_of_work import transaction
from tests.axis.loopback_hub import SECRETS, LoopbackHub, Package
from tests.conftest import make_node
from tests.exchange.conftest import Node
from tests.hub.packages import BINH_SON, SON_TINH, edoc
from tests.security.test_races import at_once

MANY, WORKERS = 200, 4
CODE = next(iter(SECRETS))


class Crowded(LoopbackHub):
    """Tells everybody in another order what waits; `together`: so many must have asked for a
    package before the first gets it."""

    together: threading.Barrier | None = None

    def _perform(self, operation: str, environ: dict, body: bytes) -> bytes:
        answer = super()._perform(operation, environ, body)
        if operation == "getReceivedEdocList":
            told = json.loads(answer)
            random.shuffle(told["data"])
            return json.dumps(told).encode()
        if operation == "getEdoc" and self.together:
            with suppress(threading.BrokenBarrierError):  # nobody else is left who would come
                self.together.wait(1)
        return answer

    def hold(self, doc_id: str, data: bytes) -> None:
        self.packages[doc_id] = Package(doc_id, "edoc", BINH_SON, [CODE], data)

    def words(self) -> list[str]:
        return sorted(package.statuses.get(CODE, "") for package in self.packages.values())


@pytest.fixture
def hub() -> Crowded:
    return Crowded()


@pytest.fixture
def node(tmp_path, database, hub) -> Node:
    def connect(endpoint: str, system_id: str, secret: str) -> AxisClient:
        return AxisClient(endpoint, system_id, secret, transport=httpx.WSGITransport(app=hub))

    node = Node(make_node(tmp_path / "st", province.SON_TINH, connect=connect))
    with node.app.app_context():
        with transaction(node.office, SYSTEM) as work:
            agency = work.session.scalars(select(Agency).where(Agency.code == SON_TINH)).one()
            links.set_link(work, agency.id, "http://hub.example", CODE, SECRETS[CODE][0])
        db.session.remove()
    yield node
    with node.app.app_context():
        db.engine.dispose()


def poll_at_once(node: Node, workers: int) -> None:
    """Each worker has a poll of its own: more than there ever are."""
    with node.app.app_context():
        with transaction(node.office, SYSTEM) as work:
            [lead] = links.leads(work.session)
            made = [work.enqueue(links.QUEUE, "poll", lead) for _ in range(workers)]
        leases = [outbox.claim(node.office, item.id) for item in made]
        db.session.remove()
    said = at_once(
        node.app, *[lambda lease=lease: polling.poll(node.office, lease) for lease in leases]
    )
    assert said == ["done"] * workers
    assert not node.all(OutboxItem, OutboxItem.kind == "poll", OutboxItem.state == "due")


def came(node: Node) -> list[ExchangeMessage]:
    return node.all(ExchangeMessage, ExchangeMessage.direction == Direction.IN)


def test_each_of_two_hundred_keeps_its_own_bytes_and_is_there_once(node, hub):
    sent = {
        f"goi-{n}": edoc(BINH_SON, (SON_TINH,), f"số {n} " * (n + 1), document_id=f"{BINH_SON},{n}")
        for n in range(MANY)
    }
    for doc_id, data in sent.items():
        hub.hold(doc_id, data)
    poll_at_once(node, WORKERS)
    poll_at_once(node, 1)  # what somebody else was just taking is left for the next round
    kept = {message.hub_doc_id: message.payload_sha256 for message in came(node)}
    assert len(came(node)) == len(kept) == MANY
    assert {doc_id: node.office.files.read(sha256) for doc_id, sha256 in kept.items()} == sent
    documents = node.all(IncomingDocument)
    assert {each.document_uid for each in documents} == {f"{BINH_SON},{n}" for n in range(MANY)}
    assert len(documents) == MANY
    assert hub.words() == ["done"] * MANY
    assert node.read(lambda session: list(audit_chain.verify(session))) == []


def test_one_package_that_all_take_at_once_is_there_once(node, hub):
    hub.hold("goi", edoc(BINH_SON, (SON_TINH,)))
    hub.together = threading.Barrier(8)
    poll_at_once(node, 8)
    hub.together = None
    poll_at_once(node, 1)
    assert len(came(node)) == len(node.all(IncomingDocument)) == 1
    assert hub.words() == ["done"]


def test_the_same_id_with_other_bytes_is_refused_loudly_however_close_they_come(node, hub):
    for doc_id in ("mot", "hai"):
        hub.hold(doc_id, edoc(BINH_SON, (SON_TINH,), doc_id))
    hub.together = threading.Barrier(2)
    poll_at_once(node, 2)
    hub.together = None
    poll_at_once(node, 1)
    assert len(node.all(IncomingDocument)) == 1
    assert sorted(m.problem for m in came(node)) == ["", "same-id-other-bytes"]
    assert hub.words() == ["done", "fail"]
    assert node.all(Notification, Notification.kind == "exchange:refused")
