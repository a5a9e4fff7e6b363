"""A JSON answer that carries a package, base64, in its member `data`: written and read piece by
piece. Members may come in any order; all but the package are small.

The reader follows what it reads only as far as it must to find the package: everything else goes
into an outline, in which the package is an empty text, and the outline is read by the JSON parser
once the answer is complete."""

import json
import re
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from adapters.axis.body import Stored, pieces_of
from adapters.axis.errors import TemporaryAxisError

Result = TypeVar("Result")
Into = Callable[[Iterator[bytes]], Result]  # takes the pieces of a package as they come
in_memory: Into[bytes] = b"".join

LONGEST_OUTLINE = 1024 * 1024
NAME = b"data"
_BLANKS = b" \t\r\n\v\f"
_HALF_ESCAPE = re.compile(rb"\\(?:u[0-9A-Fa-f]{0,3})?\Z")
_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|(.))", re.S)
_SHORT = {b"/": b"/", b"n": b"", b"r": b"", b"t": b"", b"f": b""}


def with_package(members: dict[str, object], package: Stored) -> tuple[int, Iterator[bytes]]:
    """The length and the pieces of a compact JSON object of `members` and, last, the package as
    `data`."""
    head = json.dumps(members | {"data": ""}, separators=(",", ":"), allow_nan=False).encode()
    start, end = head[:-2], head[-2:]
    length = len(head) + -(-package.size // 3) * 4
    return length, _written(start, package, end)


def _written(start: bytes, package: Stored, end: bytes) -> Iterator[bytes]:
    rest = b""
    for piece in pieces_of(package):
        rest += piece
        whole = len(rest) // 3 * 3
        yield start + b64encode(rest[:whole])
        start, rest = b"", rest[whole:]
    yield start + b64encode(rest) + end


def package_in(chunks: Iterable[bytes], check: Callable[[object], object]) -> Iterator[bytes]:
    """The package in an answer that comes in chunks. Whether the answer is a success is known only
    at its end: `check` then gets all its other members, None where it is no JSON, and raises. So
    what was handed out is worth something only once the last piece has come.

    Raises TemporaryAxisError: no package, or one that is not base64.
    """
    outline, text, is_empty, waste = _Outline(), _Text(), True, 0
    for chunk in chunks:
        rest = chunk
        while rest:
            if not outline.is_at_package:
                rest = outline.feed(rest)
                continue
            said, quote, rest = rest.partition(b'"')
            if data := text.feed(said):
                is_empty = False
                yield data
            waste += len(said) if text.is_broken else 0
            if waste > LONGEST_OUTLINE:
                raise TemporaryAxisError("data is not base64")
            if quote:
                text.end()
                outline.pass_package()
    check(outline.members())
    if is_empty or text.is_broken:
        raise TemporaryAxisError("data is not base64")


class _Outline:
    """The answer without the package: watched byte by byte for the place where that begins."""

    def __init__(self) -> None:
        self.is_at_package = False
        self._read = bytearray()
        self._depth, self._in_text, self._escaped = 0, False, False
        self._name, self._last = bytearray(), b""
        self._awaits_value, self._has_package = False, False

    def feed(self, data: bytes) -> bytes:
        """What is left of the data where the package begins; nothing as long as it does not."""
        for at, byte in enumerate(data):
            self._read.append(byte)
            if self._in_text:
                self._within(byte)
            elif self._opens_package(byte):
                self.is_at_package = True
                return data[at + 1 :]
            else:
                self._between(byte)
        if len(self._read) > LONGEST_OUTLINE:
            raise TemporaryAxisError("an answer without end")
        return b""

    def pass_package(self) -> None:
        self._read += b'"'
        self.is_at_package, self._awaits_value, self._has_package = False, False, True

    def members(self) -> object:
        try:
            return json.loads(self._read)
        except (ValueError, RecursionError):
            return None

    def _opens_package(self, byte: int) -> bool:
        if not (self._awaits_value and byte == ord('"')):
            return False
        if self._has_package:
            raise TemporaryAxisError("two packages in one answer")
        return True

    def _within(self, byte: int) -> None:
        if self._escaped:
            self._escaped = False
        elif byte == ord("\\"):
            self._escaped = True
        elif byte == ord('"'):
            self._in_text, self._last = False, bytes(self._name)
        else:
            self._name.append(byte)

    def _between(self, byte: int) -> None:
        if byte in _BLANKS:
            return
        self._awaits_value = byte == ord(":") and self._depth == 1 and self._last == NAME
        if byte == ord('"'):
            self._in_text, self._name = True, bytearray()
        elif byte in b"{[":
            self._depth += 1
        elif byte in b"}]":
            self._depth -= 1


class _Text:
    """The text of the package: JSON's escapes, line ends, base64. Once it is broken it says nothing
    more: an answer that is a refusal may have any text there."""

    def __init__(self) -> None:
        self.is_broken = False
        self._half, self._rest, self._is_padded = b"", b"", False

    def feed(self, text: bytes) -> bytes:
        if self.is_broken:
            return b""
        try:
            return self._decoded(self._whole_letters(text))
        except ValueError:
            self.is_broken = True
            return b""

    def end(self) -> None:
        self.is_broken = self.is_broken or bool(self._half or self._rest)

    def _whole_letters(self, text: bytes) -> bytes:
        text = self._half + text
        if half := _HALF_ESCAPE.search(text):
            text = text[: half.start()]
        self._half = half.group() if half else b""
        return _unescaped(text).translate(None, _BLANKS)

    def _decoded(self, text: bytes) -> bytes:
        if text and self._is_padded:
            raise ValueError("text after the end")
        text = self._rest + text
        whole = len(text) // 4 * 4
        text, self._rest = text[:whole], text[whole:]
        self._is_padded = self._is_padded or text.endswith(b"=")
        return a2b_base64(text, strict_mode=True) if text else b""


def _unescaped(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    if b"\\\\" in text:
        raise ValueError("an escaped escape")
    # Some writers escape every slash: of 64 letters one.
    return _ESCAPE.sub(_letter, text.replace(b"\\/", b"/"))


def _letter(escape: re.Match[bytes]) -> bytes:
    number, letter = escape.groups()
    if number is None:
        return _SHORT.get(letter, b"?")
    code = int(number, 16)
    return bytes([code]) if code < 128 else b"?"
