"""What may be decided together: documents that wait for this step of the actor, in the order in
which a batch would take them, and whether the actor was shown each."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from domain import permissions
from domain.batches import KINDS, MOST, BatchKind
from domain.errors import NotFound
from domain.permissions import Relation
from domain.roles import Actor
from models.batches import Reading
from models.files import StoredFile
from models.outgoing import OutgoingDocument
from services.office import Office

ORDERS = {
    "approve": (OutgoingDocument.urgency.desc(), OutgoingDocument.updated_at.desc()),
    # Numbers follow the order in which documents were signed (NĐ 30/2020, Điều 15).
    "issue": (OutgoingDocument.urgency.desc(), OutgoingDocument.signed_at),
    "dispatch": (OutgoingDocument.urgency.desc(), OutgoingDocument.issued_at),
}


@dataclass(frozen=True)
class Choice:
    """One document to choose: the digest that is decided on, and whether its pages were opened."""

    document: OutgoingDocument
    sha256: str
    pages: int
    opened: bool


def kind_for(actor: Actor, action: str) -> BatchKind:
    """The kind of batch; NotFound for none, Forbidden("not-allowed") for others' work."""
    if action not in KINDS:
        raise NotFound("not-found")
    kind = KINDS[action]
    held = {Relation.SIGNER, Relation.DELEGATE} if leads(kind) else {kind.relation}
    permissions.require(actor, f"outgoing:{action}", held)
    return kind


def leads(kind: BatchKind) -> bool:
    """Whether the person signs in their own name, not with the agency's seal."""
    return kind.relation == Relation.SIGNER


def choices(office: Office, actor: Actor, action: str) -> list[Choice]:
    """At most MOST documents, three statements. Raises as `kind_for`."""
    kind = kind_for(actor, action)
    query = (
        select(OutgoingDocument)
        .where(
            OutgoingDocument.agency_id == actor.agency_id,
            OutgoingDocument.state == kind.waits_in,
        )
        .options(joinedload(OutgoingDocument.unit), joinedload(OutgoingDocument.drafter))
        .order_by(*ORDERS[action], OutgoingDocument.id)
        .limit(MOST)
    )
    if kind.relation == Relation.SIGNER:
        query = query.where(OutgoingDocument.signer_id == actor.appointment_id)
    documents = office.session().scalars(query).all()
    digests = [getattr(doc, kind.file) or "" for doc in documents]
    pages, seen = _pages(office, digests), opened(office, actor, digests)
    return [
        Choice(doc, sha256, pages.get(sha256, 0), sha256 in seen)
        for doc, sha256 in zip(documents, digests, strict=True)
        if sha256
    ]


def _pages(office: Office, digests: Collection[str]) -> dict[str, int]:
    query = select(StoredFile.sha256, StoredFile.pages).where(StoredFile.sha256.in_(digests))
    return dict(office.session().execute(query).all())


def opened(office: Office, actor: Actor, digests: Collection[str]) -> set[str]:
    """Those of the files of which the actor was shown a page."""
    query = select(Reading.file_sha256).where(
        Reading.person_id == actor.person_id, Reading.file_sha256.in_(digests)
    )
    return set(office.session().scalars(query))
