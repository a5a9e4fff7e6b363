"""Taking in what was signed before this office kept evidence, or slipped by since: final signed
files nothing is kept of. Part after part, and no more in a night than authorities bear; the newest
first, for about their certificates one can still ask."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from domain.copies import Medium
from domain.copy_flow import CopyState
from models.copies import CertifiedCopy
from models.incoming import IncomingDocument, Paper
from models.outgoing import Enclosure, OutgoingDocument
from models.preservation import Origin, Preservation
from models.signing import Signature
from services.preservation import keeping
from services.unit_of_work import Work

PART, A_NIGHT = 200, 5000  # files


def part(work: Work) -> int:
    """Begins to keep the next files; how many it found, none when all is kept."""
    left = PART
    for query, origin, subject in _sources():
        for sha256, agency_id, subject_id in work.session.execute(query.limit(left)).all():
            about = {subject: subject_id} if subject else {}
            keeping.begin(work, sha256, origin, agency_id, **about)
            left -= 1
        if left <= 0:
            break
    return PART - left


def _sources() -> Iterator[tuple[Select, Origin, str]]:
    """(Digest, agency and document of files that nothing is kept of; whose they are; which document
    `begin` is told)."""
    yield _issued(), Origin.OWN, "outgoing_id"
    for column in (Enclosure.signed_sha256, Enclosure.signature_sha256):
        yield _enclosed(column), Origin.OWN, "outgoing_id"
    yield _copied(), Origin.OWN, ""
    yield _received(), Origin.RECEIVED, "incoming_id"


def _issued() -> Select:
    file = OutgoingDocument.issued_sha256
    return (
        select(file, OutgoingDocument.agency_id, OutgoingDocument.id)
        .where(_unkept(file))
        .order_by(OutgoingDocument.id.desc())
    )


def _enclosed(file: ColumnElement[str]) -> Select:
    return (
        select(file, OutgoingDocument.agency_id, OutgoingDocument.id)
        .join(OutgoingDocument, OutgoingDocument.id == Enclosure.document_id)
        .where(_unkept(file), OutgoingDocument.issued_sha256.is_not(None))
        .order_by(Enclosure.id.desc())
    )


def _copied() -> Select:
    """The print of a copy on paper bears no signature."""
    file, copy = CertifiedCopy.output_sha256, CertifiedCopy
    return (
        select(file, copy.agency_id, copy.id)
        .where(_unkept(file), copy.state == CopyState.ISSUED, copy.medium == Medium.ELECTRONIC)
        .order_by(copy.id.desc())
    )


def _received() -> Select:
    """Files in which signatures were found, and those that are signatures themselves."""
    purpose = func.coalesce(Signature.facts["purpose"].as_string(), "")
    inside = exists().where(
        Signature.file_sha256 == Paper.sha256, Signature.problem == "", purpose != "detached"
    )
    # What was found of it stands at the file it belongs to, under its name.
    other = aliased(Paper)
    beside = exists().where(
        other.document_id == Paper.document_id,
        Signature.file_sha256 == other.sha256,
        purpose == "detached",
        Signature.facts["field"].as_string() == Paper.file_name,
    )
    return (
        select(Paper.sha256, IncomingDocument.agency_id, IncomingDocument.id)
        .join(IncomingDocument, IncomingDocument.id == Paper.document_id)
        .where(_unkept(Paper.sha256), or_(inside, beside))
        .order_by(Paper.id.desc())
    )


def _unkept(file: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(file.is_not(None), ~exists().where(Preservation.file_sha256 == file))
