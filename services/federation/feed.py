"""The feed of exchange statuses: which document at which agency has come how far, with ids, codes
and times, and never a word of what it says. Its cursor is a number of the audit chain."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from adapters.federation.schema import MOST_STATUSES
from domain.federation import EVENTS, codes, event, identifier
from models.audit import AuditEntry
from models.exchange import Direction, ExchangeMessage, MessageKind
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services import audit_chain
from services.federation.moments import written
from services.federation.scope import Scope
from services.office import Office

LONGEST_PEERS = 2000
MOST_PEERS = 10_000  # in one answer, about 400 KB
SUBJECTS = {
    table.__tablename__: table for table in (OutgoingDocument, IncomingDocument, ExchangeMessage)
}


def feed(office: Office, scope: Scope, cursor: int, limit: int = MOST_STATUSES) -> dict:
    """What was recorded after `cursor`. The row of the chain's head is locked by every transaction
    that writes to the chain until it is committed, so what is read up to a head is all there is.
    After a restored backup the cursor may lie ahead of the chain: it starts again at its end."""
    head, _hash = audit_chain.head(office.session())
    found = _entries(office, cursor, head, limit + 1)
    entries = _fitting(found, limit)
    more = len(entries) < len(found)
    return {
        "cursor": cursor,
        "next_cursor": entries[-1].sequence if more else head,
        "more": more,
        "items": _items(office, scope, entries),
    }


def _entries(office: Office, cursor: int, head: int, limit: int) -> Sequence[AuditEntry]:
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.sequence > cursor,
            AuditEntry.sequence <= head,
            AuditEntry.tag.in_(EVENTS),
        )
        .order_by(AuditEntry.sequence)
        .limit(limit)
    )
    return office.session().scalars(query).all()


def _fitting(found: Sequence[AuditEntry], limit: int) -> Sequence[AuditEntry]:
    """The first of them, as many as one answer has room for: a document may go to a thousand, and
    an answer that is too large would be refused again and again."""
    room = MOST_PEERS
    for number, entry in enumerate(found[:limit]):
        room -= len(entry.details.get("recipients") or ())
        if room < 0 and number:
            return found[:number]
    return found[:limit]


def _items(office: Office, scope: Scope, entries: Sequence[AuditEntry]) -> list[dict]:
    subjects = {name: _subjects(office, table, entries, name) for name, table in SUBJECTS.items()}
    items = []
    for entry in entries:
        subject = subjects.get(entry.subject_type, {}).get(entry.subject_id)
        if subject is not None and subject.agency_id in scope.agencies:
            items.append(_item(entry, subject, scope.agencies[subject.agency_id]))
    return items


def _subjects(office: Office, table, entries: Iterable[AuditEntry], name: str) -> dict:
    """Only what is handed out is read of them: no subject line, no name ever comes near."""
    wanted = {entry.subject_id for entry in entries if entry.subject_type == name}
    if not wanted:
        return {}
    columns = [table.id, table.agency_id, table.document_uid]
    if table is ExchangeMessage:
        columns += [table.direction, table.kind, table.peer_code]
    if table is IncomingDocument:
        columns += [table.sender_code]
    rows = office.session().execute(select(*columns).where(table.id.in_(wanted)))
    return {row.id: row for row in rows}


def _item(entry: AuditEntry, subject, agency: str) -> dict:
    code = str(entry.details.get("code") or "")
    return {
        "sequence": entry.sequence,
        "at": written(entry.at),
        "event": event(entry.tag, entry.details.get("kind")),
        "kind": getattr(subject, "kind", MessageKind.EDOC),
        "direction": _direction(entry, subject),
        "document": identifier(subject.document_uid),
        "agency": agency,
        "peers": codes(_peers(entry, subject))[:LONGEST_PEERS],
        "code": code if code.isdecimal() and len(code) == 2 else None,
    }


def _direction(entry: AuditEntry, subject) -> str:
    if entry.subject_type == IncomingDocument.__tablename__:
        return Direction.IN
    return getattr(subject, "direction", Direction.OUT)


def _peers(entry: AuditEntry, subject) -> list[str]:
    """Who is at the other end: as the entry names them, else as the arrival or the package does."""
    details = entry.details
    one = details.get("to") or details.get("recipient")  # the latter may be a name
    named = [*(details.get("recipients") or []), one]
    named = [str(each) for each in named if each]
    other = getattr(subject, "sender_code", "") or getattr(subject, "peer_code", "")
    return named or ([other] if other else [])
