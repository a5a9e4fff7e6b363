"""The zip that the national library puts around a file: taken off once, by what the bytes are,
since the declared content type is wrong in real traffic. Entry names are looked at, never used."""

import io
import struct
import zipfile
import zlib
from typing import NamedTuple

from adapters.edxml.errors import malformed
from adapters.edxml.media import ZIPPED_ON_WIRE, extension_of
from adapters.edxml.repairs import Repair

ZIP_TYPES = {ZIPPED_ON_WIRE, "application/x-zip-compressed"}
ZIP_START = (b"PK\x03\x04", b"PK\x05\x06")
ENTRY_MARK = b"PK\x01\x02"
MAX_ENTRIES = 10_000
ARCHIVES = {"zip", "jar", "epub"}
# An OOXML or OpenDocument file is itself a zip and shows it by one of these entries.
OFFICE_ENTRIES = {"[Content_Types].xml", "mimetype"}
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Unwrapped(NamedTuple):
    data: bytes
    repair: Repair | None = None
    damaged: bool = False


def unwrap(name: str, declared: str, data: bytes, limit: int) -> Unwrapped:
    """The file inside its wrapping zip, or the bytes as they are.

    Raises MalformedPackage: zip-bomb (more than `limit` bytes inside), zip-path.
    """
    is_declared = declared.lower() in ZIP_TYPES
    extension = extension_of(name)
    if extension in ARCHIVES:
        return Unwrapped(data)
    if not data.startswith(ZIP_START):
        return Unwrapped(data, Repair.CONTENT_TYPE if is_declared else None)
    if data.count(ENTRY_MARK) > MAX_ENTRIES:
        return Unwrapped(data, Repair.ZIP_KEPT)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _taken_out(archive, extension, is_declared, data, limit)
    except BROKEN_ZIP:
        return _unopened(data, Repair.ZIP_BROKEN, is_declared)


def _taken_out(
    archive: zipfile.ZipFile, extension: str, is_declared: bool, data: bytes, limit: int
) -> Unwrapped:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if OFFICE_ENTRIES & {entry.filename for entry in entries}:
        return Unwrapped(data, Repair.CONTENT_TYPE if is_declared else None)
    if not entries:
        return _unopened(data, Repair.ZIP_EMPTY, is_declared)
    same = [entry for entry in entries if extension_of(entry.filename) == extension]
    if len(entries) == 1 and is_declared:
        return Unwrapped(_bounded(archive, entries[0], limit))
    if same and extension and (is_declared or len(entries) == 1):
        return Unwrapped(_bounded(archive, same[0], limit), Repair.ZIP_UNWRAPPED)
    return Unwrapped(data, Repair.ZIP_KEPT)


def _unopened(data: bytes, repair: Repair, is_declared: bool) -> Unwrapped:
    """Damaged only where a zip was announced: elsewhere these may be the file's own first bytes."""
    return Unwrapped(data, repair, damaged=True) if is_declared else Unwrapped(data)


def _bounded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The entry's bytes; its declared size may lie, so the reading itself is bounded too."""
    path = entry.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
        raise malformed("zip-path")
    if entry.file_size > limit:
        raise malformed("zip-bomb", limit=limit)
    if entry.compress_type not in METHODS:
        raise NotImplementedError(entry.compress_type)
    with archive.open(entry) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise malformed("zip-bomb", limit=limit)
    return data
