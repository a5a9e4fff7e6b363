"""Real workers on a real queue, killed between every two effects of signing and sealing: the next
worker finishes, nothing is signed twice, no number is lost."""

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from adapters import queue_server
from adapters.signing.validate import validate_strict
from domain.outgoing_flow import OutgoingState
from domain.roles import SYSTEM
from jobs.queue import Waker
from models.audit import AuditEntry, Notification
from models.exchange import OutboxItem, OutboxState
from models.files import StoredFile
from models.registers import RegisterEntry
from models.signing import SigningRequest, SigningState
from services import audit_chain, outbox
from services.unit_of_work import transaction
from tests.signing_feature.dying_worker import EFFECTS

pytestmark = pytest.mark.crash
ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


class Workers:
    """The forking worker script, spoken to by lines."""

    def __init__(self, settings) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("VANTHU_")}
        environment |= {
            "VANTHU_ROLE": settings.role,
            "VANTHU_SECRET_KEY": settings.secret_key,
            "VANTHU_NODE_KEY": settings.node_key.hex(),
            "VANTHU_DATA_DIR": str(settings.data_dir),
            "VANTHU_DATABASE_URL": settings.database_url,
            "VANTHU_REDIS_URL": settings.redis_url,
        }
        self.log = (settings.data_dir / "workers.log").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "tests/signing_feature/dying_worker.py"],
            cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
        )  # fmt: skip
        self._hear("ready")

    def die(self, effect: str) -> None:
        """A worker that lives until it has done the effect."""
        self._say(f"die {effect}")
        self._hear("killed")

    def work(self) -> None:
        self._say("work")

    def stop(self) -> None:
        self._say("stop")
        self._hear("stopped")

    def close(self) -> None:
        self.stop()
        self.process.stdin.close()
        self.process.wait(10)

    def _say(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _hear(self, wanted: str) -> None:
        for line in self.process.stdout:
            if line.strip() == wanted:
                return
        self.log.seek(0)
        raise AssertionError(f"no {wanted}: {self.log.read().decode()[-3000:]}")


@pytest.fixture
def queue(journey):
    server = queue_server.start(journey.office.settings.data_dir, die_with_parent=True)
    object.__setattr__(journey.office, "wake", Waker(server.url))
    yield server
    server.stop()


@pytest.fixture
def workers(journey, queue):
    workers = Workers(journey.office.settings)
    yield workers
    workers.close()


def lease_ran_out(office) -> None:
    """As when two minutes have gone by since the worker died."""
    with transaction(office, SYSTEM) as work:
        past = work.now - timedelta(seconds=1)
        held = update(OutboxItem).where(OutboxItem.lease_until.is_not(None))
        work.session.execute(held.values(lease_until=past, woken_at=None))
    outbox.wake_due(office)


def wait_for(journey, document_id: int, state: OutgoingState):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        doc = journey.now(document_id)
        if doc.state == state:
            return doc
        time.sleep(0.05)
    raise AssertionError(f"still {doc.state}")


def killed_and_finished(journey, workers, effect: str, document_id: int, state: OutgoingState):
    workers.die(effect)
    lease_ran_out(journey.office)
    workers.work()
    doc = wait_for(journey, document_id, state)
    workers.stop()
    return doc


def test_killed_after_every_effect_nothing_is_lost_or_done_twice(journey, workers):
    issued = []
    for effect in EFFECTS:
        doc = journey.submitted()
        journey.approve(doc)
        killed_and_finished(journey, workers, effect, doc.id, OutgoingState.SIGNED)
        journey.issue(doc)
        killed_and_finished(journey, workers, effect, doc.id, OutgoingState.ISSUED)
        issued.append(doc.id)
    for document_id in issued:
        holds_both_signatures(journey, journey.now(document_id))
    everything_once(journey, issued)


def holds_both_signatures(journey, doc) -> None:
    read = journey.office.files.read
    assert read(doc.signed_sha256).startswith(read(doc.prepared_sha256))
    data = read(doc.issued_sha256)
    assert data.startswith(read(doc.signed_sha256))
    report = validate_strict(data, ())
    assert [each.field for each in report.signatures] == ["Leader", "Seal"]
    assert all(each.verdict.intact for each in report.signatures)


def everything_once(journey, issued: list[int]) -> None:
    session = journey.office.session()
    steps = Counter(session.execute(select(AuditEntry.subject_id, AuditEntry.tag)).all())
    told = Counter(session.execute(select(Notification.subject_id, Notification.kind)).all())
    for document_id in issued:
        for tag in ("outgoing:leader_signed", "outgoing:sealed"):
            assert steps[document_id, tag] == 1
            assert told[document_id, tag] == 1
    assert list(audit_chain.verify(session)) == []
    numbers = session.scalars(select(RegisterEntry.number).order_by(RegisterEntry.id)).all()
    assert numbers == list(range(1, len(issued) + 1))
    states = set(session.scalars(select(SigningRequest.state)))
    assert states == {SigningState.DONE}
    assert set(session.scalars(select(SigningRequest.authorisation))) == {None}
    signing = select(OutboxItem.state).where(OutboxItem.queue == "signing")
    assert set(session.scalars(signing)) == {OutboxState.DONE}
    # What was stored before a death has the name of what was noted after it.
    stored = {path.name for path in journey.office.files.root.glob("??/??/*")}
    assert stored == set(session.scalars(select(StoredFile.sha256)))


def test_two_workers_woken_for_one_request_sign_once(journey, workers):
    doc = journey.submitted()
    journey.approve(doc)
    item = journey.office.session().scalars(select(OutboxItem.id)).one()
    for _ in range(4):
        journey.office.wake("signing", item)
    workers.work()
    workers.work()
    wait_for(journey, doc.id, OutgoingState.SIGNED)
    tags = journey.office.session().scalars(select(AuditEntry.tag)).all()
    assert tags.count("outgoing:leader_signed") == 1


def test_a_lost_queue_loses_no_signature(journey, workers, queue):
    """Law 1: the wake-up is gone with the queue's memory; the sweeper wakes again from SQL."""
    import redis

    doc = journey.submitted()
    journey.approve(doc)
    redis.Redis.from_url(queue.url).flushall()
    workers.work()
    with transaction(journey.office, SYSTEM) as work:
        work.session.execute(update(OutboxItem).values(woken_at=None))
    outbox.wake_due(journey.office)
    wait_for(journey, doc.id, OutgoingState.SIGNED)
