"""`make bench-relay` (MEGABYTES=1024): one package with one large file travels from a node to its
hub, over an uplink to a second hub and to a node there, all with their real processes on loopback.
Prints how much each process has taken above its idle state, which is after the same way of a small
package. Everything lies in a folder that is removed at the end."""

import contextlib
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, select

import migrations
from adapters.edxml.limits import MIB
from app import create_app
from bench import issued
from bench.campaign.nodes import PASSWORD, agency
from demo import province, seed
from demo.nodes import RunningNode, free_port
from demo.province import DemoNode
from domain.roles import SYSTEM, Actor, Role
from domain.text import fold
from extensions import db
from models.agencies import Agency
from models.exchange import ExchangeMessage
from models.hub import DirectoryEntry, HubAccount, HubMessage
from models.incoming import IncomingDocument, Paper
from models.outgoing import Enclosure
from services.hub import accounts, uplinks
from services.hub.uplinks import UplinkFields
from services.unit_of_work import transaction

GOAL_MIB = 32
FIRST_PORT = 18700
LOWER, UPPER = "000.00.00.H97", "000.00.00.H98"
SENDER, RECEIVER = agency(0), replace(agency(1), code="000.92.00.H98")
OPERATOR = Actor(name="Đo", person_id=1, agency_id=1, role=Role.OPERATOR)
PDF = b"%PDF-1.7\n% a paper of the bench\n%%EOF\n"
LONGEST = 3600
# In the order in which serve.py forks them.
PARTS = {
    "hub": ("exchange", "federation", "web", "listening"),
    "district": ("signing", "exchange", "inspection", "web", "listening"),
}


class Node(RunningNode):
    """A node that takes packages of any size."""

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "VANTHU_MAX_PACKAGE_MB": "2048",
            "VANTHU_ASSET_SOURCE": "local",
        }


@dataclass
class Way:
    """The four nodes, and their applications for looking into their databases."""

    nodes: dict[str, Node]
    apps: dict[str, object]

    @contextlib.contextmanager
    def at(self, name: str) -> Iterator[object]:
        app = self.apps[name]
        with app.app_context():
            yield app.extensions["office"]
            db.session.remove()

    def count(self, name: str, model) -> int:
        with self.at(name) as office:
            return office.session().scalar(select(func.count()).select_from(model)) or 0


def main() -> int:
    megabytes = int(os.environ.get("MEGABYTES", "1024"))
    folder = Path(tempfile.mkdtemp(prefix="vanthu-bench-"))
    way = _laid(folder)
    try:
        for node in way.nodes.values():
            node.start()
        for node in way.nodes.values():
            node.wait_until_ready()
        _travel(way, 1)
        time.sleep(3)
        idle = dict(_measured(way, "VmRSS"))
        for pid in _processes(way):
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peaks are counted from here
        seconds = _travel(way, megabytes)
        worst = _report(way, idle, megabytes, seconds)
    finally:
        for node in way.nodes.values():
            node.stop()
        shutil.rmtree(folder)
    return 0 if worst <= GOAL_MIB else 1


# --- laying the way -----------------------------------------------------------------------------


def _laid(folder: Path) -> Way:
    ports, nodes = FIRST_PORT, {}
    kinds = {"sender": SENDER, "lower hub": LOWER, "upper hub": UPPER, "receiver": RECEIVER}
    for name, who in kinds.items():
        ports = free_port(ports + 1)
        data = province.HUB if isinstance(who, str) else DemoNode(name, who.name, (who,))
        role = "hub" if isinstance(who, str) else "district"
        keys = {"secret_key": "s" * 40, "node_key": bytes(32).hex()}
        nodes[name] = Node(data, role, folder / name.split()[0], ports, poll_seconds=2, **keys)
    way = Way(nodes, {name: create_app(node.settings()) for name, node in nodes.items()})
    for name, node in nodes.items():
        migrations.upgrade(way.apps[name])
        with way.at(name) as office:
            seed.seed_people(office, node.data, PASSWORD)
    _hub(way, "lower hub", LOWER, [SENDER.code])
    _hub(way, "upper hub", UPPER, [LOWER, RECEIVER.code])
    _join(way)
    return way


def _hub(way: Way, name: str, code: str, systems: list[str]) -> None:
    with way.at(name) as office, transaction(office, SYSTEM) as work:
        for each in work.session.scalars(select(Agency)):
            each.code = code
        for system in systems:
            entry = DirectoryEntry(code=system, name=system, search_text=fold(system))
            work.session.add(entry)
            work.session.flush()
            accounts.add(work, system, "", _secret(system))


def _join(way: Way) -> None:
    lower, upper = (f"{way.nodes[name].url}/axis" for name in ("lower hub", "upper hub"))
    with way.at("lower hub") as office:
        fields = UplinkFields("Trục trên", "axis", upper, LOWER, _secret(LOWER))
        uplink_id = uplinks.add(office, OPERATOR, fields)
        uplinks.add_route(office, OPERATOR, "*", f"uplink:{uplink_id}")
    with way.at("upper hub") as office:
        query = select(HubAccount.id).where(HubAccount.system_id == LOWER)
        uplinks.add_route(office, OPERATOR, "*.H97", f"system:{office.session().scalar(query)}")
    for name, who, endpoint in (("sender", SENDER, lower), ("receiver", RECEIVER, upper)):
        with way.at(name) as office:
            seed.seed_hub_links(office, endpoint, {who.code: _secret(who.code)})


def _secret(code: str) -> str:
    return f"khoa-{code}"


# --- one package on its way ---------------------------------------------------------------------


def _travel(way: Way, megabytes: int) -> dict[str, float]:
    """Sends a document with a file of this size; when it was where, in seconds."""
    sha256 = _send(way, megabytes)
    start, reached = time.monotonic(), {}
    stages = {
        "accepted by the lower hub": ("lower hub", HubMessage),
        "accepted by the upper hub": ("upper hub", HubMessage),
        "taken by the receiver": ("receiver", IncomingDocument),
    }
    goals = {what: way.count(*where) + 1 for what, where in stages.items()}
    while len(reached) < len(stages):
        for what, where in stages.items():
            if what not in reached and way.count(*where) >= goals[what]:
                reached[what] = time.monotonic() - start
        if time.monotonic() - start > LONGEST:
            raise SystemExit(f"not arrived; only {reached}, see {way.nodes['sender'].folder}")
        time.sleep(0.5)
    with way.at("receiver") as office:
        if office.session().scalar(select(Paper.id).where(Paper.sha256 == sha256)) is None:
            raise SystemExit("not the file that was sent")
    return reached


def _send(way: Way, megabytes: int) -> str:
    """What a clerk's "dispatch" does, with the large file in the store; gives its digest."""
    chance = random.Random(megabytes)  # noqa: S311 - no secret
    with way.at("sender") as office:
        sha256 = office.files.put(chance.randbytes(MIB) for _ in range(megabytes))
        with transaction(office, SYSTEM) as work:
            work.record_file(sha256, megabytes * MIB, "video/mp4")
            own = work.session.scalars(select(Agency)).one()
            film = Enclosure(ordinal=1, sha256=sha256, name="phim.mp4", media_type="video/mp4")
            issued.dispatch(work, own, [RECEIVER.code], PDF, enclosures=[film])
    return sha256


# --- memory -------------------------------------------------------------------------------------


def _processes(way: Way) -> dict[int, str]:
    """The processes that live as long as their nodes, by what they are; the last of a hub is there
    only where it has an uplink."""
    found = {}
    for name, node in way.nodes.items():
        main = node.processes[0].pid
        found[main] = f"{name}: supervisor"
        for pid, part in zip(_children(main), PARTS[node.role], strict=False):
            found[pid] = f"{name}: {part}"
            if part == "web":
                found |= dict.fromkeys(_children(pid), f"{name}: web, worker")
    return found


def _children(pid: int) -> list[int]:
    return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def _measured(way: Way, field: str) -> Iterator[tuple[int, float]]:
    for pid in _processes(way):
        text = Path(f"/proc/{pid}/status").read_text()
        yield pid, int(re.search(rf"^{field}:\s+(\d+)", text, re.M).group(1)) / 1024


def _report(way: Way, idle: dict[int, float], megabytes: int, seconds: dict[str, float]) -> float:
    peaks, names = dict(_measured(way, "VmHWM")), _processes(way)
    if peaks.keys() != idle.keys():
        raise SystemExit("a process was restarted on the way")
    with way.at("sender") as office:
        package = max(
            office.files.path(sha256).stat().st_size
            for sha256 in office.session().scalars(select(ExchangeMessage.payload_sha256))
            if sha256
        )
    print(f"a file of {megabytes} MB in a package of {package / MIB:.0f} MB\n")
    print("| process | idle | peak above it |\n|---|---|---|")
    for pid, name in names.items():
        print(f"| {name} | {idle[pid]:.0f} MB | {peaks[pid] - idle[pid]:.1f} MB |")
    print()
    for what, after in seconds.items():
        print(f"{what} after {after:.0f} s")
    return max(peaks[pid] - idle[pid] for pid in names)


if __name__ == "__main__":
    sys.exit(main())
