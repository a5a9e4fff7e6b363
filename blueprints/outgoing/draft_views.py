"""Drafting: the form for a new draft and for editing one, and the picker of recipients."""

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from blueprints.addresses import whole
from blueprints.answers import done, is_fragment, render
from blueprints.forms import new_token, refuse
from blueprints.outgoing.forms import DraftForm, fields, of_document
from blueprints.outgoing.routes import blueprint
from domain.errors import Conflict, Refusal
from domain.permissions import Relation, require
from extensions import current_actor, office
from models.outgoing import OutgoingDocument
from services import directory, outgoing
from services.outgoing import drafting

PAGE = "outgoing/form.html"


@blueprint.get("/new")
def new():
    """An empty form; `?answers=` names an incoming document, whose sender is proposed."""
    typed = MultiDict({"type_name": "Công văn", "source": "form"})
    if answers := request.args.get("answers", type=whole):
        arrival = drafting.answered(office(), current_actor(), answers)
        typed["answers_id"] = str(arrival.id)
        typed.setlist("recipients", [arrival.sender_code] if arrival.sender_code else [])
    return _form_page(typed)


@blueprint.post("/new")
def create():
    form = DraftForm(request.form)
    if "find" in request.form:
        return _form_page(request.form)
    if not form.validate():
        return _form_page(request.form, form=form, status=422)
    try:
        created = outgoing.create(office(), current_actor(), fields(request.form, request.files))
    except Refusal as refusal:
        return _form_page(request.form, refusal=refusal, form=form)
    return done(url_for("outgoing.document", document_id=created), _("Đã lưu dự thảo."))


@blueprint.get("/<int:document_id>/edit")
def edit(document_id: int):
    doc = outgoing.open_draft(office(), current_actor(), document_id)
    typed = of_document(doc)
    typed.setlist("recipients", [recipient.code for recipient in doc.recipients])
    typed.setlist("informed", [r.code for r in doc.recipients if r.for_information])
    return _form_page(typed, doc=doc)


@blueprint.post("/<int:document_id>/edit")
def save(document_id: int):
    form = DraftForm(request.form)
    refusal, status = None, 422
    if "find" in request.form:
        status = 200
    elif form.validate():
        try:
            sent = fields(request.form, request.files)
            outgoing.perform(office(), current_actor(), document_id, "edit", sent)
            where = url_for("outgoing.document", document_id=document_id)
            return done(where, _("Đã lưu dự thảo thành bản mới."))
        except Refusal as raised:
            refusal = raised
    doc = outgoing.load(office(), current_actor(), document_id)
    return _form_page(request.form, doc=doc, refusal=refusal, form=form, status=status)


@blueprint.get("/recipients")
def recipients():
    """The picker alone: what is chosen, and what the search found; opened by itself, the form
    around it."""
    if not is_fragment():
        return _form_page(MultiDict(request.args))
    return render(PAGE, "picker", **_picker(request.args), **_frame_of(None))


def _form_page(
    typed: MultiDict,
    doc: OutgoingDocument | None = None,
    refusal: Refusal | None = None,
    form: DraftForm | None = None,
    status: int = 200,
):
    if doc is None:
        require(current_actor(), "outgoing:create", {Relation.AGENCY})
    leaders = drafting.leaders_of(office(), current_actor().agency_id)
    form = (form or DraftForm(typed)).offer(leaders)
    if refusal is not None:
        about_recipients = refusal.fields.get("field") == "recipients"
        status = refuse(form, refusal, "recipient_search" if about_recipients else "")
    changed = isinstance(refusal, Conflict) and refusal.code == "stale"
    if changed:  # saving again is then a decision: every version is kept
        form.version.data = str(doc.version)
    made = refusal.fields["document_id"] if refusal and refusal.code == "draft-made" else None
    if made:  # sent again, it is another draft
        form.form_token.data = new_token()
    context = _picker(typed) | _frame_of(doc)
    # A browser never fills in a file again: say which ones have to be chosen once more.
    files = request.files.items(multi=True)
    context["dropped"] = [file.filename for _field, file in files if file.filename]
    return render(PAGE, status=status, form=form, changed=changed, made=made, **context)


def _frame_of(doc: OutgoingDocument | None) -> dict:
    return {"doc": doc}


def _picker(typed: MultiDict) -> dict:
    text = typed.get("recipient_search", "")
    codes = typed.getlist("recipients")
    found = drafting.possible_recipients(office(), current_actor(), text)
    return {
        "chosen": directory.named(office(), codes),
        "informed": typed.getlist("informed"),
        "found": [entry for entry in found if entry.code not in codes],
        "searched": text.strip(),
    }
