"""Messages in transit: the list with its filters, and one message with its way."""

from flask import request

from blueprints.addresses import whole
from blueprints.answers import render
from blueprints.hub import labels
from blueprints.hub.routes import blueprint
from blueprints.hub.timeline import events
from blueprints.receipts import shown
from extensions import current_actor, office
from services.hub import overview, receipts


@blueprint.get("/messages")
def messages():
    args = request.args
    filters = overview.Filters(
        text=args.get("q", ""),
        state=args.get("state", ""),
        kind=args.get("kind", ""),
        sender=args.get("sender", ""),
        recipient=args.get("recipient", ""),
    )
    page = max(args.get("page", 1, type=whole), 1)
    rows, total = overview.messages(office(), current_actor(), filters, page)
    return render(
        "hub/messages.html",
        "list",
        rows=rows,
        total=total,
        page=page,
        per_page=overview.PER_PAGE,
        filters=filters,
        counts=overview.unfinished_counts(office()),
        labels=labels,
    )


def proofs(message_id: int) -> list[dict]:
    found = receipts.of_message(office(), message_id)
    return [shown(each, "hub.receipt") for each in found.values()]


@blueprint.get("/messages/<int:message_id>")
def message(message_id: int):
    page = max(request.args.get("page", 1, type=whole), 1)
    seen = overview.message(office(), current_actor(), message_id, page)
    return render(
        "hub/message.html",
        shown=seen,
        message=seen.message,
        events=events(seen),
        receipts=proofs(message_id),
        page=page,
        per_page=overview.DELIVERIES_PER_PAGE,
        labels=labels,
    )
