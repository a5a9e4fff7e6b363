"""Where the files of a message go while it is read: into memory, or wherever the caller keeps them;
and what is noticed about their bytes as they pass."""

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

PIECE = 64 * 1024
HEAD = 1024
REPLACEMENT_CHARACTER = "\ufffd"


@dataclass(frozen=True)
class Kept:
    """A file that lies on disk; equal to another of the same bytes, wherever they lie."""

    path: Path
    size: int
    sha256: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def open(self) -> BinaryIO:
        return self.path.open("rb")


Keep = Callable[[Iterable[bytes]], bytes | Kept]


def in_memory(pieces: Iterable[bytes]) -> bytes:
    return b"".join(pieces)


def pieces_of(data: bytes | Kept) -> Iterator[bytes]:
    """The bytes in pieces of the same size, wherever they lie."""
    if isinstance(data, Kept):
        with data.open() as file:
            while piece := file.read(PIECE):
                yield piece
        return
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]


def digest_of(data: bytes | Kept) -> str:
    return data.sha256 if isinstance(data, Kept) else sha256(data).hexdigest()


class Watch:
    """Sees the pieces of a file pass: how it begins, how long it is, whether it is a text in which
    a text reader has put its replacement character."""

    def __init__(self) -> None:
        self.head, self.size = b"", 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._is_text, self._has_replacement = True, False

    def over(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.size += len(piece)
            if len(self.head) < HEAD:
                self.head += piece[: HEAD - len(self.head)]
            self._read(piece, final=False)
            yield piece
        self._read(b"", final=True)

    @property
    def is_mangled(self) -> bool:
        """No intact binary file is valid UTF-8 from end to end."""
        return self._is_text and self._has_replacement

    def _read(self, piece: bytes, final: bool) -> None:
        if not self._is_text:
            return
        try:
            text = self._decoder.decode(piece, final)
        except UnicodeDecodeError:
            self._is_text = False
        else:
            self._has_replacement = self._has_replacement or REPLACEMENT_CHARACTER in text
