"""The list, asking for a copy, the page of one and the door of its steps."""

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.copies import labels, page
from blueprints.copies.forms import CopyForm
from blueprints.copies.routes import blueprint
from blueprints.forms import refuse
from blueprints.outgoing.forms import upload
from domain.errors import NotFound, Refusal
from domain.permissions import Relation, require
from extensions import current_actor, office
from services import copies
from services.copies import authority, drafting

STEPS = ", ".join(labels.DONE)


@blueprint.get("/")
def index():
    args = request.args
    number = args.get("page", 1, type=whole)
    asked = {"tab": args.get("state", "all"), "text": args.get("q", ""), "page": number}
    mine = args.get("waiting") == "1"
    found = copies.listing(office(), current_actor(), **asked, mine=mine)
    return render("copies/index.html", "list", **page.listed(found, asked["text"]), mine=mine)


@blueprint.get("/new")
def new():
    require(current_actor(), "copy:create", {Relation.AGENCY})
    named = {f"{key}_id": request.args.get(key, "") for key in ("incoming", "outgoing")}
    original = drafting.proposed(office(), current_actor(), named)
    return _form_page(CopyForm(formdata=None).propose(original), original)


@blueprint.post("/new")
def create():
    require(current_actor(), "copy:create", {Relation.AGENCY})
    form = CopyForm(request.form)
    original = drafting.proposed(office(), current_actor(), request.form)
    if not form.validate():
        return _form_page(form, original, 422)
    sent = form.data | {"file": upload(request.files.get("file"))}
    try:
        made = copies.create(office(), current_actor(), sent)
    except NotFound:
        raise
    except Refusal as refusal:
        return _form_page(form, original, refuse(form, refusal, "file"))
    return done(url_for("copies.copy", copy_id=made), _("Đã đề nghị sao văn bản."))


@blueprint.get("/<int:copy_id>")
def copy(copy_id: int):
    return render("copies/copy.html", **page.of(copy_id))


@blueprint.post(f"/<int:copy_id>/<any({STEPS}):action>")
def act(copy_id: int, action: str):
    try:
        made = copies.perform(office(), current_actor(), copy_id, action, request.form.to_dict())
    except NotFound:
        raise
    except Refusal as refusal:
        context = page.of(copy_id, refusal, action)
        return render("copies/copy.html", status=refusal.status, **context)
    if token := page.token_address(made):
        return done(token, str(labels.ON_TOKEN[action]))
    return done(url_for("copies.copy", copy_id=copy_id), str(labels.DONE[action]))


@blueprint.get("/<int:copy_id>/status")
def status(copy_id: int):
    turn = request.args.get("turn", 0, type=whole)
    return page.status(copy_id, turn)


def _form_page(form: CopyForm, original, code: int = 200):
    form.offer(authority.approvers(office(), current_actor().agency_id))
    return render("copies/new.html", status=code, form=form, original=original)
