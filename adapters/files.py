"""Content-addressed files on disk: a file's name is the SHA-256 of its bytes, so it is stored once
and never changes. A name appears only after its bytes have reached the disk."""

import codecs
import fcntl
import hashlib
import io
import os
import struct
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PDF = "application/pdf"
_HEX = frozenset("0123456789abcdef")
_INCOMING = ".incoming-"
_ASIDE = ".set-aside"
AT_ONCE = 8


class DamagedFile(Exception):
    """The bytes on disk are not those stored under this name; restore the file from a backup."""

    def __init__(self, sha: str) -> None:
        super().__init__(f"stored file {sha} is damaged")
        self.sha = sha


class FileStore:
    """Files under `root`, two levels deep (ab/cd/abcd…). Several processes may share it."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self._on_disk: set[Path] = set()  # folders whose names are: at most 65,792

    def put(self, data: bytes | Iterable[bytes]) -> str:
        """Store `data` and return its SHA-256 in hex; on return the bytes survive a power cut.

        Equal bytes are stored once; of concurrent writers one wins and all get the same name.
        """
        with self.incoming() as coming:
            coming.write((data,) if isinstance(data, (bytes, bytearray, memoryview)) else data)
            return coming.keep()

    @contextmanager
    def incoming(self) -> Iterator["Incoming"]:
        """A place for bytes of which it is not decided yet whether they are kept; whatever happens,
        nothing else is left of it."""
        self.root.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=_INCOMING, dir=self.root)
        with os.fdopen(handle, "wb") as stream:
            try:
                yield Incoming(self, Path(temporary), stream)
            finally:
                Path(temporary).unlink(missing_ok=True)

    def forget_abandoned(self, before: float) -> None:
        """Removes what processes that were killed left half written, if nobody has written to it
        since `before` (seconds since the epoch)."""
        for path in self.root.glob(f"{_INCOMING}*"):
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
            except FileNotFoundError:
                continue

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

    def remove(self, sha: str) -> None:
        """Takes the bytes away for ever. The caller knows that nobody needs them; what is gone
        already stays so."""
        self.path(sha).unlink(missing_ok=True)

    def exists(self, sha: str) -> bool:
        return self.path(sha).is_file()

    def path(self, sha: str) -> Path:
        """Where the bytes are or would be. Raises ValueError for what is no SHA-256 in hex."""
        if len(sha) != 64 or not set(sha) <= _HEX:
            raise ValueError("not a SHA-256 in lower-case hex")
        return self.root / sha[:2] / sha[2:4] / sha

    def publish(self, temporary: Path, sha: str) -> None:
        """Gives a finished file on the same disk its name; of equal ones the first stays, and is
        as new: whoever stores bytes is about to name them."""
        target = self.path(sha)
        target.parent.mkdir(parents=True, exist_ok=True)
        is_new = True
        with self._locked(fcntl.LOCK_SH):
            try:
                os.link(temporary, target)  # unlike rename, never replaces what is there
            except FileExistsError:
                is_new = not _touched(target)
                if is_new:  # it belongs to somebody else, as after a careless restoring
                    _replace(target, temporary)
        if not is_new and self._damaged(sha):
            _replace(target, temporary)  # the same bytes are at hand: heal the file
        self._sync_names(target)

    def _sync_names(self, target: Path) -> None:
        """The file's name reaches the disk, and those of its folders, which are never removed: each
        once by this process."""
        _sync_folder(target.parent)
        for folder in (target.parent, target.parent.parent):
            if folder not in self._on_disk:
                _sync_folder(folder.parent)
                self._on_disk.add(folder)

    def names(self, folder: str) -> Iterator[tuple[str, float]]:
        """The files whose SHA-256 begins with these two digits, and when each was last stored."""
        yield from _entries(self.root.glob(f"{folder}/??/*"))

    def set_aside(self, sha: str, before: float) -> bool:
        """Puts a file where no reader looks for it, unless it was stored again since `before` or
        somebody stores something in this moment; whether it did."""
        with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB) as held:
            path = self.path(sha)
            if not held or not path.is_file() or path.stat().st_mtime >= before:
                return False
            aside = self.root / _ASIDE / sha
            aside.parent.mkdir(exist_ok=True)
            os.utime(path)  # from now on: since when it is aside
            os.replace(path, aside)
        _sync_folder(path.parent)
        _sync_folder(aside.parent)
        return True

    def aside(self) -> Iterator[tuple[str, float]]:
        """The files that were set aside, and when."""
        yield from _entries((self.root / _ASIDE).glob("*"))

    def sizes_aside(self) -> Iterator[tuple[float, int]]:
        """Since when each of these lies there, and its bytes."""
        for sha, since in self.aside():
            with suppress(FileNotFoundError):
                yield since, (self.root / _ASIDE / sha).stat().st_size

    def bring_back(self, sha: str) -> None:
        """Puts a file that was set aside to where it was."""
        path = self.root / _ASIDE / sha
        if path.is_file():
            self.publish(path, sha)
            path.unlink()

    def remove_aside(self, sha: str) -> None:
        """Takes a file that was set aside away for ever."""
        self.path(sha)
        (self.root / _ASIDE / sha).unlink(missing_ok=True)

    @contextmanager
    def _locked(self, how: int) -> Iterator[bool]:
        """Who names files holds the store together with others, who sets files aside alone: between
        looking at a file's time and moving it, nobody may store its bytes."""
        handle = os.open(self.root, os.O_RDONLY)
        try:
            yield _flocked(handle, how)
        finally:
            os.close(handle)

    def _damaged(self, sha: str) -> bool:
        with self.path(sha).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() != sha


class Incoming:
    """Bytes on their way into the store, in a temporary file beside it: written piece by piece,
    readable at any time, kept at last or not at all."""

    def __init__(self, store: FileStore, path: Path, stream: BinaryIO) -> None:
        self.path, self.size = path, 0
        self._store, self._stream, self._digest = store, stream, hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what was written so far, in hex."""
        return self._digest.hexdigest()

    def write(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self._digest.update(piece)
            self._stream.write(piece)
            self.size += len(piece)
        self._stream.flush()

    def open(self) -> BinaryIO:
        """A stream of what was written so far; the caller closes it."""
        return self.path.open("rb")

    def keep(self) -> str:
        """Stores the bytes and returns their SHA-256; on return they survive a power cut. Again, it
        brings back what was removed meanwhile."""
        os.fchmod(self._stream.fileno(), 0o440)
        os.fsync(self._stream.fileno())
        self._store.publish(self.path, self.sha256)
        return self.sha256


def keep_all(coming: Sequence[Incoming]) -> list[str]:
    """As `Incoming.keep`, for several: the disk is waited for by all at once, not by one after the
    other."""
    if len(coming) < 2:
        return [each.keep() for each in coming]
    with ThreadPoolExecutor(min(len(coming), AT_ONCE)) as threads:
        return list(threads.map(Incoming.keep, coming))


def begins_with(stream: BinaryIO, beginning: BinaryIO) -> bool:
    """Whether a stream's bytes begin with all of another's; both are left at their start."""
    try:
        while piece := beginning.read(_PIECE):
            if stream.read(len(piece)) != piece:
                return False
        return True
    finally:
        stream.seek(0)
        beginning.seek(0)


def _flocked(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        return False
    return True


def _touched(path: Path) -> bool:
    """Gives a file the time of now, where we may."""
    try:
        os.utime(path)
    except PermissionError:
        return False
    return True


def _replace(target: Path, temporary: Path) -> None:
    spare = temporary.with_name(f"{temporary.name}+")
    os.link(temporary, spare)
    os.replace(spare, target)


def _entries(paths: Iterable[Path]) -> Iterator[tuple[str, float]]:
    for path in paths:
        try:
            if len(path.name) == 64 and set(path.name) <= _HEX:
                yield path.name, path.stat().st_mtime
        except FileNotFoundError:
            continue


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
# What the reader of zips lets out of itself for bytes that are none.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    struct.error,
    ArithmeticError,
    LookupError,
    NotImplementedError,
    OSError,
    ValueError,
)
_PIECE = 64 * 1024
_LONGEST_DIRECTORY = 512 * 1024  # of a zip: some thousand entries


def media_type(file: bytes | Path, name: str) -> str:
    """The media type by content; the name's ending only decides between kinds that look alike
    (old Office files, plain texts). Never HTML or SVG: such files are only ever downloaded."""
    with io.BytesIO(file) if isinstance(file, bytes) else file.open("rb") as stream:
        return _kind_of(stream, name.rpartition(".")[2].lower())


def _kind_of(stream: BinaryIO, ending: str) -> str:
    head = stream.read(1024)
    if b"%PDF-" in head:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _zipped(stream)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLE.get(ending, UNKNOWN)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    stream.seek(0)
    return _TEXTS.get(ending, UNKNOWN) if _is_text(stream) else UNKNOWN


class _Bounded(io.BufferedIOBase):
    """A stream of which nobody reads much at once: a zip says itself how long its directory is."""

    def __init__(self, stream: BinaryIO) -> None:
        self.seek, self.tell, self._read = stream.seek, stream.tell, stream.read

    def read(self, size: int | None = -1) -> bytes:
        data = self._read(_LONGEST_DIRECTORY + 1 if size is None or size < 0 else size)
        if len(data) > _LONGEST_DIRECTORY:
            raise ValueError("a directory of countless entries")
        return data


def _zipped(stream: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(_Bounded(stream)) as archive:
            names = set(archive.namelist())
    except _BROKEN_ZIP:
        return UNKNOWN
    return next((kind for part, kind in _ZIPPED.items() if part in names), "application/zip")


def _is_text(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := stream.read(_PIECE):
            decoder.decode(piece)
            if b"\x00" in piece:
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
