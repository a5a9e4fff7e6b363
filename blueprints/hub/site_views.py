"""The state of the nodes: the worst first, one with what it told last, and their administration."""

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.forms import refuse
from blueprints.hub import labels
from blueprints.hub.forms import SiteForm
from blueprints.hub.routes import blueprint
from blueprints.problems import problem
from domain.errors import Refusal
from extensions import current_actor, office
from services.federation import overview, sites


@blueprint.get("/nodes/state")
def sites_state():
    page = max(request.args.get("page", 1, type=whole), 1)
    rows, total, counts = overview.listing(office(), current_actor(), page)
    return render(
        "hub/sites.html",
        rows=rows,
        total=total,
        counts=counts,
        page=page,
        per_page=overview.PER_PAGE,
        labels=labels,
        problem=problem,
        now=office().now(),
    )


@blueprint.post("/nodes/state/ask")
def ask_sites():
    sites.ask_now(office(), current_actor())
    return done(
        url_for("hub.sites_state"), _("Đang hỏi tất cả các nút; tải lại trang sau ít giây.")
    )


@blueprint.route("/nodes/state/new", methods=["GET", "POST"])
def new_site():
    form = SiteForm()
    if request.method == "GET":
        return render("hub/site_edit.html", form=form, site=None)
    return _save(form, None)


@blueprint.get("/nodes/state/<int:site_id>")
def site(site_id: int):
    shown = overview.site(office(), current_actor(), site_id)
    return render("hub/site.html", shown=shown, labels=labels, now=office().now())


@blueprint.route("/nodes/state/<int:site_id>/edit", methods=["GET", "POST"])
def edit_site(site_id: int):
    found = overview.site(office(), current_actor(), site_id).row.site
    if request.method == "GET":
        return render("hub/site_edit.html", form=SiteForm(obj=found), site=found)
    return _save(SiteForm(), found)


def _save(form: SiteForm, found):
    if not form.validate():
        return render("hub/site_edit.html", status=422, form=form, site=found)
    typed = sites.SiteFields(form.system_id.data, form.name.data or "", form.address.data or "")
    try:
        if found is None:
            site_id = sites.add(office(), current_actor(), typed)
        else:
            site_id = found.id
            sites.change(office(), current_actor(), site_id, typed)
    except Refusal as refusal:
        return render("hub/site_edit.html", status=refuse(form, refusal), form=form, site=found)
    return done(url_for("hub.site", site_id=site_id), _("Đã lưu nút."))


@blueprint.post("/nodes/state/<int:site_id>/ask")
def ask_site(site_id: int):
    sites.ask_now(office(), current_actor(), site_id)
    back = url_for("hub.site", site_id=site_id)
    return done(back, _("Đang hỏi nút này; tải lại trang sau ít giây."))


@blueprint.post("/nodes/state/<int:site_id>/clear")
def clear_site(site_id: int):
    sites.clear(office(), current_actor(), site_id, request.form.get("reason", ""))
    return done(url_for("hub.site", site_id=site_id), _("Đã ghi nhận lời giải thích."))


@blueprint.post("/nodes/state/<int:site_id>/remove")
def remove_site(site_id: int):
    sites.remove(office(), current_actor(), site_id)
    return done(url_for("hub.sites_state"), _("Đã bỏ nút và những gì nút ấy báo cáo."))
