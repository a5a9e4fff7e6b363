"""The nightly job `tidy_files`: files in the store that no row names. A process that died, or a
transaction that was undone, left them after it had stored them and before it could name them.

After LEFT_FOR they are set aside, out of every reader's way; after ASIDE_FOR more they are removed.
What a row names by then is brought back: a database that was restored may know it again. Each night
a seventh of the store is looked at, so that a store of any size keeps nobody waiting.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Column, MetaData, select
from sqlalchemy.orm import Session

from domain.dates import VIETNAM, local
from domain.roles import SYSTEM
from models.base import Base
from models.files import StoredFile
from services import outbox, repeating
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import Work, transaction

QUEUE, KIND = "exchange", "tidy_files"
NIGHT = time(3, 0, tzinfo=VIETNAM)
DAY = 24 * 3600
LEFT_FOR = timedelta(days=7)  # no transaction and no transfer goes on for so long
ASIDE_FOR = timedelta(days=30)
FOLDERS = tuple(f"{number:02x}" for number in range(256))
PARTS = 7
AT_ONCE = 200
LOOKED, MOVES = "files:looked", ("files:set_aside", "files:brought_back", "files:removed")


@dataclass(frozen=True)
class Tidied:
    """How many files; `aside` is what lies there now."""

    set_aside: int
    brought_back: int
    removed: int
    aside: int


def ensure(office: Office) -> None:
    """The job exists; cheap when it does, for the sweeper asks often."""
    repeating.ensure(office, QUEUE, {KIND: DAY})


def tidy_files(office: Office, lease: Lease) -> None:
    """One night's seventh. Raises LeaseLost."""
    tonight = office.today().toordinal() % PARTS
    tidy(office, FOLDERS[tonight::PARTS], lease)
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease, _next_night(work.now))


def tidy(office: Office, folders: Sequence[str] = FOLDERS, lease: Lease | None = None) -> Tidied:
    """Goes through these folders of the store, and through all that lies aside."""
    back, removed = _look_at_aside(office, lease)
    looked, found = 0, 0
    for folder in folders:
        with _holding(office, lease):  # a large store takes longer than a lease
            pass
        stored = list(office.files.names(folder))
        looked, found = looked + len(stored), found + _look_at(office, stored, lease)
    sizes = [size for _since, size in office.files.sizes_aside()]
    with _holding(office, lease) as work:
        work.audit("files:looked", looked=looked, aside=len(sizes), aside_size=sum(sizes))
    return Tidied(found, back, removed, len(sizes))


def naming_columns(metadata: MetaData = Base.metadata) -> list[Column]:
    """Every column that may name a file: those whose name says that it holds a SHA-256. Some hold
    that of a certificate or a secret, which is never the name of a file."""
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name == "sha256" or column.name.endswith("_sha256")
    ]


def named(
    session: Session, digests: Collection[str], metadata: MetaData = Base.metadata
) -> set[str]:
    """Those of the digests that some row names."""
    found, open_ones, files = set(), list(digests), StoredFile.__table__
    # Nearly all are in the table of files, which finds them by its key.
    for column in sorted(naming_columns(metadata), key=lambda each: each.table is not files):
        if not open_ones:
            break
        found |= set(session.scalars(select(column).where(column.in_(open_ones)).distinct()))
        open_ones = [each for each in open_ones if each not in found]
    return found


def _look_at(office: Office, stored: Sequence[tuple[str, float]], lease: Lease | None) -> int:
    """How many of these files it set aside."""
    before = (office.now() - LEFT_FOR).timestamp()
    old = [sha256 for sha256, since in stored if since < before]
    unnamed: list[str] = []
    for some in _parts(old):
        known = named(office.session(), some)
        unnamed += [each for each in some if each not in known]
    office.session().rollback()
    return sum(_set_aside(office, some, before, lease) for some in _parts(unnamed))


def _parts(things: list) -> Iterator[list]:
    for start in range(0, len(things), AT_ONCE):
        yield things[start : start + AT_ONCE]


def _set_aside(office: Office, digests: Sequence[str], before: float, lease: Lease | None) -> int:
    """Asks again in the transaction that tells of it: what it sets aside, nobody names."""
    gone: list[str] = []
    try:
        with _holding(office, lease) as work:
            known = named(work.session, digests)
            for each in digests:
                if each not in known and office.files.set_aside(each, before):
                    gone.append(each)
            if gone:
                work.audit("files:set_aside", **_facts(gone))
    except BaseException:
        for each in gone:
            office.files.bring_back(each)
        raise
    return len(gone)


def _look_at_aside(office: Office, lease: Lease | None) -> tuple[int, int]:
    """How many it brought back, and removed for ever."""
    before, back, removed = (office.now() - ASIDE_FOR).timestamp(), 0, 0
    for some in _parts(list(office.files.aside())):
        with _holding(office, lease) as work:
            wanted = named(work.session, [sha256 for sha256, _since in some])
            over = [each for each, since in some if since < before and each not in wanted]
            for each in wanted:
                office.files.bring_back(each)
            if wanted:
                work.audit("files:brought_back", **_facts(sorted(wanted)))
            if over:
                work.audit("files:removed", **_facts(over))
        for each in over:
            office.files.remove_aside(each)
        back, removed = back + len(wanted), removed + len(over)
    return back, removed


@contextmanager
def _holding(office: Office, lease: Lease | None) -> Iterator[Work]:
    with transaction(office, SYSTEM) as work:
        if lease is not None:
            outbox.renew(work, lease)
        yield work


def _facts(digests: list[str]) -> dict:
    return {"count": len(digests), "files": digests}


def _next_night(now: datetime) -> datetime:
    tonight = datetime.combine(local(now).date(), NIGHT)
    return tonight if tonight > now else tonight + timedelta(days=1)
