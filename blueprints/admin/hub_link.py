"""The page of the agency's line to its hub."""

from flask import abort, url_for
from flask_babel import gettext as _

from blueprints.admin.forms import HubLinkForm, shown
from blueprints.admin.routes import blueprint
from blueprints.answers import done, render
from blueprints.forms import refuse
from domain.errors import Refusal
from extensions import current_actor, office
from services import admin


@blueprint.get("/hub-link")
def hub_link():
    return _page()


def _page(status: int = 200, form: HubLinkForm | None = None):
    if office().settings.is_hub:
        abort(404)
    link = admin.hub_link.load(office(), current_actor())
    form = form or HubLinkForm(formdata=None, obj=link)
    seen = admin.seen.mark(link, admin.seen.HUB_LINK) if link else ""
    return render("admin/hub_link.html", status=status, link=link, form=form, seen=seen)


@blueprint.post("/hub-link")
def save_hub_link():
    form, status = HubLinkForm(), 422
    if form.validate_on_submit():
        names = ("endpoint", "system_id", "secret", "kind", "client_id", "client_secret")
        typed = admin.hub_link.LinkFields(**{name: form[name].data or "" for name in names})
        try:
            admin.hub_link.save(office(), current_actor(), typed, shown())
            return done(url_for("admin.hub_link"), _("Đã lưu liên kết với trục."))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return _page(status, form)
