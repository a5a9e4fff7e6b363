"""A node's own bound on packages, and the lease of a job whose package is long on its way."""

import random
from datetime import timedelta
from io import BytesIO

import pytest

from adapters.edxml.errors import MalformedPackage
from adapters.edxml.package import Attachment
from domain.exchange_flow import TransportState
from models.exchange import Dispatch, ExchangeMessage, OutboxItem
from models.incoming import IncomingDocument
from services import carrying, outbox
from services.carrying import Carriage
from services.exchange import links
from services.outbox import LEASE, LeaseLost
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.exchange.conftest import BINH_SON, SON_TINH, send_one
from tests.exchange.test_bad_packages import package, put_at_hub, received, state_at_hub
from tests.visitor import Visitor

LARGE = package(attachments=(Attachment("a.pdf", data=random.Random(1).randbytes(900_000)),))
WORDS = "Gói tin lớn hơn 1 MB"
MIB = 1024 * 1024


def limit(node, size: int) -> None:
    object.__setattr__(node.office.settings, "max_package", size)


@pytest.fixture
def carriage(world):
    """That of a job of Sơn Tịnh, and its lease."""
    office = world.b.office
    with world.b.app.app_context():
        with transaction(office, carrying.SYSTEM) as work:
            item = work.enqueue(links.QUEUE, "send", 1)
        lease = outbox.claim(office, item.id)
        yield Carriage(office, lease), lease


def held_until(world, lease):
    return world.b.all(OutboxItem, OutboxItem.id == lease.item_id)[0].lease_until


@pytest.fixture(params=["sqlite"])
def database(request):
    """Once is enough."""
    return request.param


def test_a_package_too_large_for_the_node_is_refused_and_told_and_not_kept(world):
    limit(world.a, MIB)
    doc_id = put_at_hub(world, LARGE)
    before = sorted(path for path in world.a.office.files.root.rglob("*") if path.is_file())
    for _ in range(2):
        world.a.poll()
        (message,) = received(world)
        assert (message.state, message.problem) == (
            TransportState.FAILED,
            "package-too-large:1",
        )
        assert message.payload_sha256 is None
        assert state_at_hub(world, doc_id) == "FAIL"
        world.b.wait(hours=2)
    assert before == sorted(p for p in world.a.office.files.root.rglob("*") if p.is_file())
    assert world.a.all(IncomingDocument) == []
    page = Visitor(world.a.app, "bs.vanthu", PASSWORD).get(f"/exchange/messages/{message.id}")
    assert WORDS in page.text


def test_a_package_too_large_to_be_sent_is_told_and_nothing_leaves(world):
    limit(world.b, 1000)
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    (message,) = world.b.all(ExchangeMessage)
    assert message.state == TransportState.FAILED
    assert message.problem.startswith("package-too-large:")
    assert [each.transport_state for each in world.b.all(Dispatch)] == [TransportState.FAILED]
    assert world.line.count("sendEdoc") == 0


def test_the_lease_is_held_while_bytes_travel_and_no_oftener_than_needed(
    world, carriage, monkeypatch
):
    carried, lease = carriage
    first = held_until(world, lease)
    assert b"".join(carried.held([b"a", b"b"])) == b"ab"
    assert held_until(world, lease) == first, "a short one costs nothing"
    monkeypatch.setattr(carried, "_held_until", carried._held_until - 60)
    world.b.wait(seconds=60)
    assert carried.watched(BytesIO(b"abc")).read() == b"abc"
    second = held_until(world, lease)
    assert second - first >= timedelta(seconds=60)
    carried.await_answer(1400 * MIB)
    assert held_until(world, lease) - second > LEASE, "the hub looks at 1.4 GB before it answers"


def test_who_lost_the_lease_stops_in_the_midst_and_keeps_nothing(world, carriage, monkeypatch):
    carried, lease = carriage
    files = world.b.office.files
    before = list(files.root.rglob("*"))

    def pieces():
        yield b"the beginning"
        monkeypatch.setattr(carried, "_held_until", 0.0)
        world.b.wait(seconds=LEASE.total_seconds() + 1)
        assert outbox.claim(world.b.office, lease.item_id) is not None
        yield b"and more"

    with pytest.raises(LeaseLost):
        carried.into_store(pieces())
    assert list(files.root.rglob("*")) == before


def test_the_bound_counts_all_pieces(world, carriage):
    limit(world.b, 10)
    assert len(b"".join(carriage[0].bounded([b"12345", b"67890"]))) == 10
    with pytest.raises(MalformedPackage, match="package-too-large"):
        list(carriage[0].bounded([b"12345", b"67890", b"1"]))
