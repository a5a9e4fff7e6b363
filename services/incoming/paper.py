"""Documents that came on paper: registered by hand, from a scan or, for state secrets, by their
metadata only (law 10)."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import uuid4

from adapters.files import PDF
from domain.document_types import SECRECY_LEVELS, document_type
from domain.errors import Conflict, Invalid
from domain.numbering import reference
from domain.permissions import Relation, require
from domain.roles import Actor
from models.agencies import Agency
from models.incoming import IncomingDocument, IncomingSource, Paper
from services.form_tokens import made_with, token_of
from services.incoming import duplicates
from services.incoming.actions import register
from services.incoming.arrival import ask_for_inspection
from services.incoming.text import typed
from services.incoming.uploads import Upload, forget, forget_all
from services.office import Office
from services.unit_of_work import Work, transaction

Form = Mapping[str, object]
NEEDED = ("issuer_name", "type_name", "subject", "issued_date")


def register_paper(
    office: Office, actor: Actor, form: Form, file: Upload | None = None
) -> IncomingDocument:
    """Enters a paper document and gives its arrival number, in one step; with `director` it is
    submitted too. `number` is the arrival number, `document_number` the issuer's own;
    `duplicate_ok` says that a likeness was seen and is meant. A form sent twice gives the document
    of the first time.

    Raises what `perform` of "register" raises, and Invalid("required" | "too-long" |
    "document-type-unknown" | "secret-no-file" | "secrecy-unknown" | "issued-after-arrival"),
    Conflict("duplicate-paper" | "form-used").
    """
    require(actor, "incoming:create", {Relation.AGENCY})
    if known := registered_with(office, actor, form):
        return known
    _check(office, actor, form, file)
    try:
        document = _register(office, actor, form, file)
    except Conflict:
        # Two presses at once: the other one was first, and its number or likeness is in the way.
        if known := registered_with(office, actor, form):
            return known
        raise
    if document.main.secrecy:
        forget_all(office, actor)  # law 10: its scan may wait under another token
    elif file is not None:
        forget(office, actor, file.token)
    return document


def registered_with(office: Office, actor: Actor, form: Form) -> IncomingDocument | None:
    """What this drawn form registered already. Conflict("form-used") when it now says something
    else: then it is another document, typed over the first after going back."""
    known = made_with(office, IncomingDocument, token_of(actor, form))
    if known is not None and not _is_again(known.main, form):
        number = known.arrival_number
        raise Conflict("form-used", number=number, document_id=known.id)
    return known


def _is_again(paper: Paper, form: Form) -> bool:
    texts = (paper.issuer_name, paper.number, paper.notation, paper.subject)
    names = ("issuer_name", "document_number", "notation", "subject")
    typed_now = tuple(typed(form, name) for name in names)
    return texts == typed_now and paper.issued_date == form.get("issued_date")


def _register(office: Office, actor: Actor, form: Form, file: Upload | None) -> IncomingDocument:
    with transaction(office, actor) as work:
        paper = _paper(form)
        _warn_of_duplicates(work, actor, paper, form)
        document = _document(work, actor, paper)
        document.form_token = token_of(actor, form)
        if file is not None:
            _attach(work, paper, file)
        work.session.add(document)
        work.session.flush()
        work.audit("incoming:create", document, reference=paper.reference)
        ask_for_inspection(work, document)
        register(work, document, form)
        return document


def _check(office: Office, actor: Actor, form: Form, file: Upload | None) -> None:
    for name in NEEDED:
        if not typed(form, name):
            raise Invalid("required", field=name)
    document_type(typed(form, "type_name"))
    secrecy = typed(form, "secrecy")
    if secrecy not in SECRECY_LEVELS:
        raise Invalid("secrecy-unknown", field="secrecy")
    if secrecy and file is not None:
        forget(office, actor, file.token)
        raise Invalid("secret-no-file", field="file", secrecy=secrecy)
    arrived: date = form.get("arrival_date") or office.today()
    if form["issued_date"] > arrived:
        raise Invalid("issued-after-arrival", field="issued_date")


def _paper(form: Form) -> Paper:
    number, notation = typed(form, "document_number", 50), typed(form, "notation", 49)
    return Paper(
        ordinal=1,
        issuer_name=typed(form, "issuer_name", 500),
        number=number,
        notation=notation,
        reference=reference(number, notation) if number else notation,
        issued_date=form["issued_date"],
        type_name=document_type(typed(form, "type_name")).name,
        subject=typed(form, "subject", 500),
        signer_name=typed(form, "signer_name", 100),
        signer_position=typed(form, "signer_position", 500),
        urgency=form.get("urgency") or 0,
        secrecy=typed(form, "secrecy"),
        pages=form.get("pages") or 0,
        copies=form.get("copies") or 1,
    )


def _document(work: Work, actor: Actor, paper: Paper) -> IncomingDocument:
    return IncomingDocument(
        agency=work.session.get_one(Agency, actor.agency_id),
        source=IncomingSource.PAPER,
        document_uid=f"paper-{uuid4()}",
        sender_name=paper.issuer_name,
        arrived_at=work.now,
        papers=[paper],
    )


def _attach(work: Work, paper: Paper, file: Upload) -> None:
    paper.pages = paper.pages or file.pages
    paper.sha256 = work.store(file.data, PDF, file.pages)
    paper.file_name, paper.media_type = file.name, PDF


def _warn_of_duplicates(work: Work, actor: Actor, paper: Paper, form: Form) -> None:
    # Numbers are not unique: a likeness warns, it does not forbid (NĐ 30/2020, Phụ lục VI, I.1.h).
    alike: Sequence[IncomingDocument] = duplicates.like(work.session, actor.agency_id, paper)
    if alike and not form.get("duplicate_ok"):
        first = alike[0]
        raise Conflict(
            "duplicate-paper",
            field="duplicate_ok",
            reference=paper.reference,
            number=first.arrival_number or "–",
            document_id=first.id,
        )
