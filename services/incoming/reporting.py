"""Telling the sender how far its document came; a paper document has nobody to tell."""

from models.incoming import IncomingDocument, IncomingSource
from services.unit_of_work import Work


def report(work: Work, document: IncomingDocument, code: str, description: str = "") -> None:
    """Hands the status code to the exchange, which sends each code once."""
    if document.source == IncomingSource.PAPER:
        return
    # The exchange brings arrivals here and carries reports away: imported when first needed.
    from services.exchange import statuses  # noqa: PLC0415

    statuses.report(work, document, code, description)
