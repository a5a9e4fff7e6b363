"""Text of incoming documents: clipped to its column, and folded for the search."""

from collections.abc import Mapping

from domain.errors import Invalid
from domain.text import fold, nfc
from models.incoming import IncomingDocument


def clipped(text: str, limit: int) -> str:
    """Foreign text in our normal form, never longer than its column."""
    text = nfc(text or "")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def search_text(document: IncomingDocument) -> str:
    """Everything a person may look for, without accents. What a state secret is about is not
    indexed (law 10): who may see it finds it by its number and its issuer."""
    said = [document.sender_name, document.sender_code, str(document.arrival_number or "")]
    for paper in document.papers:
        if paper.secrecy:
            said += [paper.reference, paper.issuer_name]
            continue
        said += [
            paper.reference,
            paper.subject,
            paper.issuer_name,
            paper.type_name,
            paper.signer_name,
            paper.file_name,
        ]
    return fold(" ".join(part for part in said if part))


def typed(form: Mapping[str, object], name: str, limit: int = 0) -> str:
    """What was typed into one field, in normal form; Invalid("too-long") beyond the limit."""
    text = nfc(str(form.get(name) or ""))
    if limit and len(text) > limit:
        raise Invalid("too-long", field=name, limit=limit)
    return text
