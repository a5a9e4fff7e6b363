"""What the list and the page of a copy show."""

from types import SimpleNamespace

from flask import flash, request, url_for
from flask_babel import gettext as _

from blueprints import viewer
from blueprints.addresses import here
from blueprints.answers import is_fragment, render
from blueprints.copies import labels
from blueprints.labels import COPY
from blueprints.outgoing import tracking
from blueprints.preserved import mark
from blueprints.signatures import patience, signing_wants, told, waits_for_token
from blueprints.words import sentence, words
from blueprints.words.tags import tag_name
from domain.copy_flow import CopyState
from domain.dates import local
from domain.errors import Refusal
from domain.outgoing_flow import OutgoingState
from domain.permissions import Relation, allowing
from domain.roles import Actor
from extensions import current_actor, office
from models.audit import AuditEntry
from models.copies import CertifiedCopy
from models.signing import SigningState
from services import copies, outgoing
from services.copies import access, authority, material, queries
from services.copies import signing as copy_signing
from services.copies.enclosing import may_enclose
from services.preservation import levels


def listed(found: queries.Listing, text: str) -> dict:
    tabs = [
        {
            "label": label,
            "url": here(state=key, page=None),
            "count": found.counts[key],
            "active": key == found.tab,
        }
        for key, label in labels.TABS.items()
    ]
    return {
        "found": found,
        "text": text,
        "tabs": tabs,
        "labels": labels,
        "per_page": queries.PER_PAGE,
        "may_ask": bool(allowing(current_actor(), "copy:create", {Relation.AGENCY})),
    }


def of(copy_id: int, refusal: Refusal | None = None, action: str = "") -> dict:
    """The page of a copy; `refusal` of the action that was just tried stands beside its form."""
    actor = current_actor()
    copy = copies.load(office(), actor, copy_id)
    steps = {step.action for step in access.available_steps(actor, copy)}
    unnamed = _not_named(copy) if "approve" in steps else None
    output = copy.output_sha256
    found, states = levels.of_files(office(), [output]) if output else ([], {})
    return {
        "copy": copy,
        "labels": labels,
        "state": COPY[copy.state],
        "steps": steps - {"approve"} if unnamed else steps,
        "unnamed": unnamed,
        **viewer.shown("copy", copy.id, copy.current_sha256),
        "refused": _refused(refusal, action),
        "failure": words(Refusal(copy.failure)) if copy.failure else None,
        **_under_way(copy),
        "own_token": own_token(actor, copy),
        "signatures": told(found),
        "preserved_as": _preserved(copy, states.get(output)),
        "may_enclose": may_enclose(copy)
        and bool(allowing(actor, "outgoing:create", {Relation.AGENCY})),
        "authority": material.authority(office(), copy),
        **_sent(copy),
        "history": [_event(entry) for entry in queries.history(office(), copy)],
        "why": labels.WHY[access.grant_to_view(actor, copy).relation],
    }


def _preserved(copy: CertifiedCopy, state: levels.State | None) -> dict | None:
    where = {"kind": "copy", "document_id": copy.id, "sha": copy.output_sha256}
    return mark(state, url_for("documents.archive", **where)) if state else None


def token_address(copy: CertifiedCopy) -> str | None:
    """Where the clerk goes on who has just asked for a signature of the agency's own token."""
    return _under_way(copy)["token_url"]


def own_token(actor: Actor, copy: CertifiedCopy) -> bool:
    """Whether what the actor may sign here is signed with a token of theirs, without a PIN."""
    steps = {step.action for step in access.available_steps(actor, copy)}
    return bool(steps & {"sign", "sign_again"}) and signing_wants().token


def _under_way(copy: CertifiedCopy) -> dict:
    nothing = {"job": None, "token_url": None}
    if copy.state != CopyState.SIGNING:
        return nothing
    asked = copy_signing.last(office(), copy)
    awaits = asked is not None and asked.state == SigningState.AWAITING_TOKEN
    if awaits and asked.person_id == current_actor().person_id:
        url = url_for("signing.on_token", kind="copy", request_id=asked.id)
        return nothing | {"token_url": url}
    return nothing | {"job": _job(copy)}


def status(copy_id: int, turn: int):
    """The job's line, asking again by itself; at its end the page around is another."""
    copy = copies.load(office(), current_actor(), copy_id)
    answer = render("copies/status.html", "status", copy=copy, job=_job(copy), turn=turn)
    if is_fragment() and copy.state != CopyState.SIGNING:
        if copy.state == CopyState.ISSUED:
            flash(_("Đã ký số bản sao."), "success")
        answer.headers["HX-Refresh"] = "true"
    return answer


def _not_named(copy: CertifiedCopy):
    """Why who is to approve it may not any more, in words."""
    try:
        authority.require(office().session(), copy, office().today())
    except Refusal as refusal:
        return words(refusal)
    return None


def _sent(copy: CertifiedCopy) -> dict:
    """What became of it at its recipients, as of the outgoing document that carries it."""
    if copy.sent_as_id is None:
        return {"sent": None, "tracked": None, "may_send": True}
    sent = outgoing.queries.brief(office(), current_actor(), copy.sent_as_id)
    may_send = sent.state == OutgoingState.DISPATCHED
    return {"sent": sent, "may_send": may_send, **tracking.shown(sent)}


def _job(copy: CertifiedCopy) -> SimpleNamespace:
    job = SimpleNamespace(
        detail="", done_url=url_for("copies.copy", copy_id=copy.id), done_label=_("Mở bản sao")
    )
    if copy.state == CopyState.SIGNING:
        asked = copy_signing.last(office(), copy)
        job.state, job.label = "running", _("Đang ký số bản sao")
        job.detail = patience(asked) if asked else ""
        if asked and asked.state == SigningState.AWAITING_TOKEN:
            job.label, job.detail = waits_for_token(asked), ""
    elif copy.failure:
        job.state, job.label = "failed", _("Ký số bản sao không thành")
        job.detail = sentence(Refusal(copy.failure))
    else:
        job.state, job.label = "done", _("Đã ký số bản sao.")
    return job


def _refused(refusal: Refusal | None, action: str) -> SimpleNamespace | None:
    if refusal is None:
        return None
    return SimpleNamespace(
        action=action,
        text=sentence(refusal),
        field=str(refusal.fields.get("field", "")),
        reason=request.form.get("reason", ""),
    )


def _event(entry: AuditEntry) -> dict:
    details = entry.details
    note = details.get("reason", "") or details.get("reference", "")
    if entry.tag == "copy:send":
        note = _("%(n)s nơi nhận", n=len(details.get("recipients", ())))
    if details.get("failure"):
        note = sentence(Refusal(details["failure"]))
    return {
        "title": tag_name(entry.tag),
        "at": local(entry.at),
        "who": entry.person_name,
        "note": note,
        "tone": labels.TONES[entry.tag],
    }
