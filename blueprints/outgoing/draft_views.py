"""Drafting: the form for a new draft and for editing one, and the picker of recipients."""

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from blueprints.addresses import whole
from blueprints.answers import done, flash_refusal, is_fragment, render
from blueprints.delegations.labels import signers as delegated
from blueprints.forms import new_token, refuse
from blueprints.outgoing.enclosures import enclosed_copy, with_copy
from blueprints.outgoing.forms import DraftForm, fields, of_document
from blueprints.outgoing.recipients import chosen_group, found, listed, note_of, picker
from blueprints.outgoing.recipients import picked as recipients_of
from blueprints.outgoing.routes import blueprint
from blueprints.words import sentence
from domain.errors import Conflict, Invalid, Refusal
from domain.permissions import Relation, allowing, require
from extensions import current_actor, office
from models.outgoing import OutgoingDocument
from services import outgoing
from services.outgoing import drafting, group_lists

PAGE = "outgoing/form.html"
PICKER = "outgoing/recipients.html"


@blueprint.get("/new")
def new():
    """An empty form; `?answers=` names an incoming document, whose sender is proposed, `?replaces=`
    a document of ours, whose recipients are, `?copy=` a certified copy to send along."""
    typed = MultiDict({"type_name": "Công văn", "source": "form"})
    if answers := request.args.get("answers", type=whole):
        arrival = drafting.answered(office(), current_actor(), answers)
        typed["answers_id"] = str(arrival.id)
        typed.setlist("recipients", [arrival.sender_code] if arrival.sender_code else [])
    if replaces := request.args.get("replaces", type=whole):
        older = drafting.replaced(office(), current_actor(), replaces)
        typed["replaces_id"], typed["subject"] = str(older.id), older.subject
        typed["type_name"] = older.type_name
        typed.setlist("recipients", [each.code for each in older.recipients])
    typed["copy_id"] = request.args.get("copy", "")
    return _form_page(typed)


@blueprint.post("/new")
def create():
    if request.form.get("secrecy"):
        return _send_away(request.form["secrecy"])
    form = DraftForm(request.form)
    if "find" in request.form:
        return _form_page(request.form)
    if not form.validate():
        return _form_page(request.form, form=form, status=422)
    to = recipients_of(request.form)
    try:
        sent = with_copy(fields(request.form, request.files, to))
        created = outgoing.create(office(), current_actor(), sent)
    except Refusal as refusal:
        return _form_page(request.form, refusal=refusal, form=form)
    where = url_for("outgoing.document", document_id=created)
    return done(where, f"{_('Đã lưu dự thảo.')} {to.note}".strip())


@blueprint.get("/<int:document_id>/edit")
def edit(document_id: int):
    doc = outgoing.open_draft(office(), current_actor(), document_id)
    typed = of_document(doc)
    typed.setlist("recipients", [recipient.code for recipient in doc.recipients])
    typed.setlist("informed", [r.code for r in doc.recipients if r.for_information])
    return _form_page(typed, doc=doc)


@blueprint.post("/<int:document_id>/edit")
def save(document_id: int):
    if request.form.get("secrecy"):
        return _send_away(request.form["secrecy"])
    form = DraftForm(request.form)
    refusal, status = None, 422
    if "find" in request.form:
        status = 200
    elif form.validate():
        try:
            to = recipients_of(request.form)
            sent = fields(request.form, request.files, to)
            outgoing.perform(office(), current_actor(), document_id, "edit", sent)
            where = url_for("outgoing.document", document_id=document_id)
            return done(where, f"{_('Đã lưu dự thảo thành bản mới.')} {to.note}".strip())
        except Refusal as raised:
            refusal = raised
    doc = outgoing.load(office(), current_actor(), document_id)
    return _form_page(request.form, doc=doc, refusal=refusal, form=form, status=status)


@blueprint.get("/recipients")
def recipients():
    """What a search of the picker found; opened by itself, the form around it."""
    if not is_fragment():
        return _form_page(MultiDict(request.args))
    chosen = frozenset(request.args.getlist("recipients"))
    return render(PICKER, "found", picker=found(request.args, chosen))


@blueprint.get("/recipients/group")
def group_lines():
    """The members of a group, to be sent with the form; opened by itself, the form around them."""
    group = chosen_group(request.args) if is_fragment() else None
    if group is None:
        return _form_page(MultiDict(request.args))
    informed = {entry.code for entry in group.entries if "group_informed" in request.args}
    return render(
        "outgoing/group_lines.html",
        id=f"group-{new_token()}",
        note=note_of(group),
        lines=listed(group.entries, frozenset(informed)),
        groups=group_lists.groups(office(), current_actor()),
    )


def _send_away(secrecy: str):
    """Law 10: what was typed is neither kept nor shown again; on another page the browser lets go
    of its own copy too."""
    flash_refusal(sentence(Invalid("secret-not-drafted", secrecy=secrecy)))
    may = allowing(current_actor(), "secret_document:create", {Relation.AGENCY})
    return done(url_for("registers.new_secret" if may else "outgoing.index"))


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
    form = (form or DraftForm(typed)).offer(leaders, delegated())
    if refusal is not None:
        about_recipients = refusal.fields.get("field") == "recipients"
        status = refuse(form, refusal, "recipient_search" if about_recipients else "")
    changed = isinstance(refusal, Conflict) and refusal.code == "stale"
    if changed:  # saving again is then a decision: every version is kept
        form.version.data = str(doc.version)
    made = refusal.fields["document_id"] if refusal and refusal.code == "draft-made" else None
    if made:  # sent again, it is another draft
        form.form_token.data = new_token()
    context = {"picker": picker(typed), "doc": doc, "enclosed_copy": enclosed_copy(form)}
    # A browser never fills in a file again: say which ones have to be chosen once more.
    files = request.files.items(multi=True)
    context["dropped"] = [file.filename for _field, file in files if file.filename]
    return render(PAGE, status=status, form=form, changed=changed, made=made, **context)
