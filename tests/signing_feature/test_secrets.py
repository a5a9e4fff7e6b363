"""PIN, passphrase and data key are nowhere: database, files, queue, log, environment."""

import os
import secrets

import pytest
import structlog
from sqlalchemy import select

import logs
from adapters import queue_server
from adapters.signing import vault
from adapters.signing.keys import unlock
from domain.roles import SYSTEM
from jobs.queue import Waker
from models.exchange import OutboxItem
from models.signing import CertificateBinding, SigningRole
from services import outgoing, signing
from services.signing import backends
from services.unit_of_work import transaction
from tests.conftest import demo_ca

CANARY_PIN = "7391846205518"
CANARY_PASSPHRASE = f"passphrase-{secrets.token_hex(8)}"


@pytest.fixture
def bound(journey):
    """The leader's certificate under the canary PIN, taken in with the canary passphrase."""
    p12 = demo_ca().issue_person(
        "Trần Quang Vinh", title="Chủ tịch", organisation="UBND huyện Sơn Tịnh (mới)",
        passphrase=CANARY_PASSPHRASE, at=journey.office.now(),
    )  # fmt: skip
    with transaction(journey.office, SYSTEM) as work:
        binding = signing.bind_p12(
            work, SigningRole.LEADER, person_id=journey.leader.person_id,
            p12=p12, passphrase=CANARY_PASSPHRASE, pin=CANARY_PIN,
        )  # fmt: skip
        return binding.id


def canaries(journey, binding_id: int) -> dict[str, bytes]:
    binding = journey.office.session().get(CertificateBinding, binding_id)
    key = unlock(binding.key_sealed, CANARY_PIN, journey.office.settings.node_key)._secret
    return {
        "PIN": CANARY_PIN.encode(),
        "passphrase": CANARY_PASSPHRASE.encode(),
        "data key": key,
        "data key as text": key.hex().encode(),
    }


def assert_nowhere(found: dict[str, bytes], where: str, data: bytes) -> None:
    for name, secret in found.items():
        assert secret not in data, f"the {name} is in {where}"


def test_no_secret_reaches_database_files_queue_or_environment(journey, bound, tmp_path):
    queue_folder = tmp_path / "queue"
    server = queue_server.start(queue_folder, die_with_parent=True)
    try:
        object.__setattr__(journey.office, "wake", Waker(server.url))
        doc = journey.submitted()
        journey.approve(doc, pin=CANARY_PIN)
        # While the request waits: the moment when most is kept.
        found = canaries(journey, bound)
        for path in tmp_path.rglob("*"):
            if path.is_file():
                assert_nowhere(found, str(path), path.read_bytes())
        journey.work()
        assert journey.now(doc.id).signed_sha256
    finally:
        server.stop()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert_nowhere(found, str(path), path.read_bytes())
    assert_nowhere(found, "the environment", repr(os.environ).encode())
    written = b"".join(p.read_bytes() for p in queue_folder.rglob("*.aof"))
    assert b"jobs.outbox.run" in written, "the queue was looked at while it held the job"


def test_a_crash_in_the_midst_of_signing_logs_no_secret(journey, bound, monkeypatch, capfd):
    logs.configure()
    doc = journey.submitted()
    found = canaries(journey, bound)

    def crash(office, binding, authority):
        raise RuntimeError("the key store broke")

    monkeypatch.setattr(backends, "open_binding", crash)
    journey.approve(doc, pin=CANARY_PIN)
    journey.work(rounds=1)
    item = journey.office.session().scalars(select(OutboxItem)).one()
    assert item.problem in ("", "RuntimeError")
    said = capfd.readouterr()
    assert "the key store broke" in said.out + said.err
    assert_nowhere(found, "the log", (said.out + said.err).encode())


def test_a_crash_while_the_pin_is_checked_logs_no_secret(journey, bound, monkeypatch, capfd):
    logs.configure()
    doc = journey.submitted()

    def crash(*_):
        raise RuntimeError("no memory to stretch")

    monkeypatch.setattr(vault, "_derive", crash)
    form = {"pin": CANARY_PIN, "digest": doc.prepared_sha256}
    try:
        outgoing.perform(journey.office, journey.leader, doc.id, "approve", form)
    except RuntimeError:
        structlog.get_logger().exception("unexpected error")
    said = capfd.readouterr()
    assert "no memory to stretch" in said.out + said.err
    assert CANARY_PIN not in said.out + said.err
