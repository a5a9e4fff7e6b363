"""Reading a package that lies in the file store: by stream, so that a large one needs no memory;
its small files into memory, its large ones at once where they stay. And which of our own files a
package of ours is written from."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import BinaryIO

from adapters.edxml.evidence import Judge
from adapters.edxml.kept import Kept
from adapters.edxml.limits import MIB, STREAMED
from adapters.edxml.package import Package, StatusMessage
from adapters.edxml.read import read_message
from adapters.files import FileStore
from services.office import Office
from services.signing import trust
from services.stored_files import kept, whole

Watched = Callable[[BinaryIO], BinaryIO]
SMALL = 4 * MIB
ALL_IN_MEMORY = 16 * MIB


def as_it_is(stream: BinaryIO) -> BinaryIO:
    return stream


def judged(office: Office, sha256: str, watched: Watched = as_it_is) -> Package | StatusMessage:
    """What the stored package says and its signature proves; no transaction stays open meanwhile.
    Raises MalformedPackage, DamagedFile."""
    office.session().rollback()
    return read(office.files, sha256, Judge(office.today(), _Roots(office)), watched)


class _Roots(Sequence[bytes]):
    """The trusted roots, asked for once they are needed: hardly any package bears a signature."""

    def __init__(self, office: Office) -> None:
        self._office = office

    @cached_property
    def _all(self) -> list[bytes]:
        found = trust.roots(self._office.session())
        self._office.session().rollback()
        return found

    def __getitem__(self, index):
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)


def read(
    files: FileStore, sha256: str, judge: Judge | None = None, watched: Watched = as_it_is
) -> Package | StatusMessage:
    """What the stored package says. Raises MalformedPackage, DamagedFile."""
    with files.open(sha256) as stream:
        return read_message(watched(stream), STREAMED, Keeper(files), judge, folder=files.root)


class Keeper:
    """Keeps the files of one package: as bytes while they are small and few."""

    def __init__(self, files: FileStore) -> None:
        self._files, self._left = files, ALL_IN_MEMORY

    def __call__(self, pieces: Iterable[bytes]) -> bytes | Kept:
        pieces = iter(pieces)
        start = _up_to(pieces, min(SMALL, self._left))
        following = next(pieces, b"")
        if not following:
            self._left -= len(start)
            return start
        return kept(self._files, self._files.put(chain((start, following), pieces)))


def contents(files: FileStore, sha256: str) -> bytes | Kept:
    """A stored file to put into a package. Raises DamagedFile, FileNotFoundError."""
    if files.path(sha256).stat().st_size <= SMALL:
        return files.read(sha256)
    return whole(files, sha256)


def _up_to(pieces: Iterator[bytes], size: int) -> bytes:
    """The first pieces, until that many bytes are reached."""
    taken: list[bytes] = []
    while size > 0 and (piece := next(pieces, b"")):
        taken.append(piece)
        size -= len(piece)
    return b"".join(taken)
