"""Content-addressed files on disk: a file's name is the SHA-256 of its bytes, so it is stored once
and never changes. A name appears only after its bytes have reached the disk."""

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

PDF = "application/pdf"
_HEX = frozenset("0123456789abcdef")


class DamagedFile(Exception):
    """The bytes on disk are not those stored under this name; restore the file from a backup."""

    def __init__(self, sha: str) -> None:
        super().__init__(f"stored file {sha} is damaged")
        self.sha = sha


class FileStore:
    """Files under `root`, two levels deep (ab/cd/abcd…). Several processes may share it."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def put(self, data: bytes | Iterable[bytes]) -> str:
        """Store `data` and return its SHA-256 in hex; on return the bytes survive a power cut.

        Equal bytes are stored once; of concurrent writers one wins and all get the same name.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        chunks = (data,) if isinstance(data, (bytes, bytearray, memoryview)) else data
        handle, temporary = tempfile.mkstemp(prefix=".incoming-", dir=self.root)
        try:
            sha = _write(handle, chunks)
            self._publish(Path(temporary), sha)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return sha

    def read(self, sha: str) -> bytes:
        """The bytes, checked against their name. Raises FileNotFoundError, DamagedFile."""
        data = self.path(sha).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha:
            raise DamagedFile(sha)
        return data

    def open(self, sha: str) -> BinaryIO:
        """A stream of the bytes, checked before it is handed out, without holding them all in
        memory. Raises as `read`; the caller closes it."""
        stream = self.path(sha).open("rb")
        if hashlib.file_digest(stream, "sha256").hexdigest() != sha:
            stream.close()
            raise DamagedFile(sha)
        stream.seek(0)
        return stream

    def exists(self, sha: str) -> bool:
        return self.path(sha).is_file()

    def path(self, sha: str) -> Path:
        """Where the bytes are or would be. Raises ValueError for what is no SHA-256 in hex."""
        if len(sha) != 64 or not set(sha) <= _HEX:
            raise ValueError("not a SHA-256 in lower-case hex")
        return self.root / sha[:2] / sha[2:4] / sha

    def _publish(self, temporary: Path, sha: str) -> None:
        target = self.path(sha)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(temporary, target)  # unlike rename, never replaces what is there
        except FileExistsError:
            if self._damaged(sha):
                os.replace(temporary, target)  # the same bytes are at hand: heal the file
        for folder in (target.parent, target.parent.parent, self.root):
            _sync_folder(folder)

    def _damaged(self, sha: str) -> bool:
        with self.path(sha).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() != sha


def _write(handle: int, chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    with os.fdopen(handle, "wb") as stream:
        for chunk in chunks:
            digest.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fchmod(stream.fileno(), 0o440)
        os.fsync(stream.fileno())
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ZIPPED = {
    "word/document.xml": _OFFICE + "wordprocessingml.document",
    "xl/workbook.xml": _OFFICE + "spreadsheetml.sheet",
    "ppt/presentation.xml": _OFFICE + "presentationml.presentation",
}
_OLE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"{\\rtf", "application/rtf"),
)
_TEXTS = {
    "xml": "application/xml",
    "edxml": "application/xml",
    "csv": "text/csv",
    "txt": "text/plain",
}
UNKNOWN = "application/octet-stream"


def media_type(data: bytes, name: str) -> str:
    """The media type by content; the name's ending only decides between kinds that look alike
    (old Office files, plain texts). Never HTML or SVG: such files are only ever downloaded."""
    ending = name.rpartition(".")[2].lower()
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLE.get(ending, UNKNOWN)
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    return _TEXTS.get(ending, UNKNOWN) if _is_text(data) else UNKNOWN


def _zipped(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return UNKNOWN
    return next((kind for part, kind in _ZIPPED.items() if part in names), "application/zip")


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in data
