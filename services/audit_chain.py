"""The audit chain: hash-linked, append-only, written in the transaction that did the thing."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.audit_tags import AUDIT_TAGS
from domain.roles import Actor
from models.audit import AuditEntry, AuditHead

GENESIS = "0" * 64


@dataclass(frozen=True)
class Fault:
    """What `verify` found at one place of the chain."""

    sequence: int
    kind: str  # altered | missing | inserted | head | lodged


def append(
    head: AuditHead, actor: Actor, at: datetime, tag: str, subject: object, details: dict
) -> AuditEntry:
    """A new entry behind the head, which it moves on."""
    if tag not in AUDIT_TAGS:
        raise ValueError(f"unknown audit tag {tag}")
    entry = AuditEntry(
        sequence=head.sequence + 1,
        at=at,
        tag=tag,
        person_id=actor.person_id,
        person_name=actor.name,
        agency_id=actor.agency_id or getattr(subject, "agency_id", None),
        subject_type=getattr(type(subject), "__tablename__", ""),
        subject_id=getattr(subject, "id", None),
        details=json.loads(json.dumps(details, default=str)),
        previous_hash=head.hash,
    )
    entry.hash = digest(entry)
    head.sequence, head.hash = entry.sequence, entry.hash
    return entry


def locked_head(session: Session) -> AuditHead:
    """The head, this transaction's own until its end: its row lock puts writers in order."""
    head = session.get(AuditHead, 1, with_for_update=True, populate_existing=True)
    if head is None:
        head = AuditHead(id=1, sequence=0, hash=GENESIS)
        session.add(head)
        session.flush()
    return head


def digest(entry: AuditEntry) -> str:
    """SHA-256 over every column and the hash of the entry before, as canonical JSON."""
    covered = [
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.tag,
        entry.person_id,
        entry.person_name,
        entry.agency_id,
        entry.subject_type,
        entry.subject_id,
        entry.details,
        entry.previous_hash,
    ]
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
