"""The list of incoming documents, the page of one, and the steps people take on it."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from blueprints.addresses import whole
from blueprints.answers import done, is_fragment, render
from blueprints.incoming import page, scanning
from blueprints.incoming.filtering import FilterForm
from blueprints.incoming.forms import ACTIONS, PaperForm
from blueprints.words.doubts import doubted
from blueprints.words.evidence import disproven, proven
from blueprints.words.repairs import repaired
from domain.errors import Conflict, Invalid
from extensions import current_actor, office
from services import incoming
from services.incoming import queries

blueprint = Blueprint("incoming", __name__, url_prefix="/incoming")
blueprint.add_app_template_filter(proven)
blueprint.add_app_template_test(disproven)
blueprint.add_app_template_filter(repaired)
blueprint.add_app_template_filter(doubted)
STEPS = ", ".join(ACTIONS)


@blueprint.get("/")
def index():
    form = FilterForm(request.args)
    number = request.args.get("page", 1, type=whole)
    found = queries.listing(office(), current_actor(), form.values, max(number, 1))
    return render("incoming/index.html", block="list", **page.listed(found), filters=form)


@blueprint.get("/<int:document_id>")
def document(document_id: int):
    return render("incoming/document.html", **page.of(document_id))


@blueprint.post(f"/<int:document_id>/<any({STEPS}):action>")
def perform(document_id: int, action: str):
    form = ACTIONS[action]()
    from_list = is_fragment() and "row" in request.form
    if not form.validate_on_submit():
        return render("incoming/document.html", status=422, **page.of(document_id, form))
    try:
        changed = incoming.perform(office(), current_actor(), document_id, action, form.values)
    except (Invalid, Conflict) as refusal:
        if from_list:
            raise
        shown = page.of(document_id, form, refusal)
        return render("incoming/document.html", status=refusal.status, **shown)
    if from_list:
        again = queries.row(office(), current_actor(), document_id)
        shown = page.listed(again) | {"said": page.said(action, changed)}
        return render("incoming/changed.html", **shown, d=again.rows[0])
    return done(_next(document_id), page.said(action, changed))


@blueprint.get("/new")
def new():
    return render("incoming/new.html", **page.of_paper(PaperForm()))


@blueprint.post("/new")
def create():
    form = PaperForm()
    try:
        if made := _again(form):
            return made
        upload = scanning.received(form)
        if "read" in request.form:
            scanning.prefill(form, upload)
            return render("incoming/new.html", **page.of_paper(form, upload))
        if not form.validate():
            return render("incoming/new.html", status=422, **page.of_paper(form, upload))
        made = incoming.register_paper(office(), current_actor(), form.values, upload)
    except (Invalid, Conflict) as refusal:
        shown = page.of_paper(form, scanning.kept(form), refusal)
        return render("incoming/new.html", status=refusal.status, **shown)
    return done(url_for("incoming.document", document_id=made.id), page.said("register", made))


def _again(form: PaperForm):
    """The way to what this drawn form registered already, after a second press or going back."""
    if "read" in request.form:
        return None
    made = incoming.registered_with(office(), current_actor(), form.values)
    if made is None:
        return None
    said = _("Văn bản này đã vào sổ với số đến %(n)s, không vào sổ lần nữa.", n=made.arrival_number)
    return done(url_for("incoming.document", document_id=made.id), said)


@blueprint.get("/uploads/<token>/<int:number>.webp")
def scan(token: str, number: int):
    return scanning.picture(token, number)


def _next(document_id: int) -> str:
    """Where the person goes on: the list they acted in, or the document."""
    if "row" in request.form:
        return url_for("incoming.index", state=request.form["row"] or None)
    return url_for("incoming.document", document_id=document_id)
