"""The embedded queue server as a real process: what survives, who owns it, where it listens."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
import redis

from adapters import queue_server
from adapters.queue_server import QueueServer
from domain.errors import Invalid, Unavailable

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start() -> Iterator[Callable[..., QueueServer]]:
    started: list[QueueServer] = []

    def run(folder: Path, **options: object) -> QueueServer:
        started.append(queue_server.start(folder, **options))
        return started[-1]

    yield run
    for server in started:
        server.stop()


def client(server: QueueServer) -> redis.Redis:
    return redis.Redis.from_url(server.url)


def test_it_answers_as_soon_as_start_returns_and_listens_on_no_port(start, tmp_path):
    connection = client(start(tmp_path / "queue"))
    assert connection.ping()
    assert connection.config_get("port") == {"port": "0"}
    assert connection.config_get("appendonly") == {"appendonly": "yes"}


def test_only_the_owner_may_enter_its_folder_and_socket(start, tmp_path):
    start(tmp_path / "queue")
    folder = (tmp_path / "queue").stat()
    socket = (tmp_path / "queue" / queue_server.SOCKET_NAME).stat()
    assert [stat.S_IMODE(s.st_mode) for s in (folder, socket)] == [0o700, 0o700]


def test_data_survives_an_orderly_restart(start, tmp_path):
    first = start(tmp_path)
    client(first).rpush("viec", "1", "2")
    first.stop()
    assert first.process.returncode == 0
    assert not queue_server.is_alive(queue_server.socket_path(tmp_path))
    assert client(start(tmp_path)).lrange("viec", 0, -1) == [b"1", b"2"]


def test_every_answered_write_survives_a_kill(start, tmp_path):
    first = start(tmp_path)
    connection = client(first)
    for number in range(500):
        connection.rpush("viec", number)
    first.process.kill()
    first.process.wait()
    assert queue_server.socket_path(tmp_path).exists(), "a stale socket must not be in the way"
    assert client(start(tmp_path)).llen("viec") == 500


def test_a_file_cut_in_the_middle_of_a_write_still_loads(start, tmp_path):
    first = start(tmp_path)
    connection = client(first)
    connection.set("a", "1")
    connection.set("b", "2")
    [file] = (tmp_path / "appendonlydir").glob("*.incr.aof")
    # While an fsync is under way, the server holds writes back for a moment.
    for _ in range(100):
        if file.read_bytes().endswith(b"$1\r\n2\r\n"):
            break
        time.sleep(0.05)
    first.process.kill()
    first.process.wait()
    os.truncate(file, file.stat().st_size - 3)
    assert client(start(tmp_path)).mget("a", "b") == [b"1", None]


def test_emptying_it_is_allowed_and_lasts(start, tmp_path):
    first = start(tmp_path)
    client(first).set("a", "1")
    assert client(first).flushall()
    first.process.kill()
    first.process.wait()
    assert client(start(tmp_path)).dbsize() == 0


def test_a_second_start_uses_the_first_server_and_cannot_stop_it(start, tmp_path):
    first = start(tmp_path)
    second = start(tmp_path)
    assert (second.url, second.process) == (first.url, None)
    second.stop()
    assert client(first).ping()


def test_two_starts_at_the_same_moment_make_one_server(start, tmp_path):
    servers: list[QueueServer] = []
    threads = [Thread(target=lambda: servers.append(start(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(server.process is not None for server in servers) == 1


def test_a_server_that_was_stopped_for_a_while_is_not_started_twice(start, tmp_path):
    first = start(tmp_path)
    first.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(Unavailable, match="queue-server-failed") as caught:
            queue_server.start(tmp_path, timeout=0.1)
    finally:
        first.process.send_signal(signal.SIGCONT)
    assert caught.value.fields["reason"] == "it does not answer"
    assert client(first).ping()


def test_a_folder_name_with_spaces_and_accents_is_no_trouble(start, tmp_path):
    server = start(tmp_path / "xã Đông Hải #1 %20")
    assert client(server).ping()


def test_a_path_too_long_for_a_socket_moves_only_the_socket(start, tmp_path):
    folder = tmp_path / ("x" * 60) / ("y" * 60)
    runtime = Path(f"/tmp/vt-{os.getpid()}")
    first = start(folder, runtime_dir=runtime)
    try:
        client(first).set("a", "1")
        assert str(runtime) in first.url
        assert (folder / "appendonlydir").is_dir()
        assert start(folder, runtime_dir=runtime).process is None
        assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    finally:
        first.stop()
        runtime.rmdir()


def test_the_limit_is_counted_in_bytes_and_held_exactly(tmp_path):
    room = queue_server.SOCKET_PATH_LIMIT - len(f"/{queue_server.SOCKET_NAME}")
    fits = Path("/" + "x" * (room - 1))
    assert queue_server.socket_path(fits) == fits / queue_server.SOCKET_NAME
    assert queue_server.socket_path(Path(f"{fits}x")).parent == Path(f"/tmp/vanthu-{os.getuid()}")
    accented = Path("/" + "ế" * (room // 3 + 1))
    assert queue_server.socket_path(accented).parent != accented


def test_where_even_the_other_place_is_too_long_the_limit_is_told(tmp_path):
    long = tmp_path / ("x" * 120)
    with pytest.raises(Invalid, match="queue-socket-path-too-long") as caught:
        queue_server.start(long, runtime_dir=long)
    assert caught.value.fields["limit"] == queue_server.SOCKET_PATH_LIMIT


def test_a_server_that_cannot_start_tells_why(tmp_path):
    (tmp_path / "appendonlydir").write_text("not a folder")
    with pytest.raises(Unavailable, match="queue-server-failed") as caught:
        queue_server.start(tmp_path)
    assert caught.value.fields["reason"] == "it ended at once"
    assert "append" in caught.value.fields["log"].lower()


def test_it_ends_with_its_parent_even_if_that_is_killed(start, tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from adapters import queue_server;"
        "s = queue_server.start(Path(sys.argv[1]), die_with_parent=True);"
        "print(s.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert int(parent.stdout.readline()) > 0
    path = queue_server.socket_path(tmp_path)
    assert queue_server.is_alive(path)
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 5
    while queue_server.is_alive(path) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not queue_server.is_alive(path)
