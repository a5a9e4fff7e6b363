"""Giving and ending positions."""

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.admin.forms import EndForm, InviteForm, PostForm
from blueprints.admin.people import offer, person_page, posted
from blueprints.admin.routes import blueprint
from blueprints.answers import done, render
from blueprints.forms import refuse
from domain.errors import Invalid, Refusal
from extensions import current_actor, office
from services import admin


@blueprint.post("/people/<int:person_id>/appointments")
def appoint(person_id: int):
    form, refused = offer(PostForm()), None
    if form.validate_on_submit():
        try:
            admin.appointments.appoint(office(), current_actor(), person_id, posted(form))
            return done(url_for("admin.person", person_id=person_id), _("Đã cử vào chức vụ."))
        except Refusal as refusal:
            refuse(form, refusal)
            refused = refusal
    return person_page(person_id, refused, form)


@blueprint.post("/people/<int:person_id>/appointments/<int:appointment_id>/end")
def end_appointment(person_id: int, appointment_id: int):
    form = EndForm()
    try:
        if not form.validate_on_submit():
            raise Invalid("required", field="last_day")
        admin.appointments.end(office(), current_actor(), appointment_id, form.last_day.data)
    except Refusal as refusal:
        return person_page(person_id, refusal)
    return done(url_for("admin.person", person_id=person_id), _("Đã ghi ngày thôi chức vụ."))


@blueprint.get("/people/invite")
def invite():
    form = offer(InviteForm())
    form.username.data = request.args.get("username", "")
    return render("admin/person_invite.html", form=form)


@blueprint.post("/people/invite")
def invite_person():
    form, status = offer(InviteForm()), 422
    if form.validate_on_submit():
        try:
            person_id = admin.appointments.invite(
                office(), current_actor(), form.username.data, posted(form)
            )
            return done(url_for("admin.person", person_id=person_id), _("Đã cử vào chức vụ."))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return render("admin/person_invite.html", status=status, form=form)
