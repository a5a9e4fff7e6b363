"""The zip that the national library puts around a file: taken off once, by what the bytes are,
since the declared content type is wrong in real traffic. Entry names are looked at, never used."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from adapters.edxml.errors import malformed
from adapters.edxml.media import ZIPPED_ON_WIRE, extension_of
from adapters.edxml.payloads import Section, TooMuchAtOnce
from adapters.edxml.repairs import Repair

ZIP_TYPES = {ZIPPED_ON_WIRE, "application/x-zip-compressed"}
ZIP_START = (b"PK\x03\x04", b"PK\x05\x06")
ARCHIVE = "zip"
# An OOXML or OpenDocument file is itself a zip and shows it by one of these entries.
OFFICE_ENTRIES = {"[Content_Types].xml", "mimetype"}
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    LookupError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
PIECE = 64 * 1024


class Unwrapped(NamedTuple):
    """`entry` is the file within its zip; without one the section is the file itself."""

    entry: zipfile.ZipInfo | None = None
    repair: Repair | None = None
    damaged: bool = False


def look_inside(name: str, declared: str, section: Section, limit: int) -> Unwrapped:
    """Which file is meant: one inside its wrapping zip, or the bytes as they are.

    Raises MalformedPackage: zip-bomb (more than `limit` bytes inside), zip-path.
    """
    is_declared = declared.lower() in ZIP_TYPES
    extension = extension_of(name)
    section.seek(0)
    if extension == ARCHIVE:
        return Unwrapped()
    if not section.read(4).startswith(ZIP_START):
        return Unwrapped(repair=Repair.CONTENT_TYPE if is_declared else None)
    try:
        with zipfile.ZipFile(section) as archive:
            found = _chosen(archive, extension, is_declared)
            return _checked(found, section, limit)
    except TooMuchAtOnce:  # a directory of countless entries is not even listed
        return Unwrapped(repair=Repair.ZIP_KEPT)
    except BROKEN_ZIP:
        return _unopened(Repair.ZIP_BROKEN, is_declared)


def pieces_of(section: Section, entry: zipfile.ZipInfo | None, limit: int) -> Iterator[bytes]:
    """The file's bytes by pieces. An entry's declared size may lie: the reading is bounded too.

    Raises MalformedPackage zip-bomb, and one of BROKEN_ZIP.
    """
    taken = 0
    with _opened(section, entry) as file:
        while piece := file.read(PIECE):
            taken += len(piece)
            if taken > limit:
                raise malformed("zip-bomb", limit=limit)
            yield piece


@contextmanager
def _opened(section: Section, entry: zipfile.ZipInfo | None) -> Iterator[BinaryIO]:
    section.seek(0)
    if entry is None:
        yield section
        return
    with zipfile.ZipFile(section) as archive, archive.open(entry) as file:
        yield file


def _chosen(archive: zipfile.ZipFile, extension: str, is_declared: bool) -> Unwrapped:
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    if OFFICE_ENTRIES & {entry.filename for entry in entries}:
        return Unwrapped(repair=Repair.CONTENT_TYPE if is_declared else None)
    if not entries:
        return _unopened(Repair.ZIP_EMPTY, is_declared)
    same = [entry for entry in entries if extension_of(entry.filename) == extension]
    if len(entries) == 1 and is_declared:
        return Unwrapped(entries[0])
    if same and extension and (is_declared or len(entries) == 1):
        return Unwrapped(same[0], Repair.ZIP_UNWRAPPED)
    return Unwrapped(repair=Repair.ZIP_KEPT)


def _unopened(repair: Repair, is_declared: bool) -> Unwrapped:
    """Damaged only where a zip was announced: elsewhere these may be the file's own first bytes."""
    return Unwrapped(repair=repair, damaged=True) if is_declared else Unwrapped()


def _checked(found: Unwrapped, section: Section, limit: int) -> Unwrapped:
    """The same, once the entry has been read through: what is handed on is whole."""
    if found.entry is None:
        return found
    path = found.entry.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
        raise malformed("zip-path")
    if found.entry.file_size > limit:
        raise malformed("zip-bomb", limit=limit)
    if found.entry.compress_type not in METHODS:
        raise NotImplementedError(found.entry.compress_type)
    for _piece in pieces_of(section, found.entry, limit):
        pass
    return found
