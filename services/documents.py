"""Files of documents, handed out only through the document they belong to: who may see the document
may see its files, and nobody else."""

from dataclasses import dataclass

from sqlalchemy import select

from domain.errors import NotFound
from domain.outgoing_flow import OutgoingState
from domain.roles import Actor
from domain.signed_files import PDF_TYPE
from models.copies import CertifiedCopy
from models.files import StoredFile
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from models.preservation import Preservation
from services import copies, incoming, outgoing
from services.changes import notices
from services.office import Office
from services.stored_files import read_file
from services.unit_of_work import transaction

Document = IncomingDocument | OutgoingDocument | CertifiedCopy
LOADERS = {
    "incoming": incoming.load,
    "outgoing": outgoing.load_with_files,
    "copy": copies.load,
}


@dataclass(frozen=True)
class OpenFile:
    """A file the actor may read; `name` is what a download is called."""

    sha256: str
    name: str
    media_type: str
    size: int | None = None


def find(
    office: Office, actor: Actor, kind: str, document_id: int, sha256: str
) -> tuple[Document, OpenFile]:
    """The document and this file of it; NotFound for anything the actor may not see."""
    if kind not in LOADERS:
        raise NotFound("not-found")
    document = LOADERS[kind](office, actor, document_id)
    name = _files(document).get(sha256) or _notices(office, document).get(sha256)
    if name is None:
        raise NotFound("not-found")
    stored = office.session().get(StoredFile, sha256)
    media_type = stored.media_type if stored else "application/octet-stream"
    size = stored.size if stored else None
    # A name goes into a header, which is one line.
    return document, OpenFile(sha256, " ".join(name.split()), media_type, size)


def download(
    office: Office, actor: Actor, kind: str, document_id: int, sha256: str
) -> tuple[OpenFile, bytes]:
    """The original bytes; that somebody took them is in the audit chain. Raises as `find`, and
    Unavailable("file-damaged")."""
    document, file = find(office, actor, kind, document_id, sha256)
    data = read_file(office, sha256)
    with transaction(office, actor) as work:
        work.audit("document:view_file", document, name=file.name, sha256=sha256)
    return file, data


def download_archive(
    office: Office, actor: Actor, kind: str, document_id: int, sha256: str
) -> tuple[OpenFile, bytes]:
    """The newest archive form of a file that the document's agency made. Raises as `download`, and
    NotFound where there is none."""
    document, file = find(office, actor, kind, document_id, sha256)
    query = select(Preservation.archive_sha256).where(
        Preservation.file_sha256 == sha256, Preservation.agency_id == document.agency_id
    )
    archive = office.session().scalar(query)
    if archive is None:
        raise NotFound("not-found")
    name = f"{file.name.rpartition('.')[0] or file.name}-luu-tru.pdf"
    data = read_file(office, archive)
    with transaction(office, actor) as work:
        work.audit("document:view_file", document, name=name, sha256=archive)
    return OpenFile(archive, name, PDF_TYPE), data


def _notices(office: Office, document: Document) -> dict[str, str]:
    """What a document of ours was revoked with."""
    if not isinstance(document, OutgoingDocument) or document.state != OutgoingState.REVOKED:
        return {}
    return {row["sha256"]: row["name"] for row in notices.of(office, document)}


def _files(document: Document) -> dict[str, str]:
    """Digest → download name of every file that belongs to the document."""
    if isinstance(document, CertifiedCopy):
        return _files_of_copy(document)
    if isinstance(document, IncomingDocument):
        return {p.sha256: p.file_name or "van-ban.pdf" for p in document.papers if p.sha256}
    stem = (document.reference or f"du-thao-{document.id}").replace("/", "-")
    names = {}
    for version in document.versions:
        names[version.pdf_sha256] = f"{stem}-ban-{version.ordinal}.pdf"
        names[version.source_sha256] = version.source_name
    for enclosure in document.enclosures:
        names[enclosure.sha256] = enclosure.name
        names[enclosure.signed_sha256] = enclosure.name
        names[enclosure.signature_sha256] = enclosure.signature_name
    for sha256 in (document.prepared_sha256, document.signed_sha256, document.issued_sha256):
        names[sha256] = f"{stem}.pdf"
    names.pop(None, None)
    return names


def _files_of_copy(copy: CertifiedCopy) -> dict[str, str]:
    stem = (copy.reference or f"ban-sao-{copy.id}").replace("/", "-")
    names = {copy.input_sha256: copy.input_name or "van-ban.pdf"}
    if copy.output_sha256:
        names[copy.output_sha256] = f"{stem}.pdf"
    return names
