"""Checking a document's signatures again, because a person asks: with the roots trusted now. What
was found before stays in the history. A job does it: no page waits for a file from elsewhere."""

from sqlalchemy import exists, select

from domain.errors import NotFound
from domain.roles import Actor
from domain.signed_files import NamedFile, may_be_signed
from models.audit import AuditEntry
from models.exchange import OutboxItem, OutboxState
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services import documents, outbox
from services.office import Office
from services.outbox import Lease
from services.signing import provenance, verification
from services.signing.judging import examine
from services.unit_of_work import Work, transaction

QUEUE, TAG = "inspection", "document:check_signatures"
MODELS = {"recheck_incoming": IncomingDocument, "recheck_outgoing": OutgoingDocument}


def check_again(office: Office, actor: Actor, kind: str, document_id: int, sha256: str) -> None:
    """Asks for all files of the document to be judged as a stranger would. NotFound for what the
    actor may not see, and for a file that cannot bear a signature."""
    document, file = documents.find(office, actor, kind, document_id, sha256)
    if _job(kind) not in MODELS or not may_be_signed(file.name, file.media_type):
        raise NotFound("not-found")
    if is_asked(office, kind, document_id):
        return
    with transaction(office, actor) as work:
        work.audit("document:check_signatures", document, files=[sha256])
        work.enqueue(QUEUE, _job(kind), document_id, priority=1)


def is_asked(office: Office, kind: str, document_id: int) -> bool:
    """Whether a check that was asked for is still to be done."""
    return office.session().scalar(select(still_asked(kind, document_id)))


def still_asked(kind: str, document_id: int):
    """The same as a column, for a statement that asks for more."""
    return exists().where(
        OutboxItem.kind == _job(kind),
        OutboxItem.subject_id == document_id,
        OutboxItem.state == OutboxState.DUE,
    )


def recheck(office: Office, lease: Lease) -> None:
    """The job, in the name of who asked."""
    document = office.session().get(MODELS[lease.kind], lease.subject_id)
    if document is None:
        raise NotFound("not-found")
    is_received, asked_by = isinstance(document, IncomingDocument), _asked_by(office, document)
    found = examine(office, verification.files_of(document) if is_received else _files(document))
    signatures = {sha: each.signatures for sha, each in found.items()}
    doubts = provenance.doubts(office, document, signatures) if is_received else []
    with transaction(office, asked_by) as work:
        outbox.settle(work, lease)
        if is_received:
            verification.write_all(work, lease.subject_id, found, doubts)
        else:
            for each, findings in found.items():
                verification.write(work, each, findings)
        _note(work, document, found)


def _note(work: Work, document: IncomingDocument | OutgoingDocument, found: dict) -> None:
    verdicts = [str(each.verdict or verification.UNSIGNED) for each in found.values()]
    work.audit("document:check_signatures", document, verdict=verdicts, files=list(found))


def _asked_by(office: Office, document: IncomingDocument | OutgoingDocument) -> Actor:
    query = select(AuditEntry).where(
        AuditEntry.tag == TAG,
        AuditEntry.subject_type == document.__tablename__,
        AuditEntry.subject_id == document.id,
    )
    entry = office.session().scalars(query.order_by(AuditEntry.sequence.desc()).limit(1)).one()
    return Actor(entry.person_name, entry.person_id, agency_id=entry.agency_id)


def _job(kind: str) -> str:
    return f"recheck_{kind}"


def _files(document: OutgoingDocument) -> list[NamedFile]:
    """The signed states of the document itself, and what goes along."""
    own = (document.signed_sha256, document.issued_sha256)
    files = [NamedFile("van-ban.pdf", "application/pdf", sha256) for sha256 in own if sha256]
    for enclosure in document.enclosures:
        files += [
            NamedFile(each.name, each.media_type, each.sha256) for each in enclosure.sent_files
        ]
    return files
