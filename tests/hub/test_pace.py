"""How fast a system may call, counted over all web processes of a hub; and what it costs."""

import multiprocessing
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from adapters import queue_server
from domain.errors import Unavailable
from services.hub import pace

SYSTEM = "000.00.31.H48"


@dataclass
class Hub:
    """As much of an office as counting needs; its clock stands still."""

    settings: SimpleNamespace
    at: datetime = datetime(2026, 11, 23, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def calls(hub: Hub, number: int, system_id: str = SYSTEM) -> int:
    """How many of so many calls were let in."""
    let_in = 0
    for _ in range(number):
        with suppress(Unavailable):
            pace.check(hub, system_id)
            let_in += 1
    return let_in


def in_processes(hub: Hub, processes: int, number: int) -> list[int]:
    """So many calls in each of several processes, all at once."""
    fork = multiprocessing.get_context("fork")
    told = fork.Queue()
    ready = fork.Barrier(processes)

    def serve() -> None:
        ready.wait(10)
        told.put(calls(hub, number))

    started = [fork.Process(target=serve) for _ in range(processes)]
    for process in started:
        process.start()
    counted = [told.get(timeout=20) for _ in started]
    for process in started:
        process.join()
    return counted


@pytest.fixture
def server(tmp_path):
    started = queue_server.start(tmp_path / "queue")
    yield started
    started.stop()


@pytest.fixture
def hub(tmp_path, server):
    settings = SimpleNamespace(axis_calls_per_minute=1000, data_dir=tmp_path, redis_url=server.url)
    return Hub(settings)


@pytest.mark.parametrize("most", [1000, 7])
def test_four_processes_share_one_limit(hub, most):
    hub.settings.axis_calls_per_minute = most
    counted = in_processes(hub, 4, most)
    # A process may end with a call in hand that it had drawn and nobody made.
    assert most - 4 <= sum(counted) <= most
    assert min(counted) < most


def test_what_one_process_used_up_is_gone_for_the_other_and_comes_back_evenly(hub):
    assert in_processes(hub, 1, 1500) == [1000]
    assert calls(hub, 5) == 0
    assert calls(hub, 5, "000.00.32.H48") == 5, "another system has calls of its own"
    hub.at += timedelta(seconds=6)
    assert calls(hub, 500) == 100
    hub.at += timedelta(hours=1)
    assert calls(hub, 2000) == 1000


def test_a_clock_that_is_behind_gives_nothing_twice(hub):
    assert calls(hub, 2000) == 1000
    hub.at -= timedelta(minutes=5)
    assert in_processes(hub, 1, 50) == [0]
    hub.at += timedelta(minutes=5)
    assert calls(hub, 50) == 0


def test_without_the_queue_server_each_process_counts_alone_and_nobody_is_refused_for_it(
    hub, server
):
    assert calls(hub, 10) == 10
    server.stop()
    assert calls(hub, 1500) >= 1000
    assert calls(hub, 10) == 0, "still limited"


def test_a_call_costs_next_to_nothing(hub):
    hub.settings.axis_calls_per_minute = 1_000_000
    calls(hub, 10)
    start = time.perf_counter()
    calls(hub, 20_000)
    assert (time.perf_counter() - start) / 20_000 < 100e-6
