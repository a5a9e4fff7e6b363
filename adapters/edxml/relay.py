"""What a hub does to a package that it passes on: reads which hops it has taken, and adds its own.

All else stays as it came, byte for byte: the header is found by a parser that knows where in the
bytes each tag stands, and the hop is put in there. Only the header is looked at, so that the size
of the attachments does not matter. A package which such a parser cannot read (junk before it, a
declaration that is not so) is cleaned first, as it is wherever it is read."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import escape

from adapters.edxml.errors import malformed
from adapters.edxml.header_out import moment_text
from adapters.edxml.limits import STREAMED
from adapters.edxml.source import clean_pieces

LONGEST_HEAD = 16 * 1024 * 1024  # 12,000 recipients need three of them
STEP = 64 * 1024
HEADER = ("edXMLEnvelope", "edXMLHeader")
TRACES = (*HEADER, "TraceHeaderList")
_DECLARED = re.compile(rb"""\A(<\?xml[^>]{0,200}?encoding\s*=\s*["'])([^"']+)(["'])""")
HOP_CODE = (*TRACES, "TraceHeader", "OrganId")


@dataclass(frozen=True)
class Head:
    """The hops of a package, oldest first, and where the next one goes: before the byte `place`, in
    `wrapping` where there is no list yet; `empty_tag` is the length of a list closed in itself."""

    hops: tuple[str, ...]
    place: int
    prefix: str
    encoding: str
    is_listed: bool
    empty_tag: int = 0
    is_mended: bool = False


def read_head(pieces: Iterable[bytes], encoding: str | None = None) -> Head:
    """From the first pieces of a package, up to the end of its header; `encoding` where what they
    declare is not so. Raises MalformedPackage: dtd, no-header; ExpatError."""
    scan, start = _Scan(encoding), bytearray()
    for piece in pieces:
        start += piece
        scan.feed(piece)
        if scan.is_over:
            return scan.head(bytes(start))
        if len(start) > LONGEST_HEAD:
            break
    raise malformed("no-header")


def hops(package: BinaryIO) -> tuple[str, ...]:
    """The codes in the trace of a package or status, oldest first."""
    return _opened(package)[0].hops


def with_hop(package: BinaryIO, code: str, at: datetime) -> Iterator[bytes]:
    """The package after this hop, piece by piece; what it says of itself is looked at once more on
    the way. Raises MalformedPackage, which makes what came before worthless."""
    head, pieces = _opened(package)
    hopped = with_hop_streamed(pieces(), head, code, at)
    scan = _Scan(head.encoding if head.is_mended else None)
    for piece in hopped:
        if not scan.is_over:
            _feed(scan, piece)
        yield piece
    if not scan.is_over or scan.hops != (*head.hops, code):
        raise malformed("trace")


def _feed(scan: "_Scan", piece: bytes) -> None:
    try:
        scan.feed(piece)
    except expat.ExpatError as error:
        raise malformed("trace") from error


def with_hop_streamed(
    chunks: Iterable[bytes], head: Head, code: str, at: datetime
) -> Iterator[bytes]:
    """The same piece by piece; `head` was read from its beginning."""
    rest = iter(chunks)
    start = b""
    while len(start) < head.place + head.empty_tag:
        start += next(rest)
    yield start[: head.place]
    yield _hop_text(head, code, at).encode(head.encoding)
    yield from chain([start[head.place + head.empty_tag :]], rest)


def _opened(package: BinaryIO) -> tuple[Head, Callable[[], Iterator[bytes]]]:
    """The head, and what gives the pieces that it was read from."""
    try:
        return read_head(_as_they_came(package)), lambda: _as_they_came(package)
    except expat.ExpatError:
        pass
    try:
        head = read_head(_mended(package), "utf-8")
    except expat.ExpatError as error:
        raise malformed("not-xml", detail=str(error)) from error
    return replace(head, is_mended=True), lambda: _mended(package)


def _as_they_came(package: BinaryIO) -> Iterator[bytes]:
    package.seek(0)
    return iter(partial(package.read, STEP), b"")


def _mended(package: BinaryIO) -> Iterator[bytes]:
    """What was cleaned is UTF-8, and says so: other readers believe the declaration."""
    package.seek(0)
    pieces = clean_pieces(package, STREAMED, [])
    first = next((piece for piece in pieces if piece), b"")
    yield _DECLARED.sub(rb"\g<1>UTF-8\g<3>", first, count=1)
    yield from pieces


def _hop_text(head: Head, code: str, at: datetime) -> str:
    p = head.prefix
    hop = (
        f"<{p}TraceHeader><{p}OrganId>{escape(code)}</{p}OrganId>"
        f"<{p}Timestamp>{moment_text(at)}</{p}Timestamp></{p}TraceHeader>"
    )
    if head.is_listed and not head.empty_tag:
        return hop
    return f"<{p}TraceHeaderList>{hop}</{p}TraceHeaderList>"


class _Scan:
    """Reads a header with expat, which knows where it stands."""

    def __init__(self, encoding: str | None) -> None:
        self._parser = expat.ParserCreate(encoding)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._names: list[str] = []
        self._hops: list[str] = []
        self._list: tuple[int, str] | None = None
        self._list_start = 0
        self._header: tuple[int, str] | None = None

    @property
    def hops(self) -> tuple[str, ...]:
        return tuple(self._hops)

    @property
    def is_over(self) -> bool:
        return self._header is not None

    def feed(self, data: bytes) -> None:
        self._parser.Parse(data, False)

    def head(self, start: bytes) -> Head:
        encoding = _encoding(start)
        place, name = self._list or self._header
        prefix = name[: name.find(":") + 1]
        empty = 0
        if self._list and not start.startswith("</".encode(encoding), place):
            # Closed in itself: the parser is behind it already.
            place, empty = self._list_start, place - self._list_start
        return Head(self.hops, place, prefix, encoding, self._list is not None, empty)

    def _start(self, name: str, _attributes: dict) -> None:
        self._names.append(name)
        if self._path == TRACES and self._list is None:
            self._list_start = self._parser.CurrentByteIndex
        if self._path == HOP_CODE and not self.is_over:
            self._hops.append("")

    def _text(self, text: str) -> None:
        if len(self._names) == len(HOP_CODE) + 1 and self._path == HOP_CODE and not self.is_over:
            self._hops[-1] = (self._hops[-1] + text).strip()

    def _end(self, name: str) -> None:
        if not self.is_over and self._path == TRACES and self._list is None:
            self._list = self._parser.CurrentByteIndex, name
        if not self.is_over and self._path == HEADER:
            self._header = self._parser.CurrentByteIndex, name
        self._names.pop()

    def _doctype(self, *_: object) -> None:
        raise malformed("dtd")

    @property
    def _path(self) -> tuple[str, ...]:
        """Local names below the root."""
        return tuple(name.rpartition(":")[2] for name in self._names[1:])


def _encoding(start: bytes) -> str:
    if start[:2] in (b"\xff\xfe", b"<\0"):
        return "utf-16-le"
    if start[:2] in (b"\xfe\xff", b"\0<"):
        return "utf-16-be"
    return "utf-8"
