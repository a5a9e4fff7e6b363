"""The hub and the five nodes of a campaign: their data, their processes, who is who among them."""

import contextlib
import os
import secrets
import shutil
import signal
import sys
from pathlib import Path

import redis

import migrations
from adapters import queue_server
from app import create_app
from bench.campaign.line import Line
from demo import province, seed
from demo.nodes import ROOT, RunningNode, free_port
from demo.province import DemoAgency, DemoNode, DemoPerson, DemoUnit
from domain.roles import SYSTEM, Role
from domain.text import fold
from models.hub import DirectoryEntry
from services.unit_of_work import transaction

PASSWORD = "mat-khau-cua-cuoc-thu"  # noqa: S105 a node that lives for minutes on this machine
CODES = tuple(f"000.9{number}.00.H97" for number in range(1, 6))
NAMES = ("Suối Đá", "Bến Mơ", "Đồng Cau", "Gò Sim", "Hang Cò")


def agency(number: int) -> DemoAgency:
    code, name = CODES[number], NAMES[number]
    return DemoAgency(
        code=code,
        parent_code="",
        name=f"Ủy ban nhân dân xã {name}",
        notation="UBND",
        superior_name="",
        authority="TM. ỦY BAN NHÂN DÂN",
        place=name,
        units=(DemoUnit("VP", "Văn phòng"),),
        people=(
            DemoPerson(f"n{number}.vanthu", f"Văn thư {name}", Role.CLERK, "Văn thư", "VP"),
            DemoPerson(f"n{number}.chutich", f"Chủ tịch {name}", Role.LEADER, "Chủ tịch", "VP"),
        ),
    )


class CampaignNode(RunningNode):
    """A node that dies and comes back as a service would."""

    def start(self) -> None:
        self.queue = queue_server.start(self.folder)
        self._spawn("node", ["-m", "bench.campaign.serve"])

    @property
    def main(self) -> int:
        return self.processes[-1].pid

    def children(self) -> list[int]:
        return _children(self.main)

    def web(self) -> list[int]:
        """Children that listen on the node's port, and theirs."""
        listening = _listeners(self.port)
        return [pid for child in self.children() for pid in (child, *_children(child))
                if pid in listening]  # fmt: skip

    def workers(self) -> list[int]:
        web = set(self.web())
        return [pid for pid in self.children() if pid not in web]

    def horses(self) -> list[int]:
        return [pid for worker in self.workers() for pid in _children(worker)]

    def kill_all(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.main, signal.SIGKILL)
        self.processes[-1].wait()

    def restart(self) -> None:
        self._spawn("node", ["-m", "bench.campaign.serve"])

    def keep(self) -> None:
        """What the machine's service manager does: starts again what has ended."""
        self.keep_queue()
        if self.processes[-1].poll() is not None:
            self.restart()

    def kill_queue(self, forget: bool) -> None:
        self.queue.process.kill()
        self.queue.process.wait()
        if forget:
            for path in self.folder.glob("appendonly*"):
                shutil.rmtree(path, ignore_errors=True)
        self.queue = queue_server.start(self.folder)

    def flush_queue(self) -> None:
        redis.Redis.from_url(self.queue.url).flushall()


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [int(each) for each in path.read_text().split()]
    except OSError:
        return []


def _listeners(port: int) -> set[int]:
    """Processes that hold the socket that listens on this port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {f"socket:[{each[9]}]" for each in lines
              if each[3] == "0A" and int(each[1].rpartition(":")[2], 16) == port}  # fmt: skip
    found = set()
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with contextlib.suppress(OSError):
            if any(os.readlink(each) in inodes for each in folder.iterdir()):
                found.add(int(folder.parent.name))
    return found


class Country:
    """Everything of one campaign under `folder`."""

    def __init__(self, folder: Path, chance) -> None:
        self.folder = folder
        port = free_port(19100)
        self.hub = self._node(province.HUB, "hub", port)
        self.lines = [Line(port, chance) for _ in CODES]
        self.nodes = []
        for number in range(len(CODES)):
            port = free_port(port + 1)
            data = DemoNode(f"n{number + 1}", NAMES[number], (agency(number),))
            self.nodes.append(self._node(data, "district", port))
        self.secrets = {code: secrets.token_hex(16) for code in CODES}
        self.apps = {}

    @property
    def all(self) -> list[CampaignNode]:
        return [self.hub, *self.nodes]

    def _node(self, data: DemoNode, role: str, port: int) -> CampaignNode:
        secret, key = secrets.token_hex(32), secrets.token_hex(32)
        return CampaignNode(data, role, self.folder / data.key, port, secret, key)

    def prepare(self) -> None:
        os.environ["VANTHU_ASSET_SOURCE"] = "local"
        sys.path.insert(0, str(ROOT))
        for node in self.all:
            app = create_app(node.settings(), wake=lambda _queue, _item_id: None)
            migrations.upgrade(app)
            with app.app_context():
                office = app.extensions["office"]
                seed.seed_people(office, node.data, PASSWORD)
                self._directory(office)
                if node is self.hub:
                    seed.seed_hub_accounts(office, self.secrets)
                else:
                    line = self.lines[self.nodes.index(node)]
                    endpoint = f"http://127.0.0.1:{line.port}/axis"
                    seed.seed_hub_links(office, endpoint, self.secrets)
            self.apps[node.data.key] = app

    def _directory(self, office) -> None:
        with transaction(office, SYSTEM) as work:
            for code, name in zip(CODES, NAMES, strict=True):
                text = fold(f"{code} {name}")
                work.session.add(DirectoryEntry(code=code, name=name, search_text=text))

    def start(self) -> None:
        for node in self.all:
            node.start()
        for node in self.all:
            node.wait_until_ready()

    def stop(self) -> None:
        for node in self.all:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(node.main, signal.SIGCONT)
        for node in self.all:
            node.end()
        for node in self.all:
            node.stop()
