"""What reviewers leave visibly on a draft: their initials (ký nháy) and opinions. They are laid
beside the pages that people look at and printed on a sheet of their own; the bytes that are signed
and issued never bear them."""

from dataclasses import dataclass
from datetime import datetime

from adapters.typeset.review_sheet import ReviewRow, ReviewSheet, typeset_review
from domain.dates import local
from domain.roles import Actor
from domain.text import initials
from models.outgoing import OutgoingDocument, Review
from services.office import Office
from services.outgoing import queries

AGREEING = frozenset({"agree", "forward", "approve"})
SAID = {
    "agree": "Đồng ý nội dung",
    "forward": "Đúng thể thức, trình ký",
    "approve": "Duyệt và ký số",
    "return": "Trả lại",
}


@dataclass(frozen=True)
class Mark:
    """What one reviewer left: `initials` are empty for who returned it; `current` is false for a
    mark on an earlier version."""

    who: str
    title: str
    at: datetime
    initials: str
    action: str
    opinion: str
    version: int
    current: bool


def marks(doc: OutgoingDocument) -> list[Mark]:
    """Every reviewer's mark, in order of time."""
    if not doc.reviews:
        return []
    last = doc.versions[-1].ordinal
    return [
        Mark(
            who=each.person_name,
            title=_title(doc, each),
            at=each.at,
            initials=initials(each.person_name) if each.action in AGREEING else "",
            action=each.action,
            opinion=each.comment,
            version=each.version_ordinal,
            current=each.version_ordinal == last,
        )
        for each in doc.reviews
    ]


def sheet(office: Office, actor: Actor, document_id: int) -> bytes:
    """ "Phiếu trình" as a PDF; NotFound when the actor may not see the document."""
    doc = queries.load(office, actor, document_id)
    rows = [
        ReviewRow(
            each.who, each.title, f"{local(each.at):%d/%m/%Y %H:%M}", each.initials, _opinion(each)
        )
        for each in marks(doc)
    ]
    facts = [
        ("Loại văn bản", doc.type_name),
        ("Người soạn", f"{doc.drafter.full_name}, {doc.unit.name}"),
        ("Người ký", _signers(doc)),
        ("Bản dự thảo", str(doc.versions[-1].ordinal)),
        ("Số, ký hiệu", doc.reference or f"… {doc.notation}"),
    ]
    return typeset_review(ReviewSheet(doc.agency.name, doc.subject, facts, rows))


def _signers(doc: OutgoingDocument) -> str:
    """All who sign, in their order: `signer` is only the one whose turn it is."""
    posts = [each.appointment for each in doc.signers] or [doc.signer]
    return "; ".join(f"{each.person.full_name}, {each.title}" for each in posts if each)


def _opinion(mark: Mark) -> str:
    said = f"{SAID.get(mark.action, mark.action)} (bản {mark.version})"
    return f"{said}: {mark.opinion}" if mark.opinion else said


def _title(doc: OutgoingDocument, review: Review) -> str:
    """The position of the reviewer in this agency on that day."""
    day = local(review.at).date()
    held = (a for a in review.person.appointments if a.agency_id == doc.agency_id)
    return next((each.title for each in held if each.holds_on(day)), "")
