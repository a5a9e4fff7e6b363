"""Systems that call the axis: what waits for each, locks, secrets. A secret is shown in the answer
to the very request that made it and nowhere else, so that answer is a page and no redirect."""

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.answers import done, render
from blueprints.forms import refuse
from blueprints.hub.forms import AccountForm
from blueprints.hub.routes import blueprint
from domain.errors import Invalid
from extensions import current_actor, office
from services.hub import accounts, systems


@blueprint.get("/nodes")
def nodes():
    rows = systems.nodes(office(), current_actor())
    return render("hub/nodes.html", rows=rows, now=office().now(), mark=accounts.mark)


@blueprint.route("/nodes/new", methods=["GET", "POST"])
def new_node():
    form = AccountForm()
    if request.method == "GET":
        form.system_id.data = request.args.get("code", "")
        return render("hub/node_new.html", form=form)
    if not form.validate():
        return render("hub/node_new.html", status=422, form=form)
    actor, system_id, name = current_actor(), form.system_id.data, form.node_name.data or ""
    try:
        _account_id, secret = accounts.create(office(), actor, system_id, name)
    except Invalid as refusal:
        return render("hub/node_new.html", status=refuse(form, refusal), form=form)
    return render("hub/secret.html", system_id=system_id.strip(), secret=secret, overlap=None)


@blueprint.post("/nodes/<int:account_id>/rotate")
def rotate_secret(account_id: int):
    system_id, secret = accounts.rotate(
        office(), current_actor(), account_id, request.form.get("shown", "")
    )
    days = accounts.OVERLAP.days
    return render("hub/secret.html", system_id=system_id, secret=secret, overlap=days)


@blueprint.post("/nodes/<int:account_id>/lock")
def lock_node(account_id: int):
    accounts.set_locked(office(), current_actor(), account_id, True)
    return done(url_for("hub.nodes"), _("Đã khóa: hệ thống này không gọi trục được nữa."))


@blueprint.post("/nodes/<int:account_id>/unlock")
def unlock_node(account_id: int):
    accounts.set_locked(office(), current_actor(), account_id, False)
    return done(url_for("hub.nodes"), _("Đã mở khóa."))
