"""Where each kind of waiting work is listed."""

from dataclasses import dataclass

from flask import url_for

from blueprints.labels import QUEUES
from services.home import Queue

OWN_PAGES = {"hub_link": "exchange.keys", "reconciliation": "exchange.reconciliation"}
# What a word about the audit chain leads to, by what it is about.
AUDIT_PAGES = {"agency": "admin.audit", "lodged_head": "hub.nodes", "uplink": "hub.uplink_list"}


@dataclass(frozen=True)
class Figure:
    """One count of the home page."""

    label: str
    url: str
    count: int
    overdue: int


def figure(queue: Queue) -> Figure:
    url = url_for(f"{queue.feature}.index", **queue.filters)
    return Figure(str(QUEUES[queue.key]), url, queue.count, queue.overdue)


def notified(kind: str, subject_id: int) -> str:
    """The page a notification is about."""
    if kind == "assignment":
        return url_for("assignments.index")
    if kind == "exchange_message":
        return url_for("exchange.message", message_id=subject_id)
    if kind in OWN_PAGES:
        return url_for(OWN_PAGES[kind])
    if kind == "change":
        return url_for("changes.change", change_id=subject_id)
    if kind == "hub_message":
        return url_for("hub.message", message_id=subject_id)
    if kind in AUDIT_PAGES:
        return url_for(AUDIT_PAGES[kind])
    feature = {"outgoing_document": "outgoing", "incoming_document": "incoming"}[kind]
    return url_for(f"{feature}.document", document_id=subject_id)
