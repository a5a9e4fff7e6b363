"""The bytes the unmodified axis SDK puts on a socket, and how its two HTTP stacks behave.

`apache_post` is Apache HttpClient 4.5 (every operation but sendEdoc): Expect before a body, gzip,
several attempts. `jdk_post` is HttpURLConnection (sendEdoc): no Expect, one silent second POST if
the server closes without an answer. Nothing of our own client is used here.
"""

import gzip
import http.client
import select
import socket
from urllib.parse import urlsplit

EXPECT_PATIENCE_S = 3.0


def java_hash_order(names: list[str]) -> list[str]:
    """The iteration order of a java.util.HashMap into which these names were put one by one."""
    size = 16
    while len(names) > size * 3 // 4:
        size *= 2
    return sorted(names, key=lambda name: _spread(_java_hash(name)) & (size - 1))


def _java_hash(text: str) -> int:
    value = 0
    for letter in text:
        value = (31 * value + ord(letter)) & 0xFFFFFFFF
    return value


def _spread(value: int) -> int:
    return value ^ (value >> 16)


def apache_post(
    url: str, headers: list[tuple[str, str]], body: bytes, attempts: int, method: str = "POST"
) -> bytes:
    """One call with its retries; OSError when every attempt was dropped."""
    own = [] if method == "GET" else [("Content-Length", str(len(body)))]
    own += [("Host", urlsplit(url).netloc), ("Connection", "Keep-Alive")]
    own += [("Expect", "100-continue")] if body else []
    own += [("Accept-Encoding", "gzip,deflate")]
    # Only the low byte of each character reaches the wire.
    head = _head(method, url, headers + own, lambda text: bytes(ord(c) & 0xFF for c in text))
    for attempt in range(1, attempts + 1):
        try:
            return _once(url, head, body, expects=bool(body))
        except OSError:
            if attempt == attempts:
                raise
    raise AssertionError("no attempts")


def jdk_post(url: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    own = [
        ("Host", urlsplit(url).netloc),
        ("Accept", "text/html, image/gif, image/jpeg, */*; q=0.2"),
        ("Connection", "keep-alive"),
        ("Content-Length", str(len(body))),
    ]
    head = _head("POST", url, headers + own, lambda text: text.encode("ascii", "replace"))
    try:
        return _once(url, head, body, expects=False)
    except OSError:
        return _once(url, head, body, expects=False)


def _head(method: str, url: str, headers: list[tuple[str, str]], encode) -> bytes:
    path = urlsplit(url).path or "/"
    lines = [f"{method} {path} HTTP/1.1".encode()]
    lines += [name.encode() + b": " + encode(value) for name, value in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _once(url: str, head: bytes, body: bytes, expects: bool) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port or 80)) as connection:
        connection.settimeout(30)
        if expects:
            connection.sendall(head)
            if _told_to_continue(connection):
                connection.sendall(body)
        else:
            connection.sendall(head + body)
        return _answer(connection)


def _told_to_continue(connection: socket.socket) -> bool:
    """True also when nothing comes within three seconds: then the body is sent all the same."""
    readable, _, _ = select.select([connection], [], [], EXPECT_PATIENCE_S)
    if not readable:
        return True
    return b" 100" in connection.recv(16, socket.MSG_PEEK)


def _answer(connection: socket.socket) -> bytes:
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        content = response.read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    if response.getheader("Content-Encoding") == "gzip":
        return gzip.decompress(content)
    return content
