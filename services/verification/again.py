"""Checking a document's signatures again, because a person asks: with the roots trusted now. What
was found before stays in the history."""

from domain.errors import NotFound
from domain.roles import Actor
from domain.signed_files import NamedFile
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services import documents
from services.office import Office
from services.signing import provenance, verification
from services.signing.judging import examine
from services.unit_of_work import transaction


def check_again(office: Office, actor: Actor, kind: str, document_id: int, sha256: str) -> str:
    """Judges all files of the document as a stranger would; gives the verdict of this one.
    NotFound for what the actor may not see."""
    document, _file = documents.find(office, actor, kind, document_id, sha256)
    if isinstance(document, IncomingDocument):
        found = examine(office, verification.files_of(document))
    else:
        found = examine(office, _files(document))
    if sha256 not in found:
        raise NotFound("not-found")
    with transaction(office, actor) as work:
        if isinstance(document, IncomingDocument):
            signatures = {sha: each.signatures for sha, each in found.items()}
            doubts = provenance.doubts(office, document, signatures)
            verification.write_all(work, document.id, found, doubts)
        else:
            for each, findings in found.items():
                verification.write(work, each, findings)
        verdict = str(found[sha256].verdict or verification.UNSIGNED)
        work.audit("document:check_signatures", document, verdict=verdict, files=list(found))
    return verdict


def _files(document: OutgoingDocument) -> list[NamedFile]:
    """The signed states of the document itself, and what goes along."""
    own = (document.signed_sha256, document.issued_sha256)
    files = [NamedFile("van-ban.pdf", "application/pdf", sha256) for sha256 in own if sha256]
    for enclosure in document.enclosures:
        files += [
            NamedFile(each.name, each.media_type, each.sha256) for each in enclosure.sent_files
        ]
    return files
