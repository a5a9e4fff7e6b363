"""The one door of an outgoing document: each action of a person is a step of its flow, done in one
transaction. Order: load, permit, check, do, move (which audits and tells who is next)."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from domain import numbering, permissions
from domain.batches import KINDS
from domain.errors import Conflict, Invalid
from domain.outgoing_flow import OUTGOING_FLOW
from domain.roles import Actor
from domain.text import nfc
from models.outgoing import OutgoingDocument, Review
from models.registers import RegisterKind
from models.signing import SigningRole
from services import delegations, directory, exchange, signing
from services.changes import asking as changes
from services.changes import notices
from services.numbering import give_number
from services.office import Office
from services.outgoing import access, addressing, drafting, state
from services.outgoing.dating import issued_date, require_order, wanted_number
from services.signing import turns
from services.unit_of_work import Work, transaction

Do = Callable[[Work, OutgoingDocument, Mapping, object], dict]


def perform(
    office: Office, actor: Actor, document_id: int, action: str, form: Mapping
) -> OutgoingDocument:
    """Does one action of the flow for the actor.

    Raises NotFound, Forbidden("not-allowed"), Conflict: wrong-state, stale, document-changed,
    number-taken; Invalid: required(field) and what the action itself refuses.
    """
    ready = None
    if action in BEFORE:
        # A wrong PIN must be counted even though nothing else happens, and Word takes seconds:
        # both come before the transaction, and everything is checked again inside it.
        doc = opened(office.session(), actor, document_id, action, form)
        ready = BEFORE[action](office, actor, doc, form)
    with transaction(office, actor) as work:
        return do(work, document_id, action, form, ready)


def do(work: Work, document_id: int, action: str, form: Mapping, ready: object) -> OutgoingDocument:
    """The step inside an open transaction; `ready` is what was proved or prepared before it. The
    decision over many documents at once names itself as `batch`."""
    doc = opened(work.session, work.actor, document_id, action, form, lock=True, ready=ready)
    batch = form.get("batch")
    if batch and form["digest"] != getattr(doc, KINDS[action].file):
        raise Conflict("document-changed")  # law 8: each names the file that was shown
    details = DO[action](work, doc, form, ready) | ({"batch": batch} if batch else {})
    state.move(work, doc, action, **details)
    return doc


def edit(office: Office, actor: Actor, document_id: int, form: Mapping) -> OutgoingDocument:
    """A new version of a draft, through the same door."""
    return perform(office, actor, document_id, "edit", form)


def opened(
    session: Session,
    actor: Actor,
    document_id: int,
    action: str,
    form: Mapping,
    lock: bool = False,
    ready: object = None,
) -> OutgoingDocument:
    """The document, once it is certain that the actor may do this to it now with this form; what
    was proved before is not asked for again."""
    doc = access.find(session, actor, document_id, lock=lock)
    permissions.require(actor, f"{OUTGOING_FLOW.name}:{action}", access.relations(actor, doc))
    step = OUTGOING_FLOW.step(action, doc.state)
    shown = str(form.get("version") or "")
    if shown and shown != str(doc.version):
        raise Conflict("stale")
    proved = {"pin"} if isinstance(ready, signing.PinProof) else set()
    for need in sorted(step.needs - proved):
        if not str(form.get(need) or "").strip():
            raise Invalid("required", field=need)
    return doc


def _edit(work: Work, doc: OutgoingDocument, form: Mapping, ready: drafting.Prepared) -> dict:
    drafting.write(work, doc, ready)
    return {"ordinal": doc.versions[-1].ordinal, "prepared": doc.prepared_sha256}


def _submit(work: Work, doc: OutgoingDocument, form: Mapping, _ready: None) -> dict:
    if not doc.prepared_sha256:
        raise Invalid("draft-not-ready")
    delegations.require(work.session, doc, work.office.today())
    directory.resolve(work.office, [recipient.code for recipient in doc.recipients])
    return {"prepared": doc.prepared_sha256}


def _review(action: str) -> Do:
    def do(work: Work, doc: OutgoingDocument, form: Mapping, _ready: None) -> dict:
        said = nfc(str(form.get("reason") or form.get("comment") or ""))
        _note(work, doc, action, said)
        void = turns.void(doc) if action == "return" else []
        told = {"prepared": doc.prepared_sha256, "reason": said} if said else {}
        return told | ({"void": void} if void else {})

    return do


def _approve(work: Work, doc: OutgoingDocument, form: Mapping, proof: object) -> dict:
    _require_seen(doc, form)
    delegations.require(work.session, doc, work.office.today())
    doc.approved_sha256 = doc.to_sign_sha256
    _note(work, doc, "approve", "")
    signing.request_leader(work, doc, proof, doc.approved_sha256)
    return {"digest": doc.approved_sha256} | _authority(doc)


def _authority(doc: OutgoingDocument) -> dict:
    """By whose authority somebody else than the head or a deputy signs, for the audit chain."""
    if doc.delegation is None:
        return {}
    lines = delegations.authority_of(doc.agency, doc.signer, doc.delegation)
    basis = doc.delegation.basis
    return {"delegation": doc.delegation_id, "authority": " / ".join(lines), "basis": basis}


def _issue(work: Work, doc: OutgoingDocument, form: Mapping, proof: object) -> dict:
    """Number, reference and the request to seal in one transaction (NĐ 30/2020, Điều 15)."""
    day = issued_date(work.office, doc, form)
    wanted = wanted_number(form)
    doc.number_entry = give_number(work, doc.agency, RegisterKind.OUTGOING, day, wanted)
    require_order(work.session, doc, day)  # again: the register is ours only now
    doc.issued_date = day
    doc.reference = numbering.reference(doc.number_entry.number, doc.notation)
    doc.search_text = drafting.search_text(doc)
    work.session.flush()
    signing.request_seal(work, doc, proof)
    return {"reference": doc.reference, "date": day}


def _reseal(work: Work, doc: OutgoingDocument, _form: Mapping, proof: object) -> dict:
    signing.request_seal(work, doc, proof)
    return {"reference": doc.reference}


def _readdress(work: Work, doc: OutgoingDocument, form: Mapping, _ready: None) -> dict:
    before = [recipient.code for recipient in doc.recipients]
    informed = frozenset(form.get("informed") or ())
    informed |= {r.code for r in doc.recipients if r.for_information}
    addressing.change(work.office, doc, form.get("recipients") or (), informed)
    if not doc.recipients:
        raise Invalid("recipients-missing", field="recipients")
    doc.search_text = drafting.search_text(doc)
    return {"before": before, "recipients": [recipient.code for recipient in doc.recipients]}


def _dispatch(work: Work, doc: OutgoingDocument, _form: Mapping, _ready: None) -> dict:
    if not doc.recipients:
        raise Invalid("recipients-missing")
    directory.resolve(work.office, [recipient.code for recipient in doc.recipients])
    exchange.dispatch(work, doc)
    changes.replace(work, doc)
    return {"recipients": [recipient.code for recipient in doc.recipients]}


def _add_recipients(work: Work, doc: OutgoingDocument, form: Mapping, _ready: None) -> dict:
    informed = frozenset(form.get("informed") or ())
    added = addressing.add(work.office, doc, form.get("recipients") or (), informed)
    doc.search_text = drafting.search_text(doc)
    exchange.dispatch(work, doc, added)
    codes = [recipient.code for recipient in added]
    told = changes.tell_added(work, doc, codes) if form.get("tell") else []
    return {"recipients": codes} | ({"told": told} if told else {})


def _change(ask: Callable[[Work, OutgoingDocument, Mapping], dict]) -> Do:
    def do(work: Work, doc: OutgoingDocument, form: Mapping, _ready: None) -> dict:
        details = ask(work, doc, form)
        doc.search_text = drafting.search_text(doc)
        return details

    return do


def _revoke(work: Work, doc: OutgoingDocument, form: Mapping, file: notices.File | None) -> dict:
    return changes.revoke(work, doc, form, file)


def _cancel(_work: Work, _doc: OutgoingDocument, form: Mapping, _ready: None) -> dict:
    return {"reason": nfc(str(form["reason"]))}


def _note(work: Work, doc: OutgoingDocument, action: str, comment: str) -> None:
    doc.reviews.append(
        Review(
            version_ordinal=doc.versions[-1].ordinal,
            person_id=work.actor.person_id,
            person_name=work.actor.name,
            action=action,
            comment=comment,
            at=work.now,
        )
    )


def _require_seen(doc: OutgoingDocument, form: Mapping) -> None:
    """Law 8: the approval names the digest of the bytes shown."""
    if not doc.to_sign_sha256 or form.get("digest") != doc.to_sign_sha256:
        raise Conflict("document-changed")


def _prove_leader(office: Office, actor: Actor, doc: OutgoingDocument, form: Mapping) -> object:
    _require_seen(doc, form)
    delegations.require(office.session(), doc, office.today())
    return signing.prove(office, actor, doc, SigningRole.LEADER, signing.Typed.of(form))


def _prove_seal(office: Office, actor: Actor, doc: OutgoingDocument, form: Mapping) -> object:
    if form.get("issued_date"):
        require_order(office.session(), doc, issued_date(office, doc, form))
        wanted_number(form)
    return signing.prove(office, actor, doc, SigningRole.SEAL, signing.Typed.of(form))


def _look_at_notice(
    office: Office, _actor: Actor, _doc: OutgoingDocument, form: Mapping
) -> notices.File | None:
    return notices.looked_at(office, form.get("notice_file"))


BEFORE: dict[str, Callable[[Office, Actor, OutgoingDocument, Mapping], object]] = {
    "edit": drafting.prepare,
    "approve": _prove_leader,
    "issue": _prove_seal,
    "reseal": _prove_seal,
    "revoke": _look_at_notice,
}
DO: dict[str, Do] = {
    "edit": _edit,
    "submit": _submit,
    "agree": _review("agree"),
    "return": _review("return"),
    "forward": _review("forward"),
    "approve": _approve,
    "issue": _issue,
    "reseal": _reseal,
    "readdress": _readdress,
    "dispatch": _dispatch,
    "add_recipients": _add_recipients,
    "take_back": _change(changes.take_back),
    "update": _change(changes.update),
    "revoke": _revoke,
    "cancel": _cancel,
}
