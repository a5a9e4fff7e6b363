"""`make bench-federation`: how long a hub takes to ask 1,000 nodes and keep what they tell, while
some are dead, hang or are slow; and the page that shows them all."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

import migrations
from app import create_app
from bench import nodes
from config import load_settings
from demo.nodes import free_port
from domain.roles import SYSTEM, Actor, Role
from models.federation import NodeSite, NodeStatus
from models.hub import DirectoryEntry
from services import outbox
from services.federation import overview, pulling
from services.hub import accounts
from services.unit_of_work import transaction

FIRST_PORT = 18900
OPERATOR = Actor(name="Đo", person_id=1, agency_id=1, role=Role.OPERATOR)
ROUNDS = 3


def main() -> None:
    folder, port = Path(tempfile.mkdtemp(prefix="vanthu-bench-")), free_port(FIRST_PORT)
    simulator = subprocess.Popen([sys.executable, "-m", "bench.nodes", str(port)])  # noqa: S603
    try:
        _wait_for(port)
        app = create_app(_settings(folder), wake=lambda queue, item_id: None)
        migrations.upgrade(app)
        with app.app_context():
            office = app.extensions["office"]
            _fill(office, port)
            for number in range(1, ROUNDS + 1):
                _report(office, number, _round(office))
    finally:
        simulator.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the simulated nodes did not start")


def _settings(folder: Path):
    return load_settings(
        {
            "VANTHU_ROLE": "hub",
            "VANTHU_NODE_NAME": "Đo",
            "VANTHU_SECRET_KEY": "s" * 40,
            "VANTHU_NODE_KEY": bytes(32).hex(),
            "VANTHU_DATA_DIR": str(folder),
        }
    )


def _fill(office, port: int) -> None:
    with transaction(office, SYSTEM) as work:
        for number in range(nodes.NODES):
            code = nodes.code_of(number)
            work.session.add(DirectoryEntry(code=code, name=f"Xã {number}"))
            accounts.add(work, code, f"Nút {number}", nodes.secret_of(number))
            address = nodes.address_of(number, port)
            site = NodeSite(system_id=code, name="", address=address, created_at=work.now)
            work.session.add(site)


def _round(office) -> tuple[float, float]:
    """Seconds of the whole round, and until the last node that is well was kept."""
    with transaction(office, SYSTEM) as work:
        item = work.enqueue("federation", "federation_ask", pulling.ALL)
    lease = outbox.claim(office, item.id)
    began, started = office.now(), time.monotonic()
    pulling.ask(office, lease)
    seconds = time.monotonic() - started
    well = NodeSite.id > nodes.DEAD + nodes.HANGING + nodes.SLOW
    last = office.session().scalar(select(func.max(NodeSite.last_success_at)).where(well))
    return seconds, (last - began).total_seconds()


def _report(office, number: int, figures: tuple[float, float]) -> None:
    seconds, well = figures
    session = office.session()
    heard = session.scalar(select(func.count()).where(NodeSite.failures == 0))
    statuses = session.scalar(select(func.count(NodeStatus.id)))
    started = time.monotonic()
    overview.listing(office, OPERATOR, 1)
    page = (time.monotonic() - started) * 1000
    print(
        f"round {number}: {nodes.NODES} nodes in {seconds:.1f} s, the healthy ones kept after "
        f"{well:.1f} s; {heard} heard, {nodes.NODES - heard} not; {statuses} statuses kept; "
        f"list of all nodes {page:.0f} ms"
    )


if __name__ == "__main__":
    main()
