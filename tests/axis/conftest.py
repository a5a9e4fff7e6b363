"""Real servers on loopback for the axis tests: werkzeug in a thread, gunicorn as a process, and
one that answers every connection with the same bytes (or hangs up)."""

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.axis.loopback_hub import LoopbackHub
from tests.hub.serving import wait_for

ROOT = Path(__file__).parents[2]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        pass


@pytest.fixture
def hub() -> LoopbackHub:
    return LoopbackHub()


@pytest.fixture
def hub_url(hub: LoopbackHub) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, hub, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def gunicorn_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("gunicorn") / "log"
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "4"]
    command += ["--limit-request-field_size", "65536", "tests.axis.loopback_hub:app"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
    try:
        wait_for(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


class BluntServer:
    """Answers each request with `content` under `status`; with no content it just hangs up."""

    def __init__(self, content: bytes | None, status: str = "200 OK") -> None:
        self._content, self._status = content, status
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.calls = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._read(connection)
                self.calls += 1
                if self._content is not None:
                    connection.sendall(self._response())

    def _read(self, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [n for n in head.lower().split(b"\r\n") if n.startswith(b"content-length:")]
        wanted = int(lengths[0].split(b":")[1]) if lengths else 0
        if b"100-continue" in head.lower():
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(body) < wanted:
            body += connection.recv(65536)

    def _response(self) -> bytes:
        content = self._content or b""
        head = f"HTTP/1.1 {self._status}\r\nContent-Length: {len(content)}\r\n"
        return head.encode() + b"Location: /elsewhere\r\nConnection: close\r\n\r\n" + content

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def cut() -> Iterator[Callable[[bytes, int, bool], str]]:
    """The address of a server that answers with the first bytes of a content and hangs up; with or
    without having said how long it is."""
    listeners = []

    def make(content: bytes, at: int, said: bool) -> str:
        listeners.append(socket.create_server(("127.0.0.1", 0)))
        length = f"Content-Length: {len(content)}\r\n" if said else ""
        head = f"HTTP/1.1 200 OK\r\n{length}Connection: close\r\n\r\n".encode()
        serve = threading.Thread(target=answer, args=(listeners[-1], head + content[:at]))
        serve.daemon = True
        serve.start()
        return f"http://127.0.0.1:{listeners[-1].getsockname()[1]}"

    def answer(listener: socket.socket, said: bytes) -> None:
        connection, _ = listener.accept()
        with connection:
            while not connection.recv(65536).endswith(b"{}"):
                continue
            connection.sendall(said)

    yield make
    for listener in listeners:
        listener.close()


@pytest.fixture
def blunt() -> Iterator[Callable[..., BluntServer]]:
    servers: list[BluntServer] = []

    def make(content: bytes | None, status: str = "200 OK") -> BluntServer:
        servers.append(BluntServer(content, status))
        return servers[-1]

    yield make
    for server in servers:
        server.close()
