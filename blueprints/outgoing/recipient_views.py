"""Recipients of a dispatched document: what became of it at each, and sending it to more."""

from flask import request, url_for
from wtforms import StringField

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.forms import PageForm, refuse
from blueprints.outgoing import tracking
from blueprints.outgoing.labels import DONE
from blueprints.outgoing.recipients import picked, picker
from blueprints.outgoing.routes import blueprint
from domain.errors import Refusal
from extensions import current_actor, office
from services import outgoing
from services.outgoing import addressing, queries

ADD = "add_recipients"


class AddForm(PageForm):
    class Meta:
        csrf = False  # CSRFProtect checks every POST; the template draws its own token

    recipient_search = StringField()


@blueprint.get("/<int:document_id>/recipients")
def tracked(document_id: int):
    """Every recipient, a page at a time."""
    doc = queries.brief(office(), current_actor(), document_id)
    args = request.args
    shown = tracking.listing(
        doc, args.get("tab", "all"), args.get("q", ""), args.get("page", 1, type=whole)
    )
    return render("outgoing/tracked.html", "list", doc=doc, **shown)


@blueprint.get("/<int:document_id>/recipients/add")
def add_recipients(document_id: int):
    return _page(document_id)


@blueprint.post("/<int:document_id>/recipients/add")
def send_to_more(document_id: int):
    if "find" in request.form:
        return _page(document_id)
    try:
        doc = queries.may_step(office(), current_actor(), document_id, ADD)
        to = picked(request.form, addressing.codes_of(doc))
        sent = {"recipients": to.codes, "informed": to.informed, "tell": request.form.get("tell")}
        outgoing.perform(office(), current_actor(), document_id, ADD, sent)
    except Refusal as refusal:
        return _page(document_id, refusal)
    where = url_for("outgoing.document", document_id=document_id)
    return done(where, f"{DONE[ADD]} {to.note}".strip())


def _page(document_id: int, refusal: Refusal | None = None):
    doc = queries.may_step(office(), current_actor(), document_id, ADD)
    form = AddForm(request.form)
    status = refuse(form, refusal, "recipient_search") if refusal else 200
    return render(
        "outgoing/add_recipients.html",
        status=status,
        doc=doc,
        form=form,
        tells="tell" in request.form,
        picker=picker(request.form, addressing.codes_of(doc)),
    )
