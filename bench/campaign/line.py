"""The line from one node to the hub: a small TCP proxy that can cut a connection at a random byte,
or let the hub do its work and swallow the answer."""

import random
import socket
import threading
from contextlib import suppress

CHUNK = 16 * 1024


class Line:
    """Forwards connections to `target`; `cut` and `swallow` say what befalls the next ones."""

    def __init__(self, target: int, chance: random.Random) -> None:
        self.target, self.chance = target, chance
        self.cut = self.swallow = 0
        self.happened = {"cut": 0, "swallow": 0}
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            client, _address = self._server.accept()
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _fate(self) -> tuple[int | None, bool]:
        """After how many bytes this connection ends, and whether its answer is swallowed."""
        with self._lock:
            if self.cut:
                self.cut -= 1
                self.happened["cut"] += 1
                return int(10 ** self.chance.uniform(0, 4.8)), False
            if self.swallow:
                self.swallow -= 1
                self.happened["swallow"] += 1
                return None, True
        return None, False

    def _carry(self, client: socket.socket) -> None:
        limit, swallowed = self._fate()
        left = [limit if limit is not None else float("inf")]
        try:
            hub = socket.create_connection(("127.0.0.1", self.target), timeout=10)
        except OSError:
            client.close()
            return
        hub.settimeout(None)
        back = threading.Thread(target=self._pump, args=(hub, client, left, swallowed), daemon=True)
        back.start()
        self._pump(client, hub, left, False)
        back.join()
        for each in (client, hub):
            each.close()

    def _pump(
        self, source: socket.socket, sink: socket.socket, left: list[float], swallowed: bool
    ) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if swallowed:
                    break  # the hub has answered: its work is done, and nobody hears of it
                allowed = data[: int(min(len(data), left[0]))]
                left[0] -= len(data)
                if allowed:
                    sink.sendall(allowed)
                if left[0] < 0:
                    break
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
