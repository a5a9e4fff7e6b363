"""A package on its way for a job, between a line and the file store. While bytes travel the job's
lease is held; a line that stands still is ended by its timeouts, and the hold with it."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from adapters.axis.client import BYTES_PER_S, DEFAULT_TIMEOUT_S
from adapters.edxml.errors import MalformedPackage
from adapters.edxml.kept import Kept
from adapters.files import Incoming
from domain.roles import SYSTEM
from services import outbox
from services.office import Office
from services.outbox import LEASE, Lease
from services.stored_files import kept, whole
from services.unit_of_work import transaction

RENEW_EVERY = timedelta(seconds=30)


class Carriage:
    """What a job carries its packages with, for one item or several. Raises LeaseLost as soon as
    another worker has one of them."""

    def __init__(self, office: Office, *leases: Lease) -> None:
        self._office, self._leases = office, leases
        self._held_until = time.monotonic() + LEASE.total_seconds()

    def held(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces as they pass."""
        for piece in pieces:
            self._hold()
            yield piece

    def bounded(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """As `held`. Raises MalformedPackage("package-too-large")."""
        limit, passed = self._office.settings.max_package, 0
        for piece in self.held(pieces):
            passed += len(piece)
            if passed > limit:
                raise MalformedPackage("package-too-large", reason=limit // 1024 // 1024)
            yield piece

    def into_store(self, pieces: Iterable[bytes]) -> str:
        """Stores what comes and gives its SHA-256; raises as `bounded`."""
        return self._office.files.put(self.bounded(pieces))

    def beside_store(self, pieces: Iterable[bytes], opened: ExitStack) -> Incoming:
        """What comes, on its way into the store until `opened` ends; raises as `bounded`."""
        coming = opened.enter_context(self._office.files.incoming())
        coming.write(self.bounded(pieces))
        return coming

    def package(self, sha256: str) -> "Parcel":
        """A stored package to be sent. Raises DamagedFile, FileNotFoundError."""
        return Parcel(whole(self._office.files, sha256), self)

    def parcel(self, sha256: str) -> "Parcel":
        """The same of one that was stored in this moment."""
        return Parcel(kept(self._office.files, sha256), self)

    def watched(self, file: BinaryIO) -> BinaryIO:
        """The same file; reading it holds the lease."""
        return _Watched(file, self._hold)

    def await_answer(self, size: int) -> None:
        """All has been sent: nothing travels while it is looked at over there."""
        self._hold(timedelta(seconds=DEFAULT_TIMEOUT_S + size / BYTES_PER_S))

    def _hold(self, at_least: timedelta = LEASE - RENEW_EVERY) -> None:
        left = self._held_until - time.monotonic()
        if left > at_least.total_seconds():
            return
        span = max(LEASE, at_least + RENEW_EVERY)
        with transaction(self._office, SYSTEM) as work:
            for lease in self._leases:
                outbox.renew(work, lease, span)
        self._held_until = time.monotonic() + span.total_seconds()


@dataclass(frozen=True)
class Parcel:
    """A stored package on its way out (adapters/axis/body.py)."""

    kept: Kept
    carriage: Carriage

    @property
    def size(self) -> int:
        return self.kept.size

    @property
    def sha256(self) -> str:
        return self.kept.sha256

    def open(self) -> BinaryIO:
        return _Watched(self.kept.open(), self.carriage._hold, self._is_sent)

    def _is_sent(self) -> None:
        self.carriage.await_answer(self.size)


class _Watched:
    """A file of which each reading is noticed, and its end."""

    def __init__(self, file: BinaryIO, read, at_end=lambda: None) -> None:
        self._file, self._noticed, self._at_end = file, read, at_end

    def read(self, size: int = -1) -> bytes:
        self._noticed()
        data = self._file.read(size)
        if not data:
            self._at_end()
        return data

    def __enter__(self) -> "_Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)
