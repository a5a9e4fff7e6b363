"""Where each kind of waiting work is listed."""

from dataclasses import dataclass

from flask import url_for

from blueprints.labels import QUEUES
from services.batches.telling import RESULT
from services.home import Queue

OWN_PAGES = {
    "certificate_binding": "signing.key",
    "hub_link": "exchange.keys",
    "time_authority_check": "admin.time_authority",
    "reconciliation": "exchange.reconciliation",
}
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


# The page of one thing: endpoint and the name of its id there.
THINGS = {
    "exchange_message": ("exchange.message", "message_id"),
    "hub_message": ("hub.message", "message_id"),
    "change": ("changes.change", "change_id"),
    "signing_batch": ("batches.batch", "batch_id"),
    "certified_copy": ("copies.copy", "copy_id"),
    "outgoing_document": ("outgoing.document", "document_id"),
    "incoming_document": ("incoming.document", "document_id"),
}


def notified(kind: str, subject_id: int, told: str = "") -> str:
    """The page a notification is about; `told`: of which kind it is."""
    if kind == "signing_batch" and told != RESULT:
        # Whoever did not start it sees those of its documents that are theirs to see.
        return url_for("outgoing.index", batch=subject_id)
    if kind == "assignment":
        return url_for("assignments.index")
    lists = OWN_PAGES | AUDIT_PAGES
    if kind in lists:
        return url_for(lists[kind])
    endpoint, argument = THINGS[kind]
    return url_for(endpoint, **{argument: subject_id})
