"""The way of one message as entries of a timeline: accepted, fetched, acknowledged, reported."""

from datetime import datetime

from flask_babel import gettext as _

from blueprints.labels import BUSINESS
from blueprints.words.tags import tag_name
from domain.dates import local
from models.audit import AuditEntry
from services.hub.overview import MessagePage

STEPS = {
    "hub:delivery_again": "info",
    "hub:delivery_park": "bad",
    "hub:delivery_unpark": "info",
    "hub:payload_remove": "plain",
}


def events(page: MessagePage) -> list[dict]:
    """In order of time; of many recipients those on the page shown."""
    found = [_event(page.message.created_at, _("Trục đã nhận gói tin"), _sender(page), "info")]
    for delivery in page.deliveries:
        name = page.names.get(delivery.recipient_code, delivery.recipient_code)
        if delivery.fetched_at:
            found.append(_event(delivery.fetched_at, _("Bên nhận đã lấy về"), name, "info"))
        if delivery.finished_at:
            failed = delivery.state == "FAIL"
            title = _("Bên nhận báo nhận không được") if failed else _("Bên nhận xác nhận đã nhận")
            found.append(_event(delivery.finished_at, title, name, "bad" if failed else "good"))
    for status in page.statuses:
        name = page.names.get(status.sender_code, status.sender_code)
        label, tone = BUSINESS.get(status.status_code, (_("Trạng thái"), "plain"))
        title = f"{status.status_code} · {label}"
        found.append(_event(status.created_at, title, name, tone) | {"note": status.subject})
    found += [_step(entry, page) for entry in page.audited if entry.tag in STEPS]
    return sorted(found, key=lambda event: event["at"])


def _step(entry: AuditEntry, page: MessagePage) -> dict:
    """What somebody did with it, or the nightly clearing."""
    code = str(entry.details.get("recipient", ""))
    title = tag_name(entry.tag) + (f": {page.names.get(code, code)}" if code else "")
    event = _event(entry.at, title, entry.person_name, STEPS[entry.tag])
    return event | {"note": str(entry.details.get("reason", ""))}


def _event(at: datetime, title: str, who: str, tone: str) -> dict:
    return {"at": local(at), "title": title, "who": who, "tone": tone}


def _sender(page: MessagePage) -> str:
    return page.names.get(page.message.sender_code, page.message.sender_code)
