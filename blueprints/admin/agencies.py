"""Pages of the node's agencies, for the host's administrator."""

from flask import url_for

from blueprints.admin.forms import AdministratorForm, AgencyForm
from blueprints.admin.routes import blueprint
from blueprints.answers import render
from blueprints.forms import refuse
from blueprints.words import sentence
from domain.errors import NotFound, Refusal
from extensions import current_actor, office
from services import admin


@blueprint.get("/agencies")
def agencies():
    return _page()


def _page(
    status: int = 200, sent: AdministratorForm | None = None, to: int | None = None, said: str = ""
):
    return render(
        "admin/agencies.html",
        status=status,
        rows=admin.agencies.listing(office(), current_actor()),
        sent=sent,
        to=to,
        problem=said,
    )


@blueprint.get("/agencies/new")
def new_agency():
    admin.agencies.listing(office(), current_actor())  # refuses whoever may not add one
    return render("admin/agency_new.html", form=AgencyForm())


@blueprint.post("/agencies/new")
def create_agency():
    form, status = AgencyForm(), 422
    if form.validate_on_submit():
        try:
            return _hand_over(*admin.agencies.create(office(), current_actor(), form.data))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return render("admin/agency_new.html", status=status, form=form)


@blueprint.post("/agencies/<int:agency_id>/administrator")
def send_administrator(agency_id: int):
    form = AdministratorForm()
    if not form.validate_on_submit():
        return _page(422, form, agency_id)
    try:
        handed = admin.agencies.send_administrator(office(), current_actor(), agency_id, form.data)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(refusal.status, form, agency_id, sentence(refusal))
    return _hand_over(*handed)


def _hand_over(username: str, password: str):
    back = url_for("admin.agencies")
    return render(
        "admin/password.html", username=username, password=password, back=back, back_label=""
    )
