"""What the list and the document page show, put together from what the services return."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _

from blueprints import labels as words_of
from blueprints import viewer
from blueprints.addresses import here
from blueprints.batches.labels import TITLES
from blueprints.delegations.labels import line
from blueprints.outgoing import labels, recipients, signing, tracking
from blueprints.words import sentence, words
from blueprints.words.preservation import SHORT
from blueprints.words.tags import tag_name
from domain.dates import local, local_date
from domain.document_types import DOCUMENT_TYPES
from domain.errors import Refusal
from domain.flow import Step
from domain.outgoing_flow import OutgoingState as S
from domain.permissions import Relation, allowing
from extensions import current_actor, office
from models.audit import AuditEntry
from models.outgoing import OutgoingDocument
from services import outgoing
from services.outgoing import access, addressing, group_lists, queries, reviewing
from services.preservation import levels

BATCHES = {"issuing": ("issue",), "issued": ("dispatch",)}


@dataclass(frozen=True)
class Refused:
    """A refused action, shown where it was tried, with what was typed."""

    action: str
    code: str
    text: str
    field: str
    typed: dict


def _preserved(found: queries.Listing) -> dict[str, str]:
    """How far each issued file of the list is preserved, in a few words; one statement."""
    issued = [doc.issued_sha256 for doc in found.rows if doc.issued_sha256]
    states = levels.of_files(office(), issued)[1] if issued else {}
    return {sha: str(SHORT[each.level]) for sha, each in states.items() if each.level}


def list_page(found: queries.Listing, filters: queries.Filters) -> dict:
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
        "preserved_as": _preserved(found),
        "filters": filters,
        "may_draft": _may("outgoing:create"),
        "batches": _batches(found),
        "may_see_groups": _may("recipient_group:view"),
        "tabs": tabs,
        "per_page": queries.PER_PAGE,
        "states": words_of.OUTGOING,
        "types": [(kind.name, kind.name) for kind in DOCUMENT_TYPES],
        "units": [(unit.id, unit.name) for unit in queries.units(office(), current_actor())],
        "today": office().today(),
    }


def _batches(found: queries.Listing) -> list[dict]:
    """Steps for many documents at once that the actor may do with what this tab lists."""
    steps = BATCHES.get(found.tab, ())
    return [
        {"label": TITLES[action], "url": url_for("batches.choose", action=action)}
        for action in steps
        if found.total > 1 and _may(f"outgoing:{action}")
    ]


def _may(action: str) -> bool:
    return bool(allowing(current_actor(), action, {Relation.AGENCY}))


def document_page(document_id: int, refusal: Refusal | None = None, action: str = "") -> dict:
    actor = current_actor()
    doc = outgoing.load(office(), actor, document_id)
    steps = {step.action: step for step in outgoing.available_steps(actor, doc)}
    history = queries.history(office(), doc)
    return {
        "doc": doc,
        "state": words_of.OUTGOING[doc.state],
        "steps": steps,
        **viewer.shown("outgoing", doc.id, doc.current_sha256 or draft_sha256(doc)),
        "refused": _refused(refusal, action),
        "lost": _lost(action, steps) if refusal else [],
        "why": labels.WHY[access.grant_to_view(actor, doc).relation],
        "problem": _problem(doc),
        "history": [_event(entry) for entry in history],
        "today": office().today(),
        "sources": labels.SOURCES,
        **_readdressing(doc, steps),
        **_issuing(doc, steps),
        "urgencies": labels.URGENCIES,
        "authority": _authority(doc),
        "signers": _signers(doc),
        "carried": _carried(history),
        "marks": reviewing.marks(doc),
        "said": labels.SAID,
        "replacement": _replacement(doc),
        "may_replace": doc.state == S.DISPATCHED
        and bool(allowing(actor, "outgoing:create", {Relation.AGENCY})),
        **signing.shown(doc),
        "own_token": signing.own_token(steps),
        **tracking.shown(doc),
    }


def _carried(history: list[AuditEntry]) -> int | None:
    """The certified copy that is sent as this document, as the audit chain names it."""
    return next((each.details["copy"] for each in history if "copy" in each.details), None)


def _authority(doc: OutgoingDocument) -> str:
    """Under which delegation the signer signs."""
    return f"{line(doc.delegation)} ({doc.delegation.basis})" if doc.delegation else ""


def _signers(doc: OutgoingDocument) -> list[str]:
    """Several leaders in their order, and who of them has signed."""
    said = {True: _("đã ký"), False: _("chưa ký")}
    return [
        f"{each.ordinal}. {each.appointment.person.full_name}, {each.appointment.title}: "
        f"{said[each.signed_at is not None]}"
        for each in doc.signers
    ]


def _replacement(doc: OutgoingDocument) -> OutgoingDocument | None:
    """What took the document's place, or is being drafted for it, if the actor may see it."""
    made = [each for each in doc.replaced_by if each.state != S.CANCELLED]
    shown = [each for each in made if access.grant_to_view(current_actor(), each)]
    return shown[-1] if shown else None


def draft_sha256(doc: OutgoingDocument) -> str | None:
    return doc.versions[-1].pdf_sha256


def _refused(refusal: Refusal | None, action: str) -> Refused | None:
    if refusal is None:
        return None
    field = str(refusal.fields.get("field", ""))
    return Refused(action, refusal.code, sentence(refusal), field, request.form.to_dict())


def _lost(action: str, steps: dict[str, Step]) -> list[str]:
    """Texts typed into a form that the new state no longer offers."""
    kept = ("reason", "comment") if action not in steps else ()
    return [request.form[name] for name in kept if request.form.get(name)]


def _problem(doc: OutgoingDocument):
    code = doc.versions[-1].problem
    return words(Refusal(code)) if code and doc.state == S.DRAFT else None


def _issuing(doc: OutgoingDocument, steps: dict[str, Step]) -> dict:
    if "issue" not in steps:
        return {"proposed": None, "signed_on": None}
    return {
        "proposed": queries.proposed_number(office(), doc),
        "signed_on": local_date(doc.signed_at) if doc.signed_at else None,
    }


def _readdressing(doc: OutgoingDocument, steps: dict[str, Step]) -> dict:
    """Boxes for a few recipients; for many one text, and boxes for those who need a decision."""
    if "readdress" not in steps:
        return {"choices": None, "groups": []}
    found = addressing.choices(office(), doc)
    boxes = found if len(found) <= recipients.FEW else [each for each in found if each.boxed]
    lines = recipients.listed([each for each in found if each not in boxes])
    return {
        "choices": {"boxes": boxes, "lines": lines},
        "groups": group_lists.groups(office(), current_actor()),
    }


def _event(entry: AuditEntry) -> dict:
    details = entry.details
    note = details.get("reason", "")
    if details.get("failure"):
        note = sentence(Refusal(details["failure"]))
    if entry.tag == "outgoing:issue":
        note = details.get("reference", "")
    if entry.tag == "outgoing:add_recipients":
        note = _("%(n)s nơi nhận", n=len(details.get("recipients", ())))
        if details.get("told"):
            note += _("; đã báo %(n)s nơi đã nhận", n=len(details["told"]))
    return {
        "title": tag_name(entry.tag),
        "at": local(entry.at),
        "who": entry.person_name,
        "note": note,
        "tone": labels.HISTORY[entry.tag],
    }
