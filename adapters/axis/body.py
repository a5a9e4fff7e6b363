"""The body of a sendEdoc: the raw edXML file, one CRLF after it, and the header `hash-file`.
Neither side holds it as a whole: it is written from a file and read into one."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Protocol

from adapters.axis.errors import AxisRefusal

CRLF = b"\r\n"
PIECE = 256 * 1024


class Stored(Protocol):
    """A package that lies somewhere: how long it is, its SHA-256 in hex, and its bytes."""

    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    def open(self) -> BinaryIO: ...


@dataclass(frozen=True)
class InMemory:
    """A package that is small enough to lie in memory."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def open(self) -> BinaryIO:
        return BytesIO(self.data)


def stored(package: bytes | Stored) -> Stored:
    return InMemory(package) if isinstance(package, bytes) else package


def pieces_of(package: Stored) -> Iterator[bytes]:
    with package.open() as file:
        while piece := file.read(PIECE):
            yield piece


class Body(Protocol):
    """What a call sends: so many bytes, piece by piece."""

    @property
    def size(self) -> int: ...
    def pieces(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Sent:
    """The body of a sendEdoc: the package and the CRLF that the SDK appends to every file."""

    package: Stored

    @property
    def size(self) -> int:
        return self.package.size + len(CRLF)

    def pieces(self) -> Iterator[bytes]:
        yield from pieces_of(self.package)
        yield CRLF


def hash_forms(digest: bytes) -> tuple[str, str]:
    """A SHA-256 in true hex, and as the SDK writes it: without the leading zero of each byte."""
    return digest.hex(), "".join(f"{byte:x}" for byte in digest)


def hash_matches(header: str, digest: bytes) -> bool:
    """Whether a `hash-file` value is this SHA-256, in either form."""
    received = header.strip().lower().encode("utf-8", "replace")
    found = [hmac.compare_digest(received, form.encode()) for form in hash_forms(digest)]
    return any(found)


def file_in(body: Iterable[bytes], hash_file: str | None) -> Iterator[bytes]:
    """The file in a sendEdoc body, piece by piece: with the SDK's CRLF, without it, or ending in
    its own.

    The hash decides which it is; without a hash one CRLF is taken off. At the end raises
    AxisRefusal "axis-hash-mismatch" where neither form fits, "axis-empty-file" where nothing is
    left; what was handed out until then is to be thrown away.
    """
    digest, is_empty, end = hashlib.sha256(), True, b""
    for come in body:
        # The last two bytes wait: they may not belong to the file.
        waiting = end + come
        piece, end = waiting[: -len(CRLF)], waiting[-len(CRLF) :]
        if piece:
            is_empty = False
            digest.update(piece)
            yield piece
    if is_empty and end in (b"", CRLF):
        raise AxisRefusal("axis-empty-file")
    if end := _rest(digest, end, hash_file):
        yield end


def _rest(digest, end: bytes, hash_file: str | None) -> bytes:
    """What of the last two bytes is the file's, where `digest` is that of all before them."""
    if end == CRLF and (not hash_file or hash_matches(hash_file, digest.digest())):
        return b""
    digest.update(end)
    if hash_file and not hash_matches(hash_file, digest.digest()):
        raise AxisRefusal("axis-hash-mismatch")
    return end
