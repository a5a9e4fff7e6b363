"""The storm: one random fault after the other, at a random node."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter

from bench.campaign.nodes import CampaignNode, Country

WEIGHTS = {
    "SIGKILL of a worker": 20,
    "SIGKILL of a work-horse": 6,
    "SIGKILL of a web process": 12,
    "SIGKILL of the supervisor with the sweeper": 5,
    "SIGKILL of the whole hub": 3,
    "SIGKILL of Valkey": 4,
    "SIGKILL of Valkey, its file deleted": 3,
    "FLUSHALL": 10,
    "SIGSTOP, SIGCONT later": 8,
    "connection cut at a random byte": 17,
    "answer lost after the hub's commit": 12,
}


class Storm:
    """Counts what really happened."""

    def __init__(self, country: Country, chance: random.Random) -> None:
        self.country, self.chance, self.done = country, chance, Counter()
        self.stopped: list[threading.Timer] = []

    @property
    def total(self) -> int:
        lines = self.country.lines
        return sum(self.done.values()) + sum(sum(line.happened.values()) for line in lines)

    def strike(self) -> None:
        name = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        node = self.chance.choice(self.country.all)
        with contextlib.suppress(ProcessLookupError, IndexError):
            if self._do(name, node):
                self.done[name] += 1

    def _do(self, name: str, node: CampaignNode) -> bool:  # noqa: C901 one line a fault
        match name:
            case "SIGKILL of a worker":
                os.kill(self.chance.choice(node.workers()), signal.SIGKILL)
            case "SIGKILL of a work-horse":
                horses = [pid for each in self.country.nodes for pid in each.horses()]
                os.kill(self.chance.choice(horses), signal.SIGKILL)
            case "SIGKILL of a web process":
                os.kill(self.chance.choice(node.web()), signal.SIGKILL)
            case "SIGKILL of the supervisor with the sweeper":
                os.kill(node.main, signal.SIGKILL)
            case "SIGKILL of the whole hub":
                self.country.hub.kill_all()
            case "SIGKILL of Valkey":
                node.kill_queue(forget=False)
            case "SIGKILL of Valkey, its file deleted":
                node.kill_queue(forget=True)
            case "FLUSHALL":
                node.flush_queue()
            case "SIGSTOP, SIGCONT later":
                self._stop(self.chance.choice([*node.workers(), *node.web()]))
            case "connection cut at a random byte":
                self.chance.choice(self.country.lines).cut += 1
                return False  # counted when it happens
            case "answer lost after the hub's commit":
                self.chance.choice(self.country.lines).swallow += 1
                return False
        return True

    def _stop(self, pid: int) -> None:
        """For less than a lease, or for longer: then its work is taken over."""
        os.kill(pid, signal.SIGSTOP)
        timer = threading.Timer(self.chance.uniform(0.5, 15), _continue, (pid,))
        timer.start()
        self.stopped.append(timer)

    def calm(self) -> None:
        """Everything goes on; nothing is armed any more."""
        for timer in self.stopped:
            timer.join()
        for line in self.country.lines:
            line.cut = line.swallow = 0

    def rage(self, until: float, faults: int) -> None:
        """Spreads the faults over the time there is."""
        pause = max(0.2, (until - time.monotonic()) / faults * 0.85)
        while time.monotonic() < until or self.total < faults:
            time.sleep(self.chance.uniform(0.3, 1.7) * pause)
            self.strike()
            for node in self.country.all:
                node.keep()


def _continue(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
