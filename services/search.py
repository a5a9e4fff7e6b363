"""One search box over documents in and out: reference, subject, agencies, people; with or without
accents, exact spelling first; only what the actor may see."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, literal, select

from domain.roles import Actor
from domain.text import fold, nfc
from models.incoming import IncomingDocument, Paper
from models.outgoing import OutgoingDocument
from services.incoming import access as incoming_access
from services.office import Office
from services.outgoing import access as outgoing_access

LIMIT = 30


@dataclass(frozen=True)
class Hit:
    """One document found; `kind` is incoming or outgoing."""

    kind: str
    id: int
    reference: str
    subject: str
    party: str
    at: datetime
    state: str


def find(office: Office, actor: Actor, text: str, limit: int = LIMIT) -> list[Hit]:
    """Documents that contain every word of `text`, newest first among equally good ones."""
    words = fold(text).split()
    if not words:
        return []
    session = office.session()
    rows = [
        *session.execute(_incoming(actor, text, words).limit(limit)),
        *session.execute(_outgoing(actor, text, words).limit(limit)),
    ]
    rows.sort(key=lambda row: (row.rank, -row.at.timestamp()))
    return [Hit(r.kind, r.id, r.reference, r.subject, r.party, r.at, r.state) for r in rows[:limit]]


def contains(column: ColumnElement, words: list[str]) -> ColumnElement:
    """Every folded word stands somewhere in the folded text."""
    return and_(*(column.contains(word, autoescape=True) for word in words))


def _rank(text: str, *columns: ColumnElement) -> ColumnElement:
    """0 when the words stand as typed, accents included; 1 when only folding finds them."""
    typed = nfc(text)
    exact = [(column.contains(typed, autoescape=True), 0) for column in columns]
    return case(*exact, else_=1).label("rank")


def incoming_hits(actor: Actor) -> Select:
    """Incoming documents the actor may see, as hits without their time."""
    return (
        select(
            literal("incoming").label("kind"),
            IncomingDocument.id,
            IncomingDocument.state,
            Paper.reference,
            Paper.subject,
            Paper.issuer_name.label("party"),
        )
        .join(Paper, and_(Paper.document_id == IncomingDocument.id, Paper.ordinal == 1))
        .where(incoming_access.visible(actor))
    )


def outgoing_hits(actor: Actor) -> Select:
    """Outgoing documents the actor may see, as hits without their time."""
    return select(
        literal("outgoing").label("kind"),
        OutgoingDocument.id,
        OutgoingDocument.state,
        OutgoingDocument.reference,
        OutgoingDocument.subject,
        OutgoingDocument.type_name.label("party"),
    ).where(outgoing_access.visible(actor))


def _incoming(actor: Actor, text: str, words: list[str]) -> Select:
    rank = _rank(text, Paper.reference, Paper.subject, IncomingDocument.sender_name)
    return (
        incoming_hits(actor)
        .add_columns(rank, IncomingDocument.arrived_at.label("at"))
        .where(contains(IncomingDocument.search_text, words))
        .order_by(rank, IncomingDocument.id.desc())
    )


def _outgoing(actor: Actor, text: str, words: list[str]) -> Select:
    rank = _rank(text, OutgoingDocument.reference, OutgoingDocument.subject)
    return (
        outgoing_hits(actor)
        .add_columns(rank, OutgoingDocument.created_at.label("at"))
        .where(contains(OutgoingDocument.search_text, words))
        .order_by(rank, OutgoingDocument.id.desc())
    )
