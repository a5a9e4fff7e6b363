"""Real worker processes of two nodes, a real queue server each, the hub behind real HTTP; processes
are killed with SIGKILL at random moments and a queue loses its memory. Nothing is lost, nothing
comes twice."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.serving import make_server

from adapters import queue_server
from config import NodeRole
from demo import province, seed
from models.exchange import Direction, Dispatch, ExchangeMessage, MessageKind, StatusEvent
from models.hub import Delivery, HubMessage
from models.incoming import IncomingDocument
from services.audit_chain import verify
from tests.axis.conftest import _Quiet
from tests.conftest import make_node
from tests.exchange.conftest import BINH_SON, SECRETS, SON_TINH, TINH_HA, Node, send_one

ROOT = Path(__file__).parents[2]
DOCUMENTS = 6
STORM_SECONDS = 9
DEADLINE_SECONDS = 55
# The program itself, but an item of a dead worker is free again after two seconds.
SHORT_LEASE = """
import runpy
from datetime import timedelta
from services import outbox
outbox.LEASE, outbox.WAKE_AGAIN, outbox.FIRST_PAUSE = timedelta(seconds=2), timedelta(seconds=1), 1
runpy.run_path("worker.py", run_name="__main__")
"""


class Workers:
    """The background processes of one node, and its queue server."""

    def __init__(self, node: Node, folder: Path) -> None:
        self.node, self.folder = node, folder
        self.queue = queue_server.start(folder)
        self.process = self._start()

    def _start(self) -> subprocess.Popen:
        settings = self.node.office.settings
        values = {
            "ROLE": "district",
            "NODE_NAME": settings.node_name,
            "SECRET_KEY": settings.secret_key,
            "NODE_KEY": settings.node_key.hex(),
            "DATA_DIR": str(settings.data_dir),
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": self.queue.url,
            "POLL_SECONDS": "1",
        }
        env = os.environ | {f"VANTHU_{name}": value for name, value in values.items()}
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", SHORT_LEASE], cwd=ROOT, env=env, stdout=log, stderr=log
            )

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()] if path.exists() else []

    def kill_one(self, chance: random.Random) -> None:
        """Any one of the children, now and then the parent of them all."""
        children = self.children()
        if chance.random() < 0.1 or not children:
            self.process.kill()
            self.process.wait()
            self.process = self._start()
        else:
            os.kill(chance.choice(children), signal.SIGKILL)

    def forget_queue(self) -> None:
        """The queue server dies and comes back knowing nothing."""
        self.queue.process.kill()
        self.queue.process.wait()
        for path in self.folder.glob("appendonly*"):
            shutil.rmtree(path, ignore_errors=True)
        self.queue = queue_server.start(self.folder)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.queue.stop()


@pytest.fixture
def hub(tmp_path):
    node = Node(make_node(tmp_path / "hub", province.HUB, role=NodeRole.HUB))
    with node.app.app_context():
        seed.seed_hub_accounts(node.office, SECRETS)
    server = make_server("127.0.0.1", 0, node.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    node.url = f"http://127.0.0.1:{server.server_port}/axis"
    yield node
    server.shutdown()
    thread.join()


@pytest.fixture
def districts(tmp_path, hub):
    started = []
    for data in province.DISTRICTS:
        folder = tmp_path / data.key
        node = Node(make_node(folder, data, settings={"poll_seconds": 1}))
        with node.app.app_context():
            seed.seed_hub_links(node.office, hub.url, SECRETS)
        started.append(Workers(node, folder))
    yield started
    for workers in started:
        workers.stop()


def has_settled(sender: Node) -> bool:
    """Every recipient has the document and the sender knows it."""
    states = [d.business_state for d in sender.all(Dispatch)]
    return len(states) == 2 * DOCUMENTS and set(states) == {"01"}


@pytest.mark.crash
def test_killed_at_random_moments_nothing_is_lost_and_nothing_comes_twice(hub, districts):
    seed_number = int(os.environ.get("CRASH_SEED", time.time_ns() % 1_000_000))
    print(f"CRASH_SEED={seed_number}")
    chance = random.Random(seed_number)
    receiver, sender = (workers.node for workers in districts)
    began = time.monotonic()
    for _ in range(DOCUMENTS):
        send_one(sender, SON_TINH, [BINH_SON, TINH_HA])
        time.sleep(chance.uniform(0.2, 0.8))
        chance.choice(districts).kill_one(chance)
    districts[1].forget_queue()
    while time.monotonic() - began < STORM_SECONDS:
        time.sleep(chance.uniform(0.2, 0.8))
        chance.choice(districts).kill_one(chance)
    while not has_settled(sender) and time.monotonic() - began < DEADLINE_SECONDS:
        time.sleep(0.3)
    assert has_settled(sender), (districts[1].folder / "worker.log").read_text()[-3000:]
    print(f"settled after {time.monotonic() - began:.0f} s")
    _check_counts(hub, receiver, sender)


def _check_counts(hub: Node, receiver: Node, sender: Node) -> None:
    uids = {f"{SON_TINH},2026/11/20,{n}" for n in range(1, DOCUMENTS + 1)}
    for node in (receiver, sender):  # by the hub, and to the neighbour
        arrived = [document.document_uid for document in node.all(IncomingDocument)]
        assert sorted(arrived) == sorted(uids)
    assert len(hub.all(HubMessage, HubMessage.kind == MessageKind.EDOC)) == DOCUMENTS
    assert len(hub.all(HubMessage, HubMessage.kind == MessageKind.STATUS)) == DOCUMENTS
    assert len(hub.all(Delivery)) == 2 * DOCUMENTS
    sent = sender.all(
        ExchangeMessage,
        ExchangeMessage.direction == Direction.OUT,
        ExchangeMessage.kind == MessageKind.EDOC,
    )
    assert len({message.hub_doc_id for message in sent}) == DOCUMENTS
    told = sender.read(
        lambda s: s.execute(
            select(func.count()).select_from(StatusEvent).group_by(StatusEvent.dispatch_id)
        ).all()
    )
    assert [count for (count,) in told if count != 1] == []
    for node in (hub, receiver, sender):
        assert node.read(lambda s: list(verify(s))) == []
