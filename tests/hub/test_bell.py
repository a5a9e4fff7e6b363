"""A call that waits in one web process is woken by what another process of the hub has taken; with
the queue server away it looks for itself."""

import subprocess
import sys
import threading
import time

import pytest

from adapters import queue_server
from adapters.bell import Bell
from services.hub import waiting
from tests.hub.packages import BINH_SON, SON_TINH, accept, edoc

RINGS = "import sys; from adapters.bell import Bell; Bell(sys.argv[1]).ring([sys.argv[2]])"


@pytest.fixture
def server(tmp_path):
    started = queue_server.start(tmp_path / "queue", die_with_parent=True)
    yield started
    started.stop()


def ring_elsewhere(url: str, code: str) -> None:
    subprocess.run([sys.executable, "-c", RINGS, url, code], check=True, timeout=30)


def hears(url: str) -> tuple[list, threading.Event]:
    """What is heard from now on; the event is set with everything that is heard."""
    heard, rang = [], threading.Event()

    def note(codes: list[str]) -> None:
        heard.append(codes)
        rang.set()

    threading.Thread(target=Bell(url).listen, args=(note,), daemon=True).start()
    return heard, rang


def test_what_another_process_rings_for_is_heard(server):
    heard, rang = hears(server.url)
    for _ in range(100):  # until the line stands
        ring_elsewhere(server.url, BINH_SON)
        if rang.wait(0.5):
            break
    assert heard[0] == [BINH_SON]


def test_a_call_that_waits_is_woken_by_another_process(server, hub_app, office, monkeypatch):
    object.__setattr__(office.settings, "redis_url", server.url)
    monkeypatch.setattr(waiting, "PACE", 60.0)
    mark, _ = waiting.news(office, [BINH_SON], "", 0)
    found = []

    def wait() -> None:
        with hub_app.app_context():
            found.append(waiting.news(office, [BINH_SON], str(mark), 20, waiting.PLACES))

    thread = threading.Thread(target=wait)
    thread.start()
    monkeypatch.setattr(waiting, "tell", lambda *_: None)  # the acceptance is another process's
    accept(office, SON_TINH, edoc())
    office.session().rollback()
    started = time.monotonic()
    while thread.is_alive() and time.monotonic() < started + 15:
        ring_elsewhere(server.url, BINH_SON)
        thread.join(0.2)
    assert found, "it waited for its time to be over"
    assert found[0][1], "and it is told that something is new"


def test_without_the_queue_server_nothing_fails_and_each_looks_for_itself(
    hub_app, office, monkeypatch
):
    monkeypatch.setattr(waiting, "PACE", 0.05)
    monkeypatch.setattr(waiting.PLACES, "tell", lambda codes: None)
    mark, _ = waiting.news(office, [BINH_SON], "", 0)
    found = []

    def wait() -> None:
        with hub_app.app_context():
            found.append(waiting.news(office, [BINH_SON], str(mark), 10))

    thread = threading.Thread(target=wait)
    thread.start()
    accept(office, SON_TINH, edoc())
    thread.join(10)
    assert found[0][1]
