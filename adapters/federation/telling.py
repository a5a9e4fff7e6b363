"""Telling a hub: what a node behind a firewall does by itself, since nobody can ask it."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache

import httpx

from adapters.federation import schema, signing
from adapters.federation.asking import LARGEST_ANSWER, ROOT, problem_of
from adapters.federation.errors import NotAnswered
from adapters.federation.signing import Request

SECONDS = 15.0


class HubTeller:
    """The hub at `address`, told by one system. Raises NotAnswered."""

    def __init__(
        self,
        address: str,
        system_id: str,
        secret: str,
        *,
        clock: Callable[[], datetime],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._address, self._system_id, self._secret = address, system_id, secret
        self._clock = clock
        self._http = httpx.Client(
            transport=transport,
            timeout=SECONDS,
            follow_redirects=False,
            trust_env=False,
            verify=_authorities(),
            headers={"Accept-Encoding": "identity", "Content-Type": "application/json"},
        )

    def __enter__(self) -> "HubTeller":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def known(self) -> dict:
        """How far what the hub has reaches."""
        return schema.read("Taken", self._send("GET", f"{ROOT}/known"))

    def tell(self, report: dict) -> dict:
        body = json.dumps(report, separators=(",", ":")).encode()
        return schema.read("Taken", self._send("POST", f"{ROOT}/reports", body))

    def _send(self, method: str, target: str, body: bytes = b"") -> bytes:
        request = Request(method, target, body)
        headers = signing.sign(request, self._system_id, self._secret, self._clock())
        try:
            with self._http.stream(
                method, self._address + target, content=body, headers=headers
            ) as response:
                answer = _bounded(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotAnswered(f"federation-hub-away:{type(error).__name__}") from None
        status, given = response.status_code, response.headers.get(signing.ANSWER)
        if status != 200:
            raise NotAnswered(problem_of(status, answer))
        if not signing.is_answer(given, headers[signing.NONCE], self._secret, status, answer):
            raise NotAnswered("federation-answer-unproven")
        return answer


@cache
def _authorities():
    return httpx.create_ssl_context()


def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NotAnswered("federation-answer-large")
    return bytes(body)
