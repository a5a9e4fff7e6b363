"""The one door of a copy: each action of a person is a step of its flow, in one transaction."""

from collections.abc import Mapping

from adapters.files import PDF
from domain import numbering, permissions
from domain.copy_flow import COPY_FLOW, MEDIUM_OF
from domain.errors import Conflict, Invalid
from domain.roles import Actor
from domain.text import fold
from models.agencies import Agency
from models.copies import CertifiedCopy
from models.registers import RegisterKind
from services.copies import access, authority, material, sending, signing, state
from services.incoming.text import typed
from services.numbering import give_number
from services.office import Office
from services.unit_of_work import Work, transaction

LONGEST_REASON = 500


def perform(
    office: Office, actor: Actor, copy_id: int, action: str, form: Mapping[str, object]
) -> CertifiedCopy:
    """Does one action of the flow for the actor.

    Raises NotFound, Forbidden("not-allowed"), Conflict: wrong-state, stale, document-changed;
    Invalid: required(field), and what signing and sending refuse.
    """
    proof = None
    if action in ("sign", "sign_again"):
        # A wrong PIN must be counted even though nothing else happens.
        copy = _opened(office.session(), actor, copy_id, action, form)
        proof = signing.prove(office, actor, copy, form)
    with transaction(office, actor) as work:
        copy = _opened(work.session, actor, copy_id, action, form, lock=True)
        details = DO[action](work, copy, form, proof)
        state.move(work, copy, action, **details)
        return copy


def _opened(
    session, actor: Actor, copy_id: int, action: str, form: Mapping, *, lock: bool = False
) -> CertifiedCopy:
    copy = access.find(session, actor, copy_id, lock=lock)
    permissions.require(actor, f"{COPY_FLOW.name}:{action}", access.relations(actor, copy))
    step = COPY_FLOW.step(action, copy.state)
    if MEDIUM_OF.get(action, copy.medium) != copy.medium:
        raise Conflict("wrong-state", action=action, state=copy.state)
    shown = str(form.get("version") or "")
    if shown and shown != str(copy.version):
        raise Conflict("stale")
    for need in sorted(step.needs):
        if not str(form.get(need) or "").strip():
            raise Invalid("required", field=need)
    return copy


def _approve(work: Work, copy: CertifiedCopy, form: Mapping, _proof: object) -> dict:
    """Law 8: the approval names the digest of the bytes shown."""
    if form.get("digest") != copy.input_sha256:
        raise Conflict("document-changed")
    authority.require(work.session, copy, work.office.today())
    lines = material.authority(work.office, copy)
    basis = {"basis": copy.delegation.basis} if copy.delegation else {}
    return {"digest": copy.input_sha256, "authority": " / ".join(lines)} | basis


def _refuse(_work: Work, copy: CertifiedCopy, form: Mapping, _proof: object) -> dict:
    return {"reason": typed(form, "reason", LONGEST_REASON)}


def _cancel(_work: Work, _copy: CertifiedCopy, _form: Mapping, _proof: object) -> dict:
    return {}


def _sign(work: Work, copy: CertifiedCopy, _form: Mapping, proof: object) -> dict:
    _number(work, copy)
    signing.request(work, copy, proof)
    return {"reference": copy.reference, "date": copy.issued_date}


def _sign_again(work: Work, copy: CertifiedCopy, _form: Mapping, proof: object) -> dict:
    signing.request(work, copy, proof)
    return {"reference": copy.reference}


def _print(work: Work, copy: CertifiedCopy, _form: Mapping, _proof: object) -> dict:
    _number(work, copy)
    data = material.printed(work.office, copy, copy.issued_date)
    copy.output_sha256 = work.store(data, PDF, copy.pages)
    return {"reference": copy.reference, "date": copy.issued_date, "output": copy.output_sha256}


def _send(work: Work, copy: CertifiedCopy, form: Mapping, _proof: object) -> dict:
    return sending.send(work, copy, form)


def _number(work: Work, copy: CertifiedCopy) -> None:
    """One series for all kinds of copies of a year (NĐ 30/2020, Phụ lục I, phần II, mục II.1.c)."""
    day, agency = work.office.today(), work.session.get_one(Agency, copy.agency_id)
    copy.number_entry = give_number(work, agency, RegisterKind.COPY, day)
    copy.issued_date = day
    copy.reference = numbering.reference(copy.number_entry.number, copy.notation)
    copy.search_text = f"{fold(copy.reference)} {copy.search_text}"
    work.session.flush()


DO = {
    "approve": _approve,
    "refuse": _refuse,
    "cancel": _cancel,
    "sign": _sign,
    "sign_again": _sign_again,
    "print": _print,
    "send": _send,
}
