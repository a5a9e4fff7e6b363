"""Pages of the agency's units."""

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.admin.forms import UnitForm, shown
from blueprints.admin.routes import blueprint
from blueprints.answers import done, render
from blueprints.forms import refuse
from blueprints.words import sentence
from domain.errors import NotFound, Refusal
from extensions import current_actor, office
from services import admin


@blueprint.get("/units")
def units():
    return _units_page()


def _units_page(status: int = 200, form: UnitForm | None = None, problem: str = ""):
    tree = admin.units.tree(office(), current_actor())
    form = form or UnitForm(formdata=None)
    form.offer(branch.unit for branch in tree)
    return render("admin/units.html", status=status, tree=tree, form=form, problem=problem)


@blueprint.post("/units")
def add_unit():
    form, status = UnitForm(), 422
    form.offer(branch.unit for branch in admin.units.tree(office(), current_actor()))
    if form.validate_on_submit():
        try:
            admin.units.add(office(), current_actor(), *_typed(form))
            return done(url_for("admin.units"), _("Đã thêm đơn vị."))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return _units_page(status, form)


def _typed(form: UnitForm) -> tuple[str, str, int | None]:
    return form.name.data, form.notation.data or "", form.parent_id.data or None


@blueprint.get("/units/<int:unit_id>")
def unit(unit_id: int):
    return _unit_page(unit_id)


def _unit_page(unit_id: int, status: int = 200, form: UnitForm | None = None):
    found = [b.unit for b in admin.units.tree(office(), current_actor())]
    known = next((u for u in found if u.id == unit_id), None)
    if known is None:
        raise NotFound("not-found")
    if form is None:
        form = UnitForm(formdata=None, obj=known)
        form.parent_id.data = known.parent_id or 0
    form.offer(found, without=unit_id)
    seen = admin.seen.mark(known, admin.seen.UNIT)
    return render("admin/unit.html", status=status, unit=known, form=form, seen=seen)


@blueprint.post("/units/<int:unit_id>")
def save_unit(unit_id: int):
    form, status = UnitForm(), 422
    form.offer(branch.unit for branch in admin.units.tree(office(), current_actor()))
    if form.validate_on_submit():
        try:
            admin.units.edit(office(), current_actor(), unit_id, *_typed(form), shown())
            return done(url_for("admin.units"), _("Đã lưu đơn vị."))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return _unit_page(unit_id, status, form)


@blueprint.post("/units/<int:unit_id>/active")
def activate_unit(unit_id: int):
    active = request.form.get("active") == "1"
    try:
        admin.units.set_active(office(), current_actor(), unit_id, active)
    except NotFound:
        raise
    except Refusal as refusal:
        return _units_page(refusal.status, problem=sentence(refusal))
    said = _("Đơn vị hoạt động trở lại.") if active else _("Đơn vị đã ngừng hoạt động.")
    return done(url_for("admin.units"), said)
