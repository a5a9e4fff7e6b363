"""Stored files as they are read for people: what the disk does not have whole is refused in words,
so that the page of its document can say so. And as they are handed on to machines."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO

from adapters.edxml.kept import Kept
from adapters.files import DamagedFile, FileStore
from domain.errors import Unavailable
from services.office import Office

SMALL = 8 * 1024 * 1024  # bytes


def read_file(office: Office, sha256: str) -> bytes:
    """The bytes stored under this digest; Unavailable("file-damaged") where they are not."""
    with _whole(sha256):
        return office.files.read(sha256)


@contextmanager
def opened(office: Office, sha256: str) -> Iterator[BinaryIO]:
    """A stream of a stored file whose bytes were checked, for readers that jump about in it: small
    ones from memory. Raises as `read_file`."""
    with _whole(sha256):
        stream = office.files.open(sha256)
    with stream:
        small = os.fstat(stream.fileno()).st_size <= SMALL
        yield BytesIO(stream.read()) if small else stream


def check_file(office: Office, sha256: str) -> None:
    """Raises as `read_file`, without holding the bytes in memory."""
    with _whole(sha256):
        office.files.open(sha256).close()


def kept(files: FileStore, sha256: str) -> Kept:
    """A stored file to be handed on where it lies."""
    path = files.path(sha256)
    return Kept(path, path.stat().st_size, sha256)


def whole(files: FileStore, sha256: str) -> Kept:
    """The same, its bytes checked. Raises DamagedFile, FileNotFoundError."""
    files.open(sha256).close()
    return kept(files, sha256)


@contextmanager
def _whole(sha256: str) -> Iterator[None]:
    try:
        yield
    except (DamagedFile, OSError) as error:
        raise Unavailable("file-damaged", sha256=sha256) from error
