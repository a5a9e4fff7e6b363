"""The processes of one demo node, started and stopped as one: queue server, web, workers."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from adapters import queue_server
from config import Settings, load_settings
from demo.province import DemoNode

ROOT = Path(__file__).parents[1]
START_SECONDS = 60


def free_port(wanted: int) -> int:
    """`wanted`, or the next port nobody listens on; says so in one line."""
    for port in range(wanted, wanted + 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                if port != wanted:
                    print(f"Cổng {wanted} đang được dùng, chuyển sang cổng {port}.", flush=True)
                return port
    raise SystemExit(f"Không còn cổng trống từ {wanted} đến {wanted + 199}.")


@dataclass
class RunningNode:
    """One node of the province and its processes."""

    data: DemoNode
    role: str
    folder: Path
    port: int
    secret_key: str
    node_key: str
    poll_seconds: int = 1
    more: dict[str, str] = field(default_factory=dict)  # settings beside the usual ones
    processes: list[subprocess.Popen] = field(default_factory=list)
    queue: queue_server.QueueServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("VANTHU_")}
        return kept | {
            "VANTHU_ROLE": self.role,
            "VANTHU_NODE_NAME": self.data.name,
            "VANTHU_SECRET_KEY": self.secret_key,
            "VANTHU_NODE_KEY": self.node_key,
            "VANTHU_DATA_DIR": str(self.folder),
            "VANTHU_REDIS_URL": queue_server.url_of(self._socket()),
            "VANTHU_BIND": f"127.0.0.1:{self.port}",
            "VANTHU_POLL_SECONDS": str(self.poll_seconds),
            "VANTHU_FEDERATION_SECONDS": "15",
            "VANTHU_ASSET_SOURCE": os.environ.get("VANTHU_ASSET_SOURCE", "cdn"),
            "VANTHU_DEMO": "1",
            **self.more,
        }

    def _socket(self) -> Path:
        return queue_server.socket_path(self.folder.resolve())

    def settings(self) -> Settings:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return load_settings(self.environment())

    def start(self) -> None:
        """Starts the queue server, then web and workers as one family of processes."""
        self.queue = queue_server.start(self.folder, die_with_parent=True)
        self._spawn("node", ["serve.py"])

    def keep_queue(self) -> None:
        """Starts the queue server again when it has died; what waits is in SQL."""
        if self.queue and self.queue.process and self.queue.process.poll() is not None:
            self.queue = queue_server.start(self.folder, die_with_parent=True)

    def start_web(self) -> None:
        """The web process alone, as on a machine whose workers run elsewhere."""
        web = ["-m", "gunicorn", "-c", str(ROOT / "deploy/gunicorn.conf.py"), "app:create_app()"]
        self._spawn("web", web)

    def _spawn(self, name: str, arguments: list[str]) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.processes.append(
            subprocess.Popen(  # noqa: S603 our own programs
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )

    def pids(self) -> list[int]:
        """The first process of each part of the node."""
        started = [process.pid for process in self.processes]
        return [*started, self.queue.process.pid] if self.queue.process else started

    def wait_until_ready(self) -> None:
        """Waits for the login page; says which log to read when it does not come."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if any(process.poll() is not None for process in self.processes):
                break
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/account/login").status_code == 200:
                    return
            time.sleep(0.2)
        raise SystemExit(f"{self.data.name} không khởi động được; xem nhật ký trong {self.folder}")

    def end(self) -> None:
        """Asks all processes of the node to end; `stop` waits for them."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)

    def stop(self) -> None:
        """Ends all processes of the node, politely first; the queue server last."""
        self.end()
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()
        if self.queue:
            self.queue.stop()
