"""Taking what a hub holds for agencies of this node: several packages in one call where the hub is
one of ours, else one after the other. One that fails is left there and never stops the next."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import structlog

from adapters.axis.connectors import Connector
from adapters.axis.errors import AxisError, NotOffered
from adapters.axis.records import ReceivedItem
from adapters.axis.together import Word
from models.exchange import MessageKind
from services.exchange import links, receiving
from services.office import Office
from services.outbox import Lease, LeaseLost

log = structlog.get_logger()
HARD_LIMIT = 100  # width of the column: no hub writes longer ids
FAILURES = 3  # so many packages in a row that cannot be fetched: is the hub away?
ROUND_SECONDS = 20
MOST = 16  # packages in one call, and bytes of them: the database is held while all are written
MOST_BYTES = 4 * 1024 * 1024
PACKAGES_LEFT = "packages-left"


class Lines:
    """The agencies' clients of one visit: each is made when it is first needed. The first asks
    whether the hub may be called."""

    def __init__(self, office: Office) -> None:
        self.office, self._open, self._made = office, ExitStack(), {}

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def of(self, agency_id: int) -> Connector:
        if agency_id not in self._made:
            if self._made:
                line = links.connect_on(self.office, agency_id)
            else:
                line = links.connect(self.office, agency_id, probing=True)
            self._made[agency_id] = self._open.enter_context(line)
        return self._made[agency_id]


class Round:
    """One list of what waits, for one agency or for many; `left` says how many packages there are
    still of each agency."""

    def __init__(self, office: Office, lease: Lease, lines: Lines, together: bool) -> None:
        self.office, self.lease, self.lines = office, lease, lines
        self.together, self.left = together, Counter()
        self._failures = 0

    def receive(self, items: Iterable[tuple[int, ReceivedItem]]) -> bool:
        """False where something is left for want of time."""
        until = time.monotonic() + ROUND_SECONDS
        for number, (agency_id, doc_ids) in enumerate(_portions(items)):
            if number and time.monotonic() > until:
                return False  # other work waits in this queue, and something urgent may have come
            if not (self.together and len(doc_ids) > 1 and self._take_all(agency_id, doc_ids)):
                for doc_id in doc_ids:
                    self._take_one(agency_id, doc_id)
        return True

    def problem_of(self, agency_id: int) -> str:
        left = self.left[agency_id]
        return f"{PACKAGES_LEFT}:{left}" if left else ""

    def _take_all(self, agency_id: int, doc_ids: list[str]) -> bool:
        """False where nothing came of it and each is to be tried alone."""
        axis = self.lines.of(agency_id)
        words = receiving.known_ones(self.office, agency_id, doc_ids)
        self.office.session().rollback()
        new = [doc_id for doc_id in doc_ids if doc_id not in words]
        try:
            if new:
                words |= receiving.fetch_all(self.office, self.lease, agency_id, new, axis)
            said = [word for word in words.values() if isinstance(word, Word)]
            refused = axis.update_many(said) if said else []
        except NotOffered:
            self.together = False
            return False
        except AxisError as error:
            log.warning("packages not fetched together", error=str(error))
            return False
        except LeaseLost:
            raise
        except Exception:
            log.exception("packages not taken together")
            return False
        for doc_id, problem in [
            *((doc_id, each) for doc_id, each in words.items() if not isinstance(each, Word)),
            *((word.doc_id, each) for word, each in zip(said, refused, strict=True) if each),
        ]:
            log.warning("package not taken", doc_id=doc_id, error=repr(problem))
            self.left[agency_id] += 1
        return True

    def _take_one(self, agency_id: int, doc_id: str) -> None:
        try:
            axis = self.lines.of(agency_id)
            word = self._known(agency_id, doc_id) or receiving.fetch(
                self.office, self.lease, agency_id, doc_id, axis
            )
            axis.update_status(doc_id, word.status, word.receipt)
            self._failures = 0
        except LeaseLost:
            raise
        except AxisError as error:
            log.warning("package not fetched", doc_id=doc_id, error=str(error))
            self._failed(agency_id)
        except Exception:
            log.exception("package not taken", doc_id=doc_id)
            self.left[agency_id] += 1

    def _failed(self, agency_id: int) -> None:
        """A hub that is away does not answer the list either, and raises; else it has bad packages,
        and good ones may lie behind them."""
        self._failures += 1
        self.left[agency_id] += 1
        if self._failures == FAILURES:
            self.lines.of(agency_id).received_list(str(MessageKind.STATUS))
            self._failures = 0

    def _known(self, agency_id: int, doc_id: str) -> Word | None:
        """Taken before, but the hub did not hear of it."""
        word = receiving.known(self.office, agency_id, doc_id)
        self.office.session().rollback()
        return word


def _portions(items: Iterable[tuple[int, ReceivedItem]]) -> Iterator[tuple[int, list[str]]]:
    """What may be taken together: packages of one agency that follow each other, as many as one
    call may bring. One whose length the hub does not tell goes alone."""
    owner, portion, size = None, [], 0
    for agency_id, item in items:
        if not item.doc_id or len(item.doc_id) > HARD_LIMIT:
            log.warning("package without a usable id", doc_id=item.doc_id)
            continue
        length = MOST_BYTES if item.content_length is None else item.content_length
        full = len(portion) == MOST or size + length > MOST_BYTES
        if portion and (full or agency_id != owner):
            yield owner, portion
            portion, size = [], 0
        owner, portion, size = agency_id, [*portion, item.doc_id], size + length
    if portion:
        yield owner, portion
