"""The list of delegations, making one and ending one."""

from flask import Blueprint, request, url_for

from blueprints.answers import _, done, render
from blueprints.delegations.forms import DelegationFormPage
from blueprints.delegations.labels import FORMS, line, state
from blueprints.forms import refuse
from domain.errors import Refusal
from domain.permissions import Relation, allowing
from extensions import current_actor, office
from services import delegations
from services.delegations import keeping

blueprint = Blueprint("delegations", __name__, url_prefix="/admin/delegations")


@blueprint.get("/")
def index():
    return _page(_drawn(formdata=None))


@blueprint.post("/")
def grant():
    form = _drawn()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        delegations.grant(office(), current_actor(), _wish(form))
    except Refusal as refusal:
        return _page(form, refuse(form, refusal))
    return done(url_for("delegations.index"), _("Đã ghi việc giao ký."))


@blueprint.post("/<int:delegation_id>/end")
def end(delegation_id: int):
    reason = request.form.get("reason", "")
    delegations.end(office(), current_actor(), delegation_id, reason)
    back = "signing.index" if request.args.get("back") == "desk" else "delegations.index"
    return done(url_for(back), _("Đã thôi giao ký từ hôm nay."))


def _drawn(**options) -> DelegationFormPage:
    form = DelegationFormPage(**options)
    given = delegations.listing(office(), current_actor())
    return form.offer(keeping.candidates(office(), current_actor()), given)


def _wish(form: DelegationFormPage) -> keeping.Wish:
    return keeping.Wish(
        form=form.form.data,
        grantor_id=form.grantor_id.data,
        holder_id=form.holder_id.data,
        types=form.types.data,
        content=form.content.data,
        basis=form.basis.data,
        since=form.since.data,
        until=form.until.data,
        passed_from_id=form.passed_from_id.data or None,
    )


def _page(form: DelegationFormPage, status: int = 200):
    today = office().today()
    rows = [
        {"it": each, "state": state(each, today), "line": line(each)}
        for each in delegations.listing(office(), current_actor())
    ]
    may_end = allowing(current_actor(), "delegation:end", {Relation.AGENCY}) is not None
    context = {"rows": rows, "form": form, "forms": FORMS, "today": today, "may_end": may_end}
    return render("delegations/index.html", status=status, **context)
