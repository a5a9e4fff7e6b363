"""Messages in transit: the list with its filters, and one message with its way."""

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.hub import labels
from blueprints.hub.routes import blueprint
from blueprints.hub.timeline import events
from blueprints.receipts import shown
from blueprints.words import sentence
from blueprints.words.tags import tag_name
from domain.dates import read_day
from domain.errors import Invalid
from extensions import current_actor, office
from services.hub import holding, overview, receipts

STEPS = {
    "again": (holding.again, _l("Đã giao lại: bên nhận sẽ thấy gói tin ở lần lấy tới.")),
    "park": (holding.park, _l("Đã tạm giữ: bên nhận chưa lấy được gói tin.")),
    "unpark": (holding.unpark, _l("Đã thôi giữ: bên nhận sẽ thấy gói tin ở lần lấy tới.")),
}


@blueprint.get("/messages")
def messages():
    args = request.args
    filters = overview.Filters(
        text=args.get("q", ""),
        state=args.get("state", ""),
        kind=args.get("kind", ""),
        sender=args.get("sender", ""),
        recipient=args.get("recipient", ""),
        since=args.get("since", type=read_day),
        until=args.get("until", type=read_day),
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
        most=overview.MOST_COUNTED,
        filters=filters,
        counts=overview.unfinished_counts(office()),
        labels=labels,
    )


def proofs(message_id: int) -> list[dict]:
    found = receipts.of_message(office(), message_id)
    return [shown(each, "hub.receipt") for each in found.values()]


@blueprint.get("/messages/<int:message_id>")
def message(message_id: int):
    return _message_page(message_id)


@blueprint.post(
    "/messages/<int:message_id>/deliveries/<int:delivery_id>/<any(again, park, unpark):step>"
)
def step_delivery(message_id: int, delivery_id: int, step: str):
    """Offers a package again, holds it back, lets it go: each with a reason."""
    act, said = STEPS[step]
    try:
        message_id = act(office(), current_actor(), delivery_id, request.form.get("reason", ""))
    except Invalid as refusal:
        return _message_page(message_id, 422, (delivery_id, step, sentence(refusal)))
    return done(url_for("hub.message", message_id=message_id), str(said))


def _message_page(message_id: int, status: int = 200, refused: tuple | None = None):
    page = max(request.args.get("page", 1, type=whole), 1)
    seen = overview.message(office(), current_actor(), message_id, page)
    return render(
        "hub/message.html",
        status=status,
        shown=seen,
        message=seen.message,
        events=events(seen),
        receipts=proofs(message_id),
        page=page,
        per_page=overview.DELIVERIES_PER_PAGE,
        refused=refused or (0, "", ""),
        days=office().settings.payload_days,
        tag_name=tag_name,
        labels=labels,
    )
