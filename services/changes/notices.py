"""The document by which another one is revoked (NĐ 30/2020, Điều 18.4): issued by the agency here,
or a PDF from elsewhere. It goes along with the revocation, and lies beside the revoked document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from adapters import pdf
from adapters.files import PDF, media_type
from domain.change_flow import ChangeKind
from domain.errors import Invalid
from domain.outgoing_flow import OutgoingState
from domain.roles import Actor
from models.changes import Change
from models.exchange import Direction
from models.incoming import IncomingDocument, Paper
from models.outgoing import OutgoingDocument
from services.incoming.arrival import ask_for_inspection
from services.incoming.parcel import ArrivalFile
from services.incoming.text import clipped, typed
from services.office import Office
from services.outgoing import access
from services.outgoing.form import Upload
from services.unit_of_work import Work

READY = (OutgoingState.ISSUED, OutgoingState.DISPATCHED)


@dataclass(frozen=True)
class File:
    """An uploaded notice, looked at."""

    name: str
    data: bytes
    pages: int


def looked_at(office: Office, upload: Upload | None) -> File | None:
    """Raises Invalid: too-large, notice-not-pdf and the `pdf-…` codes of `adapters.pdf.inspect`."""
    if upload is None:
        return None
    limit = office.settings.max_upload
    if len(upload.data) > limit:
        raise Invalid("too-large", field="notice_file", limit=limit // 1024 // 1024)
    name = clipped(" ".join(upload.name.split()), 200)
    if upload.data and media_type(upload.data, name) != PDF:
        raise Invalid("notice-not-pdf", field="notice_file", name=name)
    return File(name, upload.data, pdf.inspect(upload.data, max_bytes=limit).pages)


def chosen(work: Work, doc: OutgoingDocument, form: Mapping, file: File | None) -> list[dict]:
    """The one row of the notice, none without one. Raises Invalid: notice-two,
    notice-unknown(reference), too-long."""
    wanted = typed(form, "notice", 100)
    if wanted and file:
        raise Invalid("notice-two", field="notice")
    if file:
        return [_row(work.store(file.data, PDF, file.pages), file.name)]
    if not wanted:
        return []
    found = work.session.execute(_issued(work.actor, doc, wanted).limit(1)).first()
    if found is None:
        raise Invalid("notice-unknown", field="notice", reference=wanted)
    name = f"{found.reference.replace('/', '-')}.pdf"
    return [_row(found.issued_sha256, name) | {"outgoing_id": found.id}]


def of(office: Office, doc: OutgoingDocument) -> list[dict]:
    """What the document was revoked with."""
    query = select(Change.notices).where(
        Change.outgoing_id == doc.id,
        Change.direction == Direction.OUT,
        Change.kind == ChangeKind.REVOKE,
    )
    return office.session().scalar(query.limit(1)) or []


def brought(files: Sequence[ArrivalFile]) -> list[dict]:
    """The rows of the files that came with a revocation; what came without bytes is none."""
    return [
        _row(file.digest, clipped(file.name, 500), file.kind) | {"damaged": file.damaged}
        for file in files
        if file.digest
    ]


def lay_beside(work: Work, document: IncomingDocument, rows: Sequence[dict]) -> None:
    """Puts the notice with the papers of the revoked document, where its signatures are judged like
    those of any file; a revocation that brings the document itself again brings nothing new."""
    known = {paper.sha256 for paper in document.papers}
    new = [row for row in rows if row["sha256"] not in known]
    for ordinal, row in enumerate(new, start=len(document.papers) + 1):
        document.papers.append(_paper(document, ordinal, row))
    if new:
        work.session.flush()
        ask_for_inspection(work, document)


def _paper(document: IncomingDocument, ordinal: int, row: dict) -> Paper:
    return Paper(
        ordinal=ordinal,
        issuer_name=document.sender_name,
        subject=row["name"],
        file_name=row["name"],
        media_type=clipped(row["media_type"], 100),
        sha256=row["sha256"],
        is_damaged=row.get("damaged", False),
    )


def _row(sha256: str, name: str, kind: str = PDF) -> dict:
    return {"sha256": sha256, "name": name, "media_type": kind}


def _issued(actor: Actor, doc: OutgoingDocument, reference: str) -> Select:
    """The agency's documents of this reference, the newest first: numbers begin anew each year."""
    return (
        select(OutgoingDocument.id, OutgoingDocument.reference, OutgoingDocument.issued_sha256)
        .where(
            access.visible(actor),
            OutgoingDocument.agency_id == doc.agency_id,
            OutgoingDocument.id != doc.id,
            OutgoingDocument.reference == reference,
            OutgoingDocument.state.in_(READY),
            OutgoingDocument.issued_sha256.is_not(None),
        )
        .order_by(OutgoingDocument.issued_date.desc(), OutgoingDocument.id.desc())
    )
