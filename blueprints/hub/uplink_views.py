"""Pages of the hub's lines to other axes: the lines, the routes by code, what did not get through.
A secret goes in and never out."""

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.answers import done, render
from blueprints.forms import options, refuse
from blueprints.hub.routes import blueprint
from blueprints.hub.uplink_forms import KINDS, RouteForm, UplinkForm
from domain.errors import Refusal
from extensions import current_actor, office
from services.hub import relaying, uplinks


@blueprint.get("/uplinks")
def uplink_list():
    return _listed(RouteForm(formdata=None))


def _listed(form: RouteForm, status: int = 200):
    found = uplinks.overview(office(), current_actor())
    names = {f"uplink:{uplink.id}": uplink.name for uplink in found.uplinks}
    for account in found.accounts:
        label = _("Hệ thống %(code)s", code=account.system_id)
        names[f"system:{account.id}"] = f"{label} {account.node_name}".strip()
    form.target.choices = options(names.items())
    return render("hub/uplinks.html", status=status, found=found, form=form, kinds=KINDS)


@blueprint.route("/uplinks/new", methods=["GET", "POST"])
def new_uplink():
    form, status = UplinkForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                uplinks.add(office(), current_actor(), _fields(form))
                return done(url_for("hub.uplink_list"), _("Đã thêm kết nối lên trục khác."))
            except Refusal as refusal:
                status = refuse(form, refusal)
    return render("hub/uplink.html", status=status, form=form, uplink=None)


@blueprint.route("/uplinks/<int:uplink_id>", methods=["GET", "POST"])
def edit_uplink(uplink_id: int):
    uplink = uplinks.load(office(), current_actor(), uplink_id)
    form, status = UplinkForm(obj=uplink), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                uplinks.edit(office(), current_actor(), uplink_id, _fields(form))
                return done(url_for("hub.uplink_list"), _("Đã lưu kết nối."))
            except Refusal as refusal:
                status = refuse(form, refusal)
    return render("hub/uplink.html", status=status, form=form, uplink=uplink)


def _fields(form: UplinkForm) -> uplinks.UplinkFields:
    names = ("name", "kind", "endpoint", "system_id", "secret", "client_id", "client_secret")
    return uplinks.UplinkFields(**{name: form[name].data or "" for name in names})


@blueprint.post("/uplinks/<int:uplink_id>/close")
def close_uplink(uplink_id: int):
    uplinks.set_active(office(), current_actor(), uplink_id, False)
    return done(url_for("hub.uplink_list"), _("Đã đóng kết nối; gói tin đi đường này sẽ chờ."))


@blueprint.post("/uplinks/<int:uplink_id>/open")
def open_uplink(uplink_id: int):
    uplinks.set_active(office(), current_actor(), uplink_id, True)
    return done(url_for("hub.uplink_list"), _("Đã mở kết nối."))


@blueprint.post("/uplinks/routes")
def add_route():
    form, status = RouteForm(), 422
    if form.validate():
        typed = (form.pattern.data, form.target.data or "")
        try:
            uplinks.add_route(office(), current_actor(), *typed)
            return done(url_for("hub.uplink_list"), _("Đã thêm tuyến."))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return _listed(form, status)


@blueprint.post("/uplinks/routes/<int:route_id>/remove")
def remove_route(route_id: int):
    uplinks.remove_route(office(), current_actor(), route_id)
    return done(url_for("hub.uplink_list"), _("Đã bỏ tuyến."))


@blueprint.post("/uplinks/relays/<int:relay_id>/resume")
def resume_relay(relay_id: int):
    relaying.resume(office(), current_actor(), relay_id)
    return done(url_for("hub.uplink_list"), _("Trục sẽ chuyển lại ngay."))
