"""Likenesses: the same issuer, reference and date came before. They warn, they never forbid."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.text import fold
from models.incoming import IncomingDocument, Paper


def like(
    session: Session, agency_id: int, paper: Paper, but: int | None = None
) -> Sequence[IncomingDocument]:
    """Documents of the agency whose paper bears the same issuer, reference and date, newest first;
    `but` is the id of the document itself."""
    if not paper.reference:
        return []
    found = session.execute(
        select(IncomingDocument, Paper.issuer_name)
        .join(IncomingDocument.papers)
        .where(
            IncomingDocument.agency_id == agency_id,
            IncomingDocument.id != (but or 0),
            Paper.reference == paper.reference,
            Paper.issued_date == paper.issued_date,
        )
        .order_by(IncomingDocument.id.desc())
    )
    issuer = fold(paper.issuer_name)
    return [document for document, name in found if fold(name) == issuer]
