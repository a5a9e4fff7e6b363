"""Which of the tests that could run on several kinds of database are left out, and that processes
write to SQLite in turn."""

import subprocess
import sys
import time
from types import SimpleNamespace

from extensions import Turns
from tests import databases

HOLDS = """
import sys, time
from pathlib import Path
from extensions import Turns
with Turns(Path(sys.argv[1]))():
    print("mine", flush=True)
    time.sleep(float(sys.argv[2]))
    print(time.monotonic(), flush=True)
"""


class Item(SimpleNamespace):
    """A test as pytest collects it: known by itself, not by what it holds."""

    __hash__ = object.__hash__
    __eq__ = object.__eq__


def item(name: str, kind: str | None) -> Item:
    params = {"database": kind} if kind else {}
    return Item(nodeid=f"{name}[{kind}]", callspec=SimpleNamespace(params=params))


def test_each_test_runs_on_one_kind_and_each_kind_has_its_share(monkeypatch):
    monkeypatch.delenv("VANTHU_TEST_THOROUGH", raising=False)
    monkeypatch.setattr(databases, "postgres_problem", lambda: "")
    items = [item(f"test_{n}", kind) for n in range(200) for kind in databases.KINDS]
    left_out = databases.left_out(items)
    kept = [each for each in items if each not in left_out]
    assert len(kept) == 200
    assert len({each.nodeid.partition("[")[0] for each in kept}) == 200
    shares = [sum(each.callspec.params["database"] == k for each in kept) for k in databases.KINDS]
    assert min(shares) > 60


def test_what_runs_on_one_kind_only_or_on_none_is_never_left_out(monkeypatch):
    monkeypatch.delenv("VANTHU_TEST_THOROUGH", raising=False)
    alone = [item("test_a", "postgres"), item("test_b", None)]
    assert databases.left_out(alone) == set()


def test_continuous_integration_leaves_nothing_out(monkeypatch):
    monkeypatch.setenv("VANTHU_TEST_THOROUGH", "1")
    both = [item("test_a", kind) for kind in databases.KINDS]
    assert databases.left_out(both) == set()


def test_another_process_waits_for_its_turn_and_goes_on_at_once(tmp_path):
    turns = tmp_path / "vanthu.db-turn"
    command = [sys.executable, "-c", HOLDS, str(turns), "0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "mine\n"
        with Turns(turns)():
            ours = time.monotonic()
        theirs = float(other.stdout.readline())
    assert 0 <= ours - theirs < 0.3, "after the other, and soon after it"
