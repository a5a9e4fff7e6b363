"""Sending a signed copy: to whom, picked as for an outgoing document."""

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from blueprints.answers import done, render
from blueprints.copies import labels
from blueprints.copies.routes import blueprint
from blueprints.forms import PageForm, options, refuse
from blueprints.outgoing.labels import URGENCIES
from blueprints.outgoing.recipients import picked, picker
from domain.errors import NotFound, Refusal
from extensions import current_actor, office
from services import copies
from services.copies import sending


class SendForm(PageForm):
    class Meta:
        csrf = False  # CSRFProtect checks every POST; the template draws its own token

    recipient_search = StringField()
    urgency = SelectField(_l("Độ khẩn"), choices=options(URGENCIES))


@blueprint.get("/<int:copy_id>/send")
def send(copy_id: int):
    return _page(copy_id)


@blueprint.post("/<int:copy_id>/send")
def send_to(copy_id: int):
    if "find" in request.form:
        return _page(copy_id)
    try:
        _copy, known = sending.opened(office(), current_actor(), copy_id)
        to = picked(request.form, known)
        sent = {"recipients": to.codes, "informed": to.informed, **_typed()}
        copies.perform(office(), current_actor(), copy_id, "send", sent)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(copy_id, refusal)
    return done(url_for("copies.copy", copy_id=copy_id), f"{labels.SENT} {to.note}".strip())


def _typed() -> dict:
    return {name: request.form.get(name, "") for name in ("urgency", "version")}


def _page(copy_id: int, refusal: Refusal | None = None):
    copy, known = sending.opened(office(), current_actor(), copy_id)
    form = SendForm(request.form)
    status = refuse(form, refusal, "recipient_search") if refusal else 200
    return render(
        "copies/send.html",
        status=status,
        copy=copy,
        form=form,
        sent=copy.sent_as_id is not None,
        number=len(known),
        picker=picker(request.form, known),
    )
