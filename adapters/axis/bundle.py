"""Several packages in one call (our extension). First a line of JSON, the list of what follows: an
object for each part, with the length of its bytes as `size` and what else is said of it; then the
bytes of all parts, one after the other. Read and written by pieces."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.axis.body import Stored, pieces_of

END = b"\n"
LONGEST_LIST = 256 * 1024
MOST_PARTS = 64
MOST_BYTES = 16 * 1024 * 1024  # of all parts together

Part = Mapping[str, object]


class BadBundle(ValueError):
    """These bytes are no bundle, or one that is too large."""


@dataclass(frozen=True)
class Bundle:
    """The list of the parts and where their bytes lie; a part without bytes has none."""

    parts: Sequence[Part]
    contents: Sequence[Stored | None]

    @property
    def head(self) -> bytes:
        sized = (
            {**part, "size": content.size if content else 0}
            for part, content in zip(self.parts, self.contents, strict=True)
        )
        return json.dumps(list(sized), separators=(",", ":")).encode() + END

    @property
    def size(self) -> int:
        return len(self.head) + sum(content.size for content in self.contents if content)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the list, which says what the parts are."""
        return hashlib.sha256(self.head).digest()

    def pieces(self) -> Iterator[bytes]:
        yield self.head
        for content in self.contents:
            if content is not None:
                yield from pieces_of(content)


class Opened:
    """A bundle that is being read: `parts`, and the bytes of one part after the other. Raises
    BadBundle, also where the bytes end early."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._ahead = iter(pieces), b""
        self.head = self._line()
        self.parts = _parts(self.head)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the list."""
        return hashlib.sha256(self.head).digest()

    def contents(self) -> Iterator[tuple[Part, Iterator[bytes]]]:
        """Each part with its bytes; what of them was not taken is skipped."""
        for part in self.parts:
            content = self._take(int(str(part["size"])))
            yield part, content
            for _ in content:
                pass

    def _line(self) -> bytes:
        line = b""
        while (end := line.find(END)) < 0:
            piece = next(self._pieces, b"")
            if not piece or len(line) > LONGEST_LIST:
                raise BadBundle("no list")
            line += piece
        self._ahead = line[end + 1 :]
        return line[: end + 1]

    def _take(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._ahead or next(self._pieces, b"")
            if not piece:
                raise BadBundle("cut off")
            piece, self._ahead = piece[:size], piece[size:]
            size -= len(piece)
            yield piece


def _parts(head: bytes) -> list[Part]:
    try:
        parts = json.loads(head)
    except (ValueError, RecursionError):
        raise BadBundle("the list is no JSON") from None
    if not isinstance(parts, list) or not 0 < len(parts) <= MOST_PARTS:
        raise BadBundle("not a list of parts")
    if not all(isinstance(part, dict) and _is_size(part.get("size")) for part in parts):
        raise BadBundle("a part without its size")
    if sum(part["size"] for part in parts) > MOST_BYTES:
        raise BadBundle("too large")
    return parts


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_BYTES
