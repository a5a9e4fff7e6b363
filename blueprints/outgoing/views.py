"""The list, the document page, and the door of its actions."""

from flask import abort, request, url_for

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.outgoing import signing
from blueprints.outgoing.forms import upload
from blueprints.outgoing.labels import DONE
from blueprints.outgoing.page import document_page, list_page
from blueprints.outgoing.recipients import picked
from blueprints.outgoing.routes import blueprint
from domain.errors import NotFound, Refusal
from extensions import current_actor, office
from services import outgoing


@blueprint.get("/")
def index():
    args = request.args
    filters = outgoing.Filters(
        state=args.get("state", "all"),
        text=args.get("q", ""),
        type_name=args.get("type", ""),
        unit_id=args.get("unit", type=whole),
        mine=args.get("mine") == "1",
        waiting=args.get("waiting") == "1",
        batch=args.get("batch", type=whole),
    )
    found = outgoing.listing(office(), current_actor(), filters, args.get("page", 1, type=whole))
    return render("outgoing/index.html", "list", **list_page(found, filters))


@blueprint.get("/<int:document_id>")
def document(document_id: int):
    return render("outgoing/document.html", **document_page(document_id))


@blueprint.post("/<int:document_id>/<action>")
def act(document_id: int, action: str):
    if action not in DONE:
        abort(404)
    try:
        doc = outgoing.perform(office(), current_actor(), document_id, action, _typed())
    except NotFound:
        raise
    except Refusal as refusal:
        context = document_page(document_id, refusal, action)
        return render("outgoing/document.html", status=refusal.status, **context)
    address = url_for("outgoing.document", document_id=document_id)
    return done(signing.token_address(doc) or address, str(DONE[action]))


def _typed() -> dict:
    """The form; recipients are ticked, listed, named by their codes or taken from a group."""
    to = picked(request.form)
    return request.form.to_dict() | {
        "recipients": to.codes,
        "informed": to.informed,
        "dropped": request.form.getlist("dropped"),
        "notice_file": upload(request.files.get("notice_file")),
    }
