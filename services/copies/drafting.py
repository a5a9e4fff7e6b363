"""Asking for a copy: what is copied, into what, who is to approve it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from adapters import pdf
from adapters.files import PDF, media_type
from domain import copies as rules
from domain import permissions
from domain.copies import CopyKind, CopySource, Medium
from domain.errors import Invalid
from domain.outgoing_flow import SENT, OutgoingState
from domain.permissions import Relation
from domain.roles import Actor
from domain.text import fold
from models.agencies import Agency
from models.copies import CertifiedCopy
from models.incoming import IncomingDocument, IncomingSource
from models.outgoing import OutgoingDocument
from services import incoming, outgoing, stored_files
from services.copies import authority, state
from services.form_tokens import made_with, token_of
from services.incoming.text import typed
from services.office import Office
from services.outgoing import Upload
from services.outgoing.material import as_pdf
from services.unit_of_work import Work, transaction

LONGEST_LIST = 4000
MOST_COPIES = 1000
ISSUED = SENT | {OutgoingState.ISSUED}


@dataclass(frozen=True)
class Original:
    """What is copied: its pages, where they come from, how the register names it."""

    source: CopySource
    data: bytes
    name: str
    reference: str = ""
    issued_date: date | None = None
    issuer: str = ""
    subject: str = ""
    incoming_id: int | None = None
    outgoing_id: int | None = None
    is_electronic: bool = False


def create(office: Office, actor: Actor, form: Mapping[str, object]) -> int:
    """Asks for a copy; gives its id, or that of the copy which the same drawn form asked for.

    Raises Forbidden, NotFound, Invalid: required(field), too-long, signer-not-approver,
    copy-of-electronic, copy-source-signed, copy-no-file, copies-range, and what `pdf.inspect` and
    `as_pdf` refuse.
    """
    permissions.require(actor, "copy:create", {Relation.AGENCY})
    if known := made_with(office, CertifiedCopy, token_of(actor, form)):
        return known.id
    kind, medium = _chosen(CopyKind, form, "kind"), _chosen(Medium, form, "medium")
    original = _original(office, actor, form, kind)
    rules.require_form(kind, medium, from_electronic=original.is_electronic)
    pages, dpi = _looked_at(original, medium)
    approver = authority.chosen(office, actor.agency_id, str(form.get("signer_id") or ""))
    with transaction(office, actor) as work:
        copy = _copy(work, actor, form, original)
        copy.kind, copy.medium, copy.signer_id = kind, medium, approver.post.id
        copy.delegation_id = approver.delegation and approver.delegation.id
        copy.notation = rules.notation(kind, work.session.get_one(Agency, actor.agency_id).notation)
        copy.input_sha256 = work.store(original.data, PDF, pages)
        copy.pages, copy.is_coarse = pages, dpi is not None and dpi < rules.SCAN_DPI
        copy.form_token = token_of(actor, form)
        work.session.add(copy)
        work.session.flush()
        work.audit("copy:create", copy, kind=kind, medium=medium, input=copy.input_sha256)
        state.announce(work, copy, "create")
        return copy.id


def proposed(office: Office, actor: Actor, form: Mapping[str, object]) -> Original | None:
    """What an address such as `?incoming=5` names, to prefill the form; NotFound."""
    if form.get("incoming_id"):
        return _from_incoming(office, actor, _number(form, "incoming_id"))
    if form.get("outgoing_id"):
        return _from_outgoing(office, actor, _number(form, "outgoing_id"))
    return None


def _original(office: Office, actor: Actor, form: Mapping[str, object], kind: CopyKind) -> Original:
    """An extract is set anew: its pages are uploaded, whatever it is taken from."""
    named = proposed(office, actor, form)
    if named is not None and kind is not CopyKind.EXTRACT:
        if not named.data:
            raise Invalid("copy-no-file", field="kind")
        return named
    upload: Upload | None = form.get("file")
    if upload is None or not upload.data:
        raise Invalid("required", field="file")
    upload = _pages(upload, kind)
    facts = {
        "reference": typed(form, "original_reference", 100),
        "issued_date": form.get("original_date"),
        "issuer": typed(form, "original_issuer", 500),
        "subject": typed(form, "original_subject", 500),
    }
    for name in ("reference", "issuer", "subject"):
        if not facts[name]:
            raise Invalid("required", field=f"original_{name}")
    where = {"incoming_id": named.incoming_id, "outgoing_id": named.outgoing_id} if named else {}
    return Original(CopySource.UPLOAD, upload.data, upload.name[-200:], **facts, **where)


def _pages(file: Upload, kind: CopyKind) -> Upload:
    """A scan is a PDF; an extract, which is set anew, may come as Word."""
    if kind is CopyKind.EXTRACT:
        source, data = as_pdf(file)
        return Upload(f"{file.name.rpartition('.')[0]}.pdf", data) if source == "word" else file
    if media_type(file.data, file.name) != PDF:
        raise Invalid("pdf-not-pdf", field="file")
    return file


def _from_incoming(office: Office, actor: Actor, document_id: int) -> Original:
    document: IncomingDocument = incoming.load(office, actor, document_id)
    main = document.main
    return Original(
        source=CopySource.INCOMING,
        data=_pages_of(office, main.sha256, main.media_type),
        name=main.file_name,
        reference=main.reference,
        issued_date=main.issued_date,
        issuer=main.issuer_name,
        subject=main.subject,
        incoming_id=document.id,
        is_electronic=document.source is not IncomingSource.PAPER,
    )


def _from_outgoing(office: Office, actor: Actor, document_id: int) -> Original:
    document: OutgoingDocument = outgoing.load(office, actor, document_id)
    issued = document.issued_sha256 if document.state in ISSUED else None
    return Original(
        source=CopySource.OUTGOING,
        data=_pages_of(office, issued, PDF),
        name=f"{document.reference.replace('/', '-')}.pdf",
        reference=document.reference,
        issued_date=document.issued_date,
        issuer=document.agency.name,
        subject=document.subject,
        outgoing_id=document.id,
        is_electronic=True,
    )


def _pages_of(office: Office, sha256: str | None, kind: str) -> bytes:
    if not sha256 or kind != PDF:
        return b""
    return stored_files.read_file(office, sha256)


def _looked_at(original: Original, medium: Medium) -> tuple[int, int | None]:
    """Number of pages, and how finely they were scanned. What bears signatures already is no scan
    of paper: the agency's would stand beside those of others as if it were the document's own."""
    facts = pdf.inspect(original.data)
    if medium is Medium.ELECTRONIC and facts.has_signatures:
        raise Invalid("copy-source-signed", field="file")
    return facts.pages, pdf.scan_dpi(original.data)


def _copy(
    work: Work, actor: Actor, form: Mapping[str, object], original: Original
) -> CertifiedCopy:
    number = form.get("copies") or 1
    if not isinstance(number, int) or not 1 <= number <= MOST_COPIES:
        raise Invalid("copies-range", field="copies", most=MOST_COPIES)
    said = (original.reference, original.issuer, original.subject)
    return CertifiedCopy(
        agency_id=actor.agency_id,
        requester_id=actor.person_id,
        source=original.source,
        incoming_id=original.incoming_id,
        outgoing_id=original.outgoing_id,
        original_reference=original.reference,
        original_date=original.issued_date,
        original_issuer=original.issuer,
        original_subject=original.subject,
        to_places=typed(form, "to_places", LONGEST_LIST),
        copies=number,
        note=typed(form, "note", 500),
        input_name=original.name,
        search_text=fold(" ".join(said)),
        created_at=work.now,
        updated_at=work.now,
    )


def _chosen(kind: type, form: Mapping[str, object], field: str):
    try:
        return kind(str(form.get(field) or ""))
    except ValueError:
        raise Invalid("required", field=field) from None


def _number(form: Mapping[str, object], field: str) -> int | None:
    text = str(form.get(field) or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else None
