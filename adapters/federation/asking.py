"""Asking many nodes at once: one thread with its own event loop asks, the caller takes the answers
as they come. Each node has its own time and its own share of memory, so that a dead, slow or
talkative one costs the others nothing."""

import asyncio
import queue
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from time import monotonic

import httpx

from adapters.federation import schema, signing
from adapters.federation.errors import NotAnswered
from adapters.federation.signing import Request

ROOT = "/federation/v1"
AT_ONCE = 64
AT_A_TIME = 50  # answers handed on together
GATHER_SECONDS = 1.0
CONNECT_SECONDS = 3.0
NODE_SECONDS = 12.0  # for everything that one node is asked in a round
LARGEST_ANSWER = 1024 * 1024
PAGES = 20  # of the status feed in a round; the rest comes with the next


@dataclass(frozen=True)
class Ask:
    """One node to be asked, and how far what it told before reaches. `secrets`: the one in use
    first, while it is being replaced the one of before too."""

    key: int
    address: str
    system_id: str
    secrets: tuple[str, ...]
    cursor: int = 0
    counters: str = ""
    head: int = 0

    @property
    def target(self) -> str:
        return f"{ROOT}/report?cursor={self.cursor}&counters={self.counters}&head={self.head}"


@dataclass
class Told:
    """What became of one ask: a report, or the problem that stood in its way."""

    key: int
    asked_at: datetime
    took_ms: int = 0
    report: dict | None = None
    problem: str = ""


@dataclass(frozen=True)
class Way:
    """How to ask; tests and figures choose other times."""

    clock: Callable[[], datetime]
    at_once: int = AT_ONCE
    seconds: float = NODE_SECONDS
    transport: httpx.AsyncBaseTransport | None = field(default=None)


@cache
def _authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def ask_all(asks: Sequence[Ask], way: Way) -> Iterator[list[Told]]:
    """Asks all, in their order as far as `at_once` go; yields what is known, some at a time, and
    never keeps the answer of one waiting for that of another."""
    if not asks:
        return
    told: queue.SimpleQueue[Told | None] = queue.SimpleQueue()

    def run() -> None:
        try:
            asyncio.run(_ask_all(asks, way, told))
        finally:
            told.put(None)

    threading.Thread(target=run, daemon=True).start()
    while some := _some(told):
        yield some


def _some(told: queue.SimpleQueue) -> list[Told]:
    """The next answers: as many as come within a second of the first; none at the end."""
    some, until = [], 0.0
    while len(some) < AT_A_TIME:
        try:
            each = told.get(timeout=max(until - monotonic(), 0.001) if some else None)
        except queue.Empty:
            break
        if each is None:
            told.put(None)  # the end; found again after these
            break
        until = until or monotonic() + GATHER_SECONDS
        some.append(each)
    return some


async def _ask_all(asks: Sequence[Ask], way: Way, told: queue.SimpleQueue) -> None:
    waiting = iter(asks)
    async with _client(way) as http:

        async def asker() -> None:
            for ask in waiting:
                told.put(await _ask(http, ask, way))

        await asyncio.gather(*(asker() for _ in range(min(way.at_once, len(asks)))))


def _client(way: Way) -> httpx.AsyncClient:
    """Without redirects, proxies of the environment and kept connections."""
    return httpx.AsyncClient(
        transport=way.transport,
        timeout=httpx.Timeout(way.seconds, connect=min(CONNECT_SECONDS, way.seconds), pool=None),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        follow_redirects=False,
        trust_env=False,
        verify=_authorities(),
        headers={"Accept-Encoding": "identity", "Accept": "application/json"},
    )


async def _ask(http: httpx.AsyncClient, ask: Ask, way: Way) -> Told:
    started, told = monotonic(), Told(ask.key, way.clock())
    try:
        async with asyncio.timeout(way.seconds):
            told.report = await _report(http, ask, way)
    except NotAnswered as error:
        told.problem = error.problem
    except (TimeoutError, httpx.TimeoutException):
        told.problem = "federation-node-slow"
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        told.problem = f"federation-node-away:{type(error).__name__}"
    except Exception as error:  # one node's trouble, whatever it be, is not the others'
        told.problem = f"federation-answer-bad:{type(error).__name__}"
    told.took_ms = int((monotonic() - started) * 1000)
    return told


async def _report(http: httpx.AsyncClient, ask: Ask, way: Way) -> dict:
    secret, body = await _with_some_secret(http, ask, way)
    report = schema.read("Report", body)
    statuses = report["statuses"]
    for _ in range(PAGES):
        if not statuses["more"]:
            break
        target = f"{ROOT}/statuses?cursor={statuses['next_cursor']}"
        more = schema.read("Statuses", await _get(http, ask, target, secret, way))
        statuses["items"] += more["items"]
        statuses |= {"next_cursor": more["next_cursor"], "more": more["more"]}
    return report


async def _with_some_secret(http, ask: Ask, way: Way) -> tuple[str, bytes]:
    """A node may still have the secret of before: it is tried where the new one is refused."""
    refused = NotAnswered("federation-account-locked")
    for secret in ask.secrets:
        try:
            return secret, await _get(http, ask, ask.target, secret, way)
        except NotAnswered as error:
            refused = error
            if error.problem != "federation-wrong-signature":
                break
    raise refused


async def _get(http, ask: Ask, target: str, secret: str, way: Way) -> bytes:
    headers = signing.sign(Request("GET", target), ask.system_id, secret, way.clock())
    async with http.stream("GET", ask.address + target, headers=headers) as response:
        status, answer = response.status_code, response.headers.get(signing.ANSWER)
        body = await _bounded(response)
    if 300 <= status < 400:
        raise NotAnswered("federation-redirects")
    if status != 200:
        raise NotAnswered(problem_of(status, body))
    if not signing.is_answer(answer, headers[signing.NONCE], secret, status, body):
        raise NotAnswered("federation-answer-unproven")
    return body


async def _bounded(response: httpx.Response) -> bytes:
    """The body as it comes over the wire: packed it might be of any size."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise NotAnswered("federation-answer-bad:Content-Encoding")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NotAnswered("federation-answer-large")
    return bytes(body)


def problem_of(status: int, body: bytes) -> str:
    """The reason that a refusal gives, or its status where it gives none."""
    try:
        return str(schema.read("Refusal", body)["error"]["reason"])
    except NotAnswered:
        return f"federation-node-refuses:{status}"
