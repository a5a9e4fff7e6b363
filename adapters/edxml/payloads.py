"""The decoded attachments of one message while it is read: all in one temporary file that leaves
the memory as soon as it grows, each a section of it."""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

from adapters.edxml.limits import MIB
from adapters.edxml.repairs import Repair

IN_MEMORY = 2 * MIB
MOST_AT_ONCE = MIB // 2


class TooMuchAtOnce(Exception):
    """A reader of a section wants so much in one piece that it can mean no good."""


class Section:
    """A part of a file as a file of its own, for reading."""

    def __init__(self, file: io.IOBase, start: int, size: int) -> None:
        self._file, self._start, self.size = file, start, size
        self._at = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise OSError("before the start")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(0, self.size - self._at)
        size = left if size is None or size < 0 else min(size, left)
        if size > MOST_AT_ONCE:
            raise TooMuchAtOnce
        self._file.seek(self._start + self._at)
        data = self._file.read(size)
        self._at += len(data)
        return data


@dataclass(frozen=True)
class Payload:
    """One decoded attachment as it came over the wire, still in its zip."""

    section: Section
    repairs: tuple[Repair, ...] = ()
    damaged: bool = False


NOTHING = Payload(Section(io.BytesIO(), 0, 0))


class Spool:
    """Written once from front to end, then read."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=folder)  # noqa: SIM115
        self.size = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)

    def section(self, start: int) -> Section:
        """All that was written since `start`."""
        return Section(self._file, start, self.size - start)

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
