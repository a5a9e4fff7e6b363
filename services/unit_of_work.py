"""One use case, one transaction: the only `commit()` of the program. The business change, its audit
entries and its outbox rows go in together; workers are woken after the commit (law 2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from domain.errors import Conflict
from domain.roles import Actor
from models.audit import Notification
from models.exchange import OutboxItem
from models.files import StoredFile
from services.audit_chain import append, locked_head
from services.office import Office

INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
UNLESS_THERE = {
    name: insert(StoredFile.__table__).on_conflict_do_nothing() for name, insert in INSERTS.items()
}


@dataclass
class Work:
    """The open transaction and who acts in it."""

    office: Office
    actor: Actor
    session: Session
    now: datetime
    woken: list[tuple[str, OutboxItem]] = field(default_factory=list)

    def audit(self, tag: str, subject: object = None, **details: object) -> None:
        """Adds an entry to the chain, in this transaction (law 9)."""
        self.session.flush()  # the subject has its number
        append(self.session, self.actor, self.now, tag, subject, details)

    def in_order(self) -> None:
        """From here on no other transaction that asks for this, or writes to the audit chain, comes
        between: numbers given now are seen by others in their order."""
        locked_head(self.session)

    def enqueue(
        self, queue: str, kind: str, subject_id: int, priority: int = 0, repeat_seconds: int = 0
    ) -> OutboxItem:
        """Adds background work to the outbox; its worker is woken once this is committed."""
        item = OutboxItem(
            queue=queue,
            kind=kind,
            subject_id=subject_id,
            priority=priority,
            repeat_seconds=repeat_seconds,
            due_at=self.now,
            woken_at=self.now,
            created_at=self.now,
        )
        self.session.add(item)
        self.woken.append((queue, item))
        return item

    def notify(self, person_id: int, kind: str, subject: object, summary: str, **details) -> None:
        self.session.add(
            Notification(
                person_id=person_id,
                kind=kind,
                subject_type=type(subject).__tablename__,
                subject_id=subject.id,
                summary=summary[:500],
                details=details,
                created_at=self.now,
            )
        )

    def store(self, data: bytes, media_type: str, pages: int = 0) -> str:
        """Puts bytes into the file store and their row into the database; gives the SHA-256."""
        sha256 = self.office.files.put(data)
        self.record_file(sha256, len(data), media_type, pages)
        return sha256

    def record_file(self, sha256: str, size: int, media_type: str, pages: int = 0) -> None:
        """The row of a file that is in the store; one that is there already stays as it is."""
        row = {"sha256": sha256, "size": size, "media_type": media_type, "pages": pages}
        unless_there = UNLESS_THERE[self.session.get_bind().dialect.name]
        self.session.execute(unless_there, row | {"created_at": self.now})


@contextmanager
def transaction(office: Office, actor: Actor) -> Iterator[Work]:
    """Opens a writing transaction; commits on leaving, rolls back on any error.

    Raises Conflict("stale") when another change of the same thing came first.
    """
    session = office.session()
    # Ends the reading transaction of the request: SQLite must start anew to write at once
    # (BEGIN IMMEDIATE) instead of failing when it upgrades.
    session.rollback()
    # After an earlier commit there is nothing to roll back, yet what was read then may be old.
    session.expire_all()
    with office.turn():
        session.connection(execution_options={"writes": True})
        work = Work(office, actor, session, office.now())
        try:
            yield work
            session.commit()
        except (StaleDataError, IntegrityError) as error:
            session.rollback()
            raise Conflict("stale") from error
        except BaseException:
            session.rollback()
            raise
    for queue, item in work.woken:
        office.wake(queue, item.id)
