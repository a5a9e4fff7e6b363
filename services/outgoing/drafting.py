"""Drafting: each save makes a version, and of it the PDF that reviewers and the leader read."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from adapters.files import PDF, media_type
from domain import permissions
from domain.errors import Conflict, Forbidden, Invalid
from domain.incoming_flow import VOID
from domain.numbering import notation
from domain.outgoing_flow import OutgoingState
from domain.permissions import Relation
from domain.roles import LEADERS, Actor, Role
from domain.text import fold
from models.agencies import Agency, Appointment, Unit
from models.delegations import Delegation
from models.files import StoredFile
from models.hub import DirectoryEntry
from models.incoming import IncomingDocument
from models.outgoing import DraftVersion, OutgoingDocument, Signer
from services import delegations, directory, incoming
from services.accounts import posts
from services.form_tokens import made_with, token_of
from services.office import Office
from services.outgoing import access, addressing, enclosing, material, preview
from services.outgoing.enclosing import Enclosed, file_name
from services.outgoing.form import FORM, DraftForm, Upload
from services.outgoing.material import Letterhead, Material
from services.unit_of_work import Work, transaction


@dataclass(frozen=True)
class Prepared:
    """A checked draft with its files, ready to be written. `made` is None when an uploaded file
    stays as it is."""

    form: DraftForm
    head: Letterhead
    recipients: list[DirectoryEntry]
    made: Material | None
    enclosed: tuple[Enclosed, ...] = ()


def create(office: Office, actor: Actor, form: Mapping) -> int:
    """A new draft of the actor; gives its id, or that of the draft which the same drawn form made
    before. Raises what `prepare` refuses, and Conflict("draft-made")."""
    permissions.require(actor, "outgoing:create", {Relation.AGENCY})
    if known := _drafted_with(office, actor, form):
        return known.id
    ready = prepare(office, actor, None, form)
    try:
        return _create(office, actor, ready, token_of(actor, form))
    except Conflict:
        # Two presses at once, and the other one was first.
        if known := _drafted_with(office, actor, form):
            return known.id
        raise


def _create(office: Office, actor: Actor, ready: Prepared, token: str | None) -> int:
    with transaction(office, actor) as work:
        doc = OutgoingDocument(
            agency_id=actor.agency_id,
            unit_id=actor.unit_id,
            drafter_id=actor.person_id,
            state=OutgoingState.DRAFT,
            document_uid=str(uuid.uuid4()),
            answers_id=ready.form.answers_id,
            replaces_id=ready.form.replaces_id,
            form_token=token,
            created_at=work.now,
            updated_at=work.now,
        )
        work.session.add(doc)
        write(work, doc, ready)
        work.audit("outgoing:create", doc, type=doc.type_name, prepared=doc.prepared_sha256)
        return doc.id


def _drafted_with(office: Office, actor: Actor, form: Mapping) -> OutgoingDocument | None:
    """What this drawn form made already. Conflict("draft-made") when it now says something else, or
    the draft has gone on: then a second one may be meant."""
    known = made_with(office, OutgoingDocument, token_of(actor, form))
    if known is not None and not _is_again(known, DraftForm.parse(form)):
        raise Conflict("draft-made", document_id=known.id)
    return known


def _is_again(doc: OutgoingDocument, form: DraftForm) -> bool:
    """Whether the form says what the draft said when it was made, files and recipients too."""
    first = doc.versions[0]
    was = {
        "type_name": doc.type_name,
        "subject": doc.subject,
        "signer_id": doc.signer_id,
        "delegation_id": doc.delegation_id,
        "cosigners": tuple(each.appointment_id for each in doc.signers[1:]),
        "urgency": doc.urgency,
        "due_date": doc.due_date,
        "answers_id": doc.answers_id,
        "replaces_id": doc.replaces_id,
        "body": first.body,
        "addressees": tuple(first.addressees.splitlines()),
        "to_places": tuple(first.to_places.splitlines()),
    }
    said = all(getattr(form, name) == value for name, value in was.items())
    same_files = _digests(form) == (first.source_sha256, [e.sha256 for e in doc.enclosures])
    recipients = {each.code: each.for_information for each in doc.recipients}
    wanted = {code: code in form.informed for code in form.recipients}
    return doc.state == OutgoingState.DRAFT and said and same_files and recipients == wanted


def _digests(form: DraftForm) -> tuple[str | None, list[str]]:
    """Of the draft's own file, if it is one, and of what is enclosed."""
    own = form.file if form.source != FORM else None
    return own and _digest(own), [_digest(file) for file in form.enclosures]


def _digest(file: Upload) -> str:
    return hashlib.sha256(file.data).hexdigest()


def prepare(office: Office, actor: Actor, doc: OutgoingDocument | None, form: Mapping) -> Prepared:
    """Checks a form and makes its files; outside of a transaction, for Word takes seconds.

    Raises Invalid: what `DraftForm.parse`, `addressing.resolved`, `enclosing.look_at` and
    `material.make` refuse, signer-not-leader, due-date-past.
    """
    draft = DraftForm.parse(form)
    head = letterhead(office, actor, doc, draft)
    recipients = addressing.resolved(office, head.agency, draft.recipients)
    known = doc.due_date if doc else None
    if draft.due_date and draft.due_date != known and draft.due_date < office.today():
        raise Invalid("due-date-past", field="due_date")
    if draft.answers_id and doc is None:
        answered(office, actor, draft.answers_id)
    if draft.replaces_id and doc is None:
        replaced(office, actor, draft.replaces_id)
    enclosed = enclosing.look_at(draft.enclosures)
    if draft.source != FORM and draft.file is None and _has_file(doc):
        return Prepared(draft, head, recipients, None, enclosed)
    names = tuple(entry.name for entry in recipients)
    made = material.make(draft, head, names, office.settings.max_upload)
    return Prepared(draft, head, recipients, _fitting(office, head, made), enclosed)


def _fitting(office: Office, head: Letterhead, made: Material) -> Material:
    """An uploaded file whose places have no room for this seal waits for a person to place them."""
    if made.source == FORM or made.prepared is None:
        return made
    try:
        preview.check_fits(office, [head.signer, *head.cosigners], head.agency, made.prepared)
    except Invalid as refusal:
        if refusal.code != "seal-too-large":
            raise
        return replace(made, prepared=None, places=None, problem=refusal.code)
    return made


def letterhead(
    office: Office, actor: Actor, doc: OutgoingDocument | None, draft: DraftForm
) -> Letterhead:
    """Raises Invalid("signer-not-leader") unless a leader of this agency is to sign."""
    session = office.session()
    agency = session.get_one(Agency, actor.agency_id)
    unit = session.get_one(Unit, doc.unit_id if doc else actor.unit_id)
    leaders = leaders_of(office, agency.id)
    delegation = _delegation(office, agency.id, draft)
    posts_offered = [delegation.holder] if delegation else leaders
    signer = next((each for each in posts_offered if each.id == draft.signer_id), None)
    if signer is None:
        raise Invalid("signer-not-leader", field="signer_id")
    head = next((leader for leader in leaders if leader.role == Role.LEADER), None)
    return Letterhead(
        agency=agency,
        unit=unit,
        signer=signer,
        head_title=head.title if head else "",
        notation=notation(draft.type_name, agency.notation, unit.notation),
        delegation=delegation,
        cosigners=_cosigners(draft, leaders),
    )


def _cosigners(draft: DraftForm, leaders: list[Appointment]) -> tuple[Appointment, ...]:
    """Those who sign after the first, in their order. Raises Invalid("signer-not-leader" |
    "cosigner-twice")."""
    known = {leader.id: leader for leader in leaders}
    for number, cosigner in enumerate(draft.cosigners, 2):
        if cosigner not in known:
            raise Invalid("signer-not-leader", field=f"cosigner_{number}")
    people = [draft.signer_id, *draft.cosigners]
    if len(set(people)) < len(people):
        raise Invalid("cosigner-twice", field=f"cosigner_{len(people)}")
    return tuple(known[each] for each in draft.cosigners)


def _delegation(office: Office, agency_id: int, draft: DraftForm) -> Delegation | None:
    """The delegation that the draft names, if it carries such a document today (NĐ 30/2020, Điều
    13). Raises NotFound, Invalid("delegation-…")."""
    if draft.delegation_id is None:
        return None
    found = delegations.find(office.session(), agency_id, draft.delegation_id)
    try:
        delegations.used(found, draft.type_name, office.today())
    except Forbidden as refusal:
        raise Invalid(refusal.code, **refusal.fields | {"field": "signer_id"}) from refusal
    return found


def answered(office: Office, actor: Actor, incoming_id: int) -> IncomingDocument:
    """The incoming document to answer. Only who works on it may: its subject is shown on the draft.

    Raises NotFound, Forbidden("not-allowed").
    """
    found = incoming.load(office, actor, incoming_id)
    permissions.require(actor, "incoming:answer", incoming.relations(actor, found))
    if found.state in VOID:
        raise Conflict("document-void")
    return found


def replaced(office: Office, actor: Actor, outgoing_id: int) -> OutgoingDocument:
    """The document to replace: one that was sent and is in force (NĐ 30/2020, Điều 18.3).

    Raises NotFound, Conflict("wrong-state").
    """
    found = access.find(office.session(), actor, outgoing_id)
    if found.state != OutgoingState.DISPATCHED:
        raise Conflict("wrong-state", action="replace", state=found.state)
    return found


def possible_recipients(office: Office, actor: Actor, text: str) -> list[DirectoryEntry]:
    """What a search of the directory offers a drafter: every agency but their own."""
    own = office.session().get_one(Agency, actor.agency_id).code
    return [entry for entry in directory.search(office, text) if entry.code != own]


def leaders_of(office: Office, agency_id: int) -> list[Appointment]:
    """Who may sign for the agency today, the head first."""
    found = posts.holders(office.session(), agency_id, LEADERS, office.today())
    return sorted(found, key=lambda leader: leader.role != Role.LEADER)


def write(work: Work, doc: OutgoingDocument, ready: Prepared) -> None:
    """Writes a prepared draft into the document as its next version."""
    form, head = ready.form, ready.head
    doc.type_name, doc.subject, doc.urgency = form.type_name, form.subject, form.urgency
    doc.due_date, doc.signer_id, doc.signer = form.due_date, head.signer.id, head.signer
    doc.notation = head.notation
    doc.delegation = head.delegation
    _set_signers(work, doc, head)
    addressing.write(doc, ready.recipients, form.informed)
    work.session.flush()
    version = add_version(work, doc, ready.made, form)
    enclosing.write(work, doc, form.removed, ready.enclosed)
    work.session.flush()
    _check_size(work, doc, version)
    doc.search_text = search_text(doc)


def add_version(
    work: Work, doc: OutgoingDocument, made: Material | None, form: DraftForm | None = None
) -> DraftVersion:
    """The next version; without `made` the last one's files, without `form` its texts, are kept."""
    last = doc.versions[-1] if doc.versions else None
    version = DraftVersion(
        ordinal=last.ordinal + 1 if last else 1,
        body=form.body if form else last.body,
        addressees="\n".join(form.addressees) if form else last.addressees,
        to_places="\n".join(form.to_places) if form else last.to_places,
        created_by=work.actor.name,
        created_at=work.now,
    )
    if made is None or (made.original is None and made.source != "form"):
        for field in ("source", "source_sha256", "source_name", "pdf_sha256", "places", "problem"):
            setattr(version, field, getattr(last, field))
    if made is not None:
        _store(work, doc, version, made)
    doc.versions.append(version)
    return version


def _store(work: Work, doc: OutgoingDocument, version: DraftVersion, made: Material) -> None:
    pages = made.pages
    version.source, version.problem = made.source, made.problem
    version.places = made.places.to_json() if made.places else None
    version.pdf_sha256 = work.store(made.pdf, PDF, pages)
    doc.prepared_sha256 = work.store(made.prepared, PDF, pages) if made.prepared else None
    if made.original is not None:
        file = made.original
        version.source_sha256 = work.store(file.data, media_type(file.data, file.name))
        version.source_name = file_name(file)


def search_text(doc: OutgoingDocument) -> str:
    """What lists and the search box compare, folded."""
    parts = [doc.reference, doc.notation, doc.subject, doc.type_name]
    parts += [doc.drafter.full_name if doc.drafter else ""]
    parts += [doc.signer.person.full_name if doc.signer else ""]
    parts += [f"{recipient.code} {recipient.name}" for recipient in doc.recipients]
    return fold(" ".join(part for part in parts if part))


def _set_signers(work: Work, doc: OutgoingDocument, head: Letterhead) -> None:
    doc.signers.clear()
    work.session.flush()
    posts = [head.signer, *head.cosigners] if head.cosigners else []
    for ordinal, post in enumerate(posts, 1):
        delegation = head.delegation if ordinal == 1 else None
        doc.signers.append(Signer(ordinal=ordinal, appointment=post, delegation=delegation))


def _has_file(doc: OutgoingDocument | None) -> bool:
    return bool(doc and doc.versions and doc.versions[-1].source != "form")


def _check_size(work: Work, doc: OutgoingDocument, version: DraftVersion) -> None:
    """One message of the exchange holds it all."""
    digests = [enclosure.sha256 for enclosure in doc.enclosures]
    digests.append(doc.prepared_sha256 or version.pdf_sha256)
    sizes = dict(
        work.session.execute(
            select(StoredFile.sha256, func.max(StoredFile.size))
            .where(StoredFile.sha256.in_(digests))
            .group_by(StoredFile.sha256)
        ).all()
    )
    limit = work.office.settings.max_upload
    growth = enclosing.GROWTH * len(doc.enclosures)
    if sum(sizes[digest] for digest in digests) + growth > limit:
        raise Invalid("message-too-large", field="enclosures", limit=limit // 1024 // 1024)
