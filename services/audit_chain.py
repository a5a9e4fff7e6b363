"""The audit chain: hash-linked, append-only, written in the transaction that did the thing."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session, SessionTransaction

from domain.audit_tags import AUDIT_TAGS
from domain.roles import Actor
from models.audit import AuditEntry, AuditHead

GENESIS = "0" * 64
COVERED = (
    "sequence", "at", "tag", "person_id", "person_name", "agency_id", "subject_type", "subject_id",
    "details", "previous_hash",
)  # fmt: skip
AT = COVERED.index("at")
KNOWN = "head of the audit chain"
HEAD = AuditHead.__table__
ADD = insert(AuditEntry.__table__)
LOCKED = select(HEAD.c.sequence, HEAD.c.hash).where(HEAD.c.id == 1).with_for_update()
MOVE = (
    update(HEAD)
    .where(HEAD.c.id == 1)
    .values(sequence=bindparam("to_sequence"), hash=bindparam("to_hash"))
)


@dataclass(frozen=True)
class Fault:
    """What `verify` found at one place of the chain."""

    sequence: int
    kind: str  # altered | missing | inserted | head | lodged


def about(model: type, row_id: int, agency_id: int | None = None) -> SimpleNamespace:
    """The subject of an entry of which only the row's number is at hand."""
    named = {"__tablename__": model.__tablename__, "id": row_id, "agency_id": agency_id}
    return SimpleNamespace(**named)


def append(
    session: Session, actor: Actor, at: datetime, tag: str, subject: object, details: dict
) -> None:
    """Writes a new entry behind the head, and moves the head on. Rows, not objects: every change
    of the program comes by here."""
    if tag not in AUDIT_TAGS:
        raise ValueError(f"unknown audit tag {tag}")
    sequence, previous = locked_head(session)
    entry = {
        "sequence": sequence + 1,
        "at": at,
        "tag": tag,
        "person_id": actor.person_id,
        "person_name": actor.name,
        "agency_id": actor.agency_id or getattr(subject, "agency_id", None),
        "subject_type": getattr(subject, "__tablename__", ""),
        "subject_id": getattr(subject, "id", None),
        "details": json.loads(json.dumps(details, default=str)),
        "previous_hash": previous,
    }
    entry["hash"] = _digest(entry)
    session.execute(ADD, entry)
    session.execute(MOVE, {"to_sequence": entry["sequence"], "to_hash": entry["hash"]})
    session.info[KNOWN] = (_innermost(session), (entry["sequence"], entry["hash"]))


def locked_head(session: Session) -> tuple[int, str]:
    """Number and hash of the last entry, this transaction's own until its end: the row lock puts
    writers in order. Read once: until then nobody else moves it."""
    within, known = session.info.get(KNOWN, (None, None))
    if known is not None and within is _innermost(session):
        return known
    head = session.execute(LOCKED).one_or_none()
    if head is None:
        session.execute(insert(HEAD), {"id": 1, "sequence": 0, "hash": GENESIS})
        return 0, GENESIS
    session.info[KNOWN] = (_innermost(session), (head.sequence, head.hash))
    return head.sequence, head.hash


def _innermost(session: Session) -> SessionTransaction | None:
    """A savepoint that is undone undoes its entries: what was known inside it counts there only."""
    return session.get_nested_transaction() or session.get_transaction()


def digest(entry: AuditEntry) -> str:
    """SHA-256 over every column and the hash of the entry before, as canonical JSON."""
    return _digest({name: getattr(entry, name) for name in COVERED})


def _digest(entry: Mapping[str, object]) -> str:
    covered = [entry[name] for name in COVERED]
    covered[AT] = covered[AT].astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify(session: Session) -> Iterator[Fault]:
    """Walks the whole chain and yields each fault: altered, missing, inserted rows, wrong head."""
    previous, sequence = GENESIS, 0
    # What stands in the database counts, not what this session may still remember of it.
    chain = (
        select(AuditEntry)
        .order_by(AuditEntry.sequence)
        .execution_options(populate_existing=True, yield_per=500)
    )
    for entry in session.scalars(chain):
        if entry.sequence != sequence + 1:
            yield Fault(sequence + 1, "missing" if entry.sequence > sequence + 1 else "inserted")
        elif entry.previous_hash != previous:
            yield Fault(entry.sequence, "inserted")
        if digest(entry) != entry.hash:
            yield Fault(entry.sequence, "altered")
        previous, sequence = entry.hash, entry.sequence
    head = session.get(AuditHead, 1, populate_existing=True)
    if (head.sequence, head.hash) != (sequence, previous) if head else sequence:
        yield Fault(sequence, "head")


def head(session: Session) -> tuple[int, str]:
    """Number and hash of the last entry; 0 and GENESIS before the first."""
    row = session.get(AuditHead, 1, populate_existing=True)
    return (row.sequence, row.hash) if row else (0, GENESIS)


def contradicted(session: Session, lodged: Iterable[tuple[int, str]]) -> Iterator[Fault]:
    """Yields a fault for each entry that bears another hash here than was lodged elsewhere."""
    known = set(lodged)
    sequences = {sequence for sequence, _ in known}
    found = select(AuditEntry.sequence, AuditEntry.hash).where(AuditEntry.sequence.in_(sequences))
    here = {(sequence, digest) for sequence, digest in session.execute(found)}
    for sequence in sorted({sequence for sequence, _ in known - here}):
        yield Fault(sequence, "lodged")
