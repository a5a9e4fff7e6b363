"""A signed copy sent through the exchange: it goes out as an outgoing document of its own, with
the copy's number, day, signer and file. So whatever holds for documents on their way (receipts,
statuses, resending, taking back) holds for copies."""

import uuid
from collections.abc import Mapping

from domain import permissions
from domain.copies import CopyKind, sent_subject, sent_type
from domain.copy_flow import COPY_FLOW, MEDIUM_OF
from domain.errors import Conflict
from domain.outgoing_flow import OUTGOING_FLOW, OutgoingState
from domain.roles import Actor
from models.copies import CertifiedCopy
from models.outgoing import DraftVersion, OutgoingDocument
from services.copies import access
from services.office import Office
from services.outgoing import actions, addressing
from services.outgoing.drafting import search_text
from services.outgoing.form import urgency_of
from services.unit_of_work import Work


def send(work: Work, copy: CertifiedCopy, form: Mapping[str, object]) -> dict:
    """To the recipients of the form; what was sent already goes to more. For the audit chain: to
    whom.

    Raises Invalid: recipients-missing, urgency-unknown, what `addressing.add`, the steps "dispatch"
    and "add_recipients" of an outgoing document refuse.
    """
    if copy.sent_as_id is not None:
        actions.do(work, copy.sent_as_id, "add_recipients", form, None)
    else:
        copy.sent_as = _as_document(work, copy, form)
        work.session.flush()
        actions.do(work, copy.sent_as.id, "dispatch", {}, None)
    return {"recipients": list(form.get("recipients") or ())}


def opened(office: Office, actor: Actor, copy_id: int) -> tuple[CertifiedCopy, frozenset[str]]:
    """The copy, and the codes of those who have it already; refuses as the step "send" does."""
    copy = access.find(office.session(), actor, copy_id)
    permissions.require(actor, "copy:send", access.relations(actor, copy))
    step = COPY_FLOW.step("send", copy.state)
    if MEDIUM_OF[step.action] != copy.medium:
        raise Conflict("wrong-state", action=step.action, state=copy.state)
    if copy.sent_as is None:
        return copy, frozenset()
    OUTGOING_FLOW.step("add_recipients", copy.sent_as.state)
    return copy, addressing.codes_of(copy.sent_as)


def _as_document(work: Work, copy: CertifiedCopy, form: Mapping[str, object]) -> OutgoingDocument:
    """It has no number in the register of outgoing documents: that of copies has it (NĐ 30/2020,
    Phụ lục I, phần II)."""
    informed = frozenset(form.get("informed") or ())
    to = addressing.resolved(work.office, copy.agency, form.get("recipients") or ())
    doc = OutgoingDocument(
        agency=copy.agency,
        unit_id=work.actor.unit_id,
        drafter=copy.requester,
        signer=copy.signer,
        delegation=copy.delegation,
        state=OutgoingState.ISSUED,
        document_uid=str(uuid.uuid4()),
        type_name=sent_type(CopyKind(copy.kind)),
        subject=sent_subject(CopyKind(copy.kind), copy.original_subject, _original(copy)),
        urgency=urgency_of(form),
        notation=copy.notation,
        reference=copy.reference,
        issued_date=copy.issued_date,
        issued_sha256=copy.output_sha256,
        created_at=work.now,
        updated_at=work.now,
    )
    doc.versions.append(_version(work, copy))
    addressing.write(doc, to, informed)
    doc.search_text = search_text(doc)
    work.session.add(doc)
    work.session.flush()
    work.audit("outgoing:create", doc, type=doc.type_name, copy=copy.id, issued=doc.issued_sha256)
    return doc


def _version(work: Work, copy: CertifiedCopy) -> DraftVersion:
    return DraftVersion(
        ordinal=1,
        source="copy",
        to_places=copy.to_places,
        pdf_sha256=copy.output_sha256,
        created_by=work.actor.name,
        created_at=work.now,
    )


def _original(copy: CertifiedCopy) -> str:
    parts = [copy.original_reference]
    parts += [f"ngày {copy.original_date:%d/%m/%Y}"] if copy.original_date else []
    return " ".join([*parts, f"của {copy.original_issuer}"])
