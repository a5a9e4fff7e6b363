"""One file of a document with every check of its signatures, and what they make of the document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from domain.document_checks import Check, Named, SignedFile, checks
from domain.errors import NotFound
from domain.roles import Actor
from models.copies import CertifiedCopy
from models.incoming import IncomingDocument
from models.inspections import Inspection
from models.outgoing import OutgoingDocument
from models.signing import Signature
from services import documents
from services.documents import Document, OpenFile
from services.office import Office
from services.preservation.telling import Told, told
from services.verification import again

MOST = 50


@dataclass(frozen=True)
class Examined:
    """`shown` is the check asked for (the newest unless another was), `history` all of them, the
    newest first; empty for a file that was never checked."""

    kind: str
    document: IncomingDocument | OutgoingDocument
    file: OpenFile
    size: int | None = None
    shown: Inspection | None = None
    history: Sequence[Inspection] = ()
    checks: Sequence[Check] = field(default=())
    kept: Told | None = None  # what is kept beside the file now
    is_asked: bool = False  # whether another check is still to be done

    @property
    def is_newest(self) -> bool:
        return self.shown is None or self.shown.id == self.history[0].id


def open_examined(
    office: Office, actor: Actor, kind: str, document_id: int, sha256: str, check: int | None = None
) -> Examined:
    """NotFound for what the actor may not see, and for a check of another file."""
    document, file = documents.find(office, actor, kind, document_id, sha256)
    session = office.session()
    rows = session.execute(
        select(Inspection, again.still_asked(kind, document_id))
        .where(Inspection.file_sha256 == sha256)
        .order_by(Inspection.id.desc())
        .limit(MOST)
    ).all()
    history = [inspection for inspection, _asked in rows]
    shown = next((each for each in history if check in (None, each.id)), None)
    if check is not None and shown is None:
        raise NotFound("not-found")
    return Examined(
        kind,
        document,
        file,
        file.size,
        shown,
        history,
        checks(named(document), signed_files(office, document)),
        _kept(office, document, sha256, history),
        rows[0][1] if rows else again.is_asked(office, kind, document_id),
    )


def _kept(
    office: Office,
    document: Document,
    sha256: str,
    history: Sequence[Inspection],
) -> Told | None:
    if not history or not history[0].signatures:
        return None
    names = {} if isinstance(document, CertifiedCopy) else document.names
    return told(office, sha256, history[0].signatures, names)


def named(document: IncomingDocument | OutgoingDocument) -> Named:
    """Whom the document, or the package it came in, names."""
    if isinstance(document, IncomingDocument):
        main = document.main
        agencies = [main.issuer_name, document.sender_name, document.sender_code]
        return Named(agencies, main.signer_name, main.signer_position)
    signer = document.signer
    agencies = [document.agency.name, document.agency.code]
    if signer is None:
        return Named(agencies)
    return Named(agencies, signer.person.full_name, signer.title)


def signed_files(office: Office, document: IncomingDocument | OutgoingDocument) -> list[SignedFile]:
    """Its files with what is known of their signatures now; a signature beside a file is no file of
    the document."""
    listed = _listed(document)
    found: dict[str, list[Mapping]] = {}
    rows = office.session().scalars(
        select(Signature)
        .where(Signature.file_sha256.in_([sha256 for _name, sha256 in listed]))
        .order_by(Signature.id)
    )
    for row in rows:
        if row.facts:
            found.setdefault(row.file_sha256, []).append(row.facts)
    return [
        SignedFile(name, found.get(sha256, []), is_main=number == 0)
        for number, (name, sha256) in enumerate(listed)
    ]


def _listed(document: IncomingDocument | OutgoingDocument) -> list[tuple[str, str]]:
    """(Name, digest) of each file, the main one first."""
    if isinstance(document, IncomingDocument):
        papers = [each for each in document.papers if each.sha256]
        files = [(each.file_name, each.sha256) for each in papers]
    else:
        files = [("", document.current_sha256)] if document.current_sha256 else []
        files += [(each.name, each.sent_sha256) for each in document.enclosures]
    return [file for file in files if not file[0].lower().endswith((".p7s", ".p7m"))]
