"""Everything that happened to a document, in order, for the timeline: from the audit chain."""

from flask_babel import gettext as _

from blueprints.incoming.labels import EVENTS
from blueprints.labels import label
from blueprints.words.tags import tag_name
from domain.dates import local
from models.audit import AuditEntry
from services.incoming.dossier import Dossier


def events(dossier: Dossier) -> list[dict]:
    shown = [_event(entry) for entry in dossier.entries if entry.tag in EVENTS]
    if shown:
        shown[-1]["now"] = True
    return shown


def _event(entry: AuditEntry) -> dict:
    note = NOTES.get(entry.tag, _nothing)(entry.details)
    return {
        "at": local(entry.at),
        "title": tag_name(entry.tag),
        "tone": EVENTS[entry.tag],
        "who": entry.person_name,
        "note": note,
    }


def _nothing(_details: dict) -> str:
    return ""


def _directed(details: dict) -> str:
    lead = _("Chủ trì: %(unit)s", unit=details.get("lead", ""))
    by = details.get("leader", "") if details.get("on_behalf") else ""
    recorded = _("ghi theo ý kiến của %(who)s", who=by) if by else ""
    return "\n".join(part for part in (details.get("text", ""), lead, recorded) if part)


def _changed(details: dict) -> str:
    kind = label(details.get("kind"), "change_kind")
    return ": ".join(part for part in (kind, details.get("reason")) if part)


def _told(details: dict) -> str:
    code = details.get("code", "")
    return f"{code} · {label(code, 'business')}"


NOTES = {
    "incoming:register": lambda d: _("Số đến %(n)s", n=d.get("number", "")),
    "incoming:refuse": lambda d: d.get("reason", ""),
    "incoming:submit": lambda d: d.get("leader", ""),
    "incoming:close": lambda d: d.get("reason", ""),
    "incoming:direct": _directed,
    "incoming:withdraw": lambda d: d.get("reason", ""),
    "incoming:replaced": lambda d: d.get("by", ""),
    "change:came": _changed,
    "change:told": lambda d: d.get("reason", ""),
    "change:agree": _changed,
    "change:refuse": _changed,
    "exchange:status_out": _told,
    "document:view_file": lambda d: d.get("name", ""),
    "assignment:hand_on": lambda d: ": ".join(p for p in (d.get("person"), d.get("to")) if p),
    "assignment:progress": lambda d: d.get("note", ""),
    "assignment:complete": lambda d: d.get("result", ""),
}
