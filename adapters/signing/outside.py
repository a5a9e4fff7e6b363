"""Calls to the services of certificate authorities: bounded in time and size, never redirected.

An address read in a certificate was chosen by whoever had it issued: it is only called where it
leads to the public network, or where an administrator named it (`Sources`), if need be together
with the machine that answers in its place.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

T = TypeVar("T")
LONGEST_URL = 500


class NotAnswered(Exception):
    """Nothing usable came; `cause` is one of the codes below."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


SLOW, AWAY, TOO_LARGE, REFUSED, FORBIDDEN = "slow", "away", "too-large", "refused", "forbidden"


@dataclass(frozen=True)
class Sources:
    """What an administrator allows beyond the public network: `hosts` (host or host:port) may be
    private; an address that begins with a key of `instead` is asked at its value."""

    hosts: frozenset[str] = frozenset()
    instead: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Sources":
        """From "crl.example.vn:8080, http://named.vn/crl=http://10.0.0.9/crl"; ValueError."""
        hosts, instead = set(), {}
        for item in filter(None, (part.strip() for part in text.split(","))):
            named, equals, place = item.partition("=")
            if not equals:
                hosts.add(named.lower())
            elif urlsplit(named).hostname and urlsplit(place).hostname:
                instead[named] = place
            else:
                raise ValueError(item)
        return cls(frozenset(hosts), instead)

    def place_of(self, url: str) -> tuple[str, bool]:
        """(Where to ask, may it be private)."""
        for named, place in self.instead.items():
            if url == named or url.startswith(named.rstrip("/") + "/"):
                return place + url[len(named) :], True
        parts = urlsplit(url)
        return url, bool({parts.netloc.lower(), parts.hostname or ""} & self.hosts)


@dataclass(frozen=True)
class Call:
    """One question. Without a body it is a GET."""

    url: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 3.0
    largest: int = 64 * 1024
    private: bool = True  # an administrator typed this address


def ask(call: Call) -> bytes:
    """The body of the answer; NotAnswered otherwise, after `seconds` at the latest."""
    return _within(call.seconds, lambda: _ask(call))


def _within(seconds: float, work: Callable[[], T]) -> T:
    """Leaves a thread behind that no socket timeout would end: a resolver that hangs, an answer
    that comes byte by byte."""
    done: list = []

    def run() -> None:
        try:
            done.append((work(), None))
        except NotAnswered as error:
            done.append((None, error))
        except Exception:  # whatever a library makes of a strange answer
            done.append((None, NotAnswered(REFUSED)))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not done:
        raise NotAnswered(SLOW)
    answer, error = done[0]
    if error is not None:
        raise error
    return answer


def _ask(call: Call) -> bytes:
    url, headers, extensions = call.url, dict(call.headers), {}
    if len(url) > LONGEST_URL or urlsplit(url).scheme not in ("http", "https"):
        raise NotAnswered(FORBIDDEN)
    if not call.private:
        name = urlsplit(url).hostname or ""
        headers["Host"], extensions = urlsplit(url).netloc, {"sni_hostname": name}
        url = _pinned(url)
    try:
        with (
            httpx.Client(verify=_authorities(), timeout=call.seconds, trust_env=False) as client,
            client.stream(
                "GET" if call.body is None else "POST",
                url,
                content=call.body,
                headers=headers,
                extensions=extensions,
            ) as response,
        ):
            return _body(response, call.largest)
    except httpx.TimeoutException:
        raise NotAnswered(SLOW) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        raise NotAnswered(AWAY) from None


def _body(response: httpx.Response, largest: int) -> bytes:
    if response.status_code != 200:  # a redirection, too: nobody is led elsewhere
        raise NotAnswered(REFUSED)
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > largest:
            raise NotAnswered(TOO_LARGE)
    return bytes(body)


def _pinned(url: str) -> str:
    """The address with its host as a number: what was checked is what is called, even where the
    name's owner changes its answer in between."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAnswered(AWAY) from None
    numbers = [ipaddress.ip_address(each[4][0]) for each in found]
    if not numbers or any(_is_private(number) for number in numbers):
        raise NotAnswered(FORBIDDEN)
    number = numbers[0]
    host = f"[{number}]" if number.version == 6 else str(number)
    return parts._replace(netloc=f"{host}:{port}").geturl()


def _is_private(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    inner = getattr(number, "ipv4_mapped", None) or number
    return not inner.is_global or inner.is_multicast


@cache
def _authorities() -> ssl.SSLContext:
    return ssl.create_default_context()
