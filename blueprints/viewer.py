"""What the page viewer component needs for one file of a document."""

from flask import url_for

from blueprints.words import sentence, words
from domain.errors import Refusal, Unavailable
from extensions import office
from services import page_images, stored_files


def shown(kind: str, document_id: int, sha256: str | None, is_pdf: bool = True) -> dict:
    """`pages` for `components/pages.html`; `unreadable` says why a file gives none."""
    if not sha256:
        return {"pages": [], "unreadable": ""}
    try:
        stored_files.check_file(office(), sha256)  # its pages may be known from better days
        facts = page_images.pages(office(), sha256) if is_pdf else []
    except Refusal as refusal:
        return {"pages": [], "unreadable": _why(refusal)}
    return {"pages": _pages(facts, kind, document_id, sha256), "unreadable": ""}


def _why(refusal: Refusal) -> str:
    """The next step for a file that is no good is meant for whoever uploads it, not for readers."""
    return sentence(refusal) if isinstance(refusal, Unavailable) else words(refusal).reason


def _pages(
    facts: list[page_images.PageFacts], kind: str, document_id: int, sha256: str
) -> list[dict]:
    where = {"kind": kind, "document_id": document_id, "sha": sha256}
    return [
        {
            "number": page.number,
            "width": page.width,
            "height": page.height,
            "text": page.text,
            "src": url_for("documents.page", number=page.number, **where),
            "large": url_for("documents.page", number=page.number, zoom=1, **where),
        }
        for page in facts
    ]
