"""One change asked of the agency, and the clerk's answer to it."""

from flask import Blueprint, request, url_for

from blueprints.answers import _, done, render
from blueprints.changes.presenting import compared
from blueprints.words import sentence
from domain.errors import Conflict, Invalid
from extensions import current_actor, office
from services import changes
from services.changes import choosing, queries

blueprint = Blueprint("changes", __name__, url_prefix="/changes")
blueprint.add_app_template_filter(compared)


@blueprint.get("/<int:change_id>")
def change(change_id: int):
    return _page(change_id)


@blueprint.post("/<int:change_id>/<any(agree, refuse, take):action>")
def perform(change_id: int, action: str):
    try:
        answered = changes.perform(office(), current_actor(), change_id, action, request.form)
    except (Invalid, Conflict) as refusal:
        if action == "take":
            raise
        return _page(change_id, refusal)
    if action == "take":
        where = url_for("incoming.document", document_id=answered.incoming_id)
        return done(where, _("Đã nhận gói cập nhật thành văn bản đến."))
    said = {
        "agree": _("Đã đồng ý; bên gửi nhận được trả lời."),
        "refuse": _("Đã từ chối; bên gửi nhận được lý do."),
    }
    return done(url_for("changes.change", change_id=answered.id), said[action])


@blueprint.get("/<int:change_id>/documents")
def documents(change_id: int):
    return _choice(change_id)


@blueprint.post("/<int:change_id>/documents")
def choose(change_id: int):
    try:
        chosen = choosing.choose(office(), current_actor(), change_id, request.form.get("document"))
    except Invalid as refusal:
        return _choice(change_id, refusal)
    return done(url_for("changes.change", change_id=chosen.id), _("Đã gắn yêu cầu vào văn bản."))


def _choice(change_id: int, refusal: Invalid | None = None):
    text = request.args.get("q", "")
    change, found = choosing.documents(office(), current_actor(), change_id, text)
    return render(
        "changes/choose.html",
        "list",
        status=refusal.status if refusal else 200,
        change=change,
        documents=found,
        text=text,
        refused=sentence(refusal) if refusal else "",
    )


def _page(change_id: int, refusal: Invalid | Conflict | None = None):
    actor = current_actor()
    found = queries.load(office(), actor, change_id)
    return render(
        "changes/change.html",
        status=refusal.status if refusal else 200,
        change=found,
        actions=changes.available(actor, found),
        may_open=queries.may_open(actor, found.incoming),
        refused=sentence(refusal) if refusal else "",
        about_reason=refusal is not None and refusal.fields.get("field") == "reason",
        typed=request.form.get("reason", ""),
    )
