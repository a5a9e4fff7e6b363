"""Pages of people and their accounts."""

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.addresses import whole
from blueprints.admin.forms import ContactForm, EndForm, PersonForm, PostForm, shown
from blueprints.admin.routes import blueprint
from blueprints.answers import done, render
from blueprints.forms import refuse
from blueprints.words import sentence
from blueprints.words.roles import ROLE_NAMES
from domain.errors import NotFound, Refusal
from extensions import current_actor, office
from services import admin
from services.admin.appointments import Post
from services.admin.people import Filters

PER_PAGE = 50


def posted(form: PostForm) -> Post:
    return Post(
        form.unit_id.data, form.role.data, form.title.data, form.since.data, form.until.data
    )


def offer(form: PostForm) -> PostForm:
    """The form with the units and roles of this agency and node; a new one begins today."""
    units = [branch.unit for branch in admin.units.tree(office(), current_actor())]
    form.offer(units, admin.appointments.roles(office()))
    if not form.is_submitted():
        form.since.data = office().today()
    return form


@blueprint.get("/people")
def people():
    args = request.args
    filters = Filters(args.get("q", ""), args.get("unit", type=whole), args.get("state", "active"))
    found = admin.people.listing(office(), current_actor(), filters)
    page = max(args.get("page", 1, type=whole), 1)
    return render(
        "admin/people.html",
        "list",
        rows=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(found),
        page=page,
        per_page=PER_PAGE,
        filters=filters,
        units=[(b.unit.id, b.unit.name) for b in admin.units.tree(office(), current_actor())],
        role_names=ROLE_NAMES,
    )


@blueprint.get("/people/new")
def new_person():
    return render("admin/person_new.html", form=offer(PersonForm()))


@blueprint.post("/people/new")
def create_person():
    form, status = offer(PersonForm()), 422
    if form.validate_on_submit():
        try:
            person_id, password = admin.people.create(
                office(), current_actor(), form.data, posted(form)
            )
            return _hand_over(person_id, password)
        except Refusal as refusal:
            status = refuse(form, refusal)
    return render("admin/person_new.html", status=status, form=form)


def _hand_over(person_id: int, password: str):
    """The one answer that shows the password. It is not redirected to: a password in the session
    or in an address would outlive this page."""
    card = admin.people.load(office(), current_actor(), person_id)
    return render(
        "admin/password.html",
        password=password,
        username=card.person.username,
        back=url_for("admin.person", person_id=person_id),
        back_label=card.person.full_name,
    )


@blueprint.get("/people/<int:person_id>")
def person(person_id: int):
    return person_page(person_id)


def person_page(person_id: int, refusal: Refusal | None = None, post: PostForm | None = None):
    """One person; with a refusal, what was asked for and why it was not done."""
    if isinstance(refusal, NotFound):
        raise refusal
    said = sentence(refusal) if refusal and post is None else ""
    return render(
        "admin/person.html",
        status=refusal.status if refusal else 422 if post else 200,
        card=admin.people.load(office(), current_actor(), person_id),
        post=post or offer(PostForm(formdata=None)),
        end=EndForm(formdata=None, last_day=office().today()),
        problem=said,
        today=office().today(),
        role_names=ROLE_NAMES,
    )


@blueprint.get("/people/<int:person_id>/edit")
def edit_person(person_id: int):
    return _contact_page(person_id)


@blueprint.post("/people/<int:person_id>/edit")
def save_person(person_id: int):
    form, status = ContactForm(), 422
    if form.validate_on_submit():
        try:
            admin.people.edit(office(), current_actor(), person_id, form.data | {"seen": shown()})
            return done(url_for("admin.person", person_id=person_id), _("Đã lưu."))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return _contact_page(person_id, status, form)


def _contact_page(person_id: int, status: int = 200, form: ContactForm | None = None):
    known = admin.people.load(office(), current_actor(), person_id).person
    return render(
        "admin/person_edit.html",
        status=status,
        form=form or ContactForm(formdata=None, obj=known),
        person=known,
        seen=admin.seen.mark(known, admin.seen.PERSON),
    )


@blueprint.post("/people/<int:person_id>/password")
def reset_password(person_id: int):
    try:
        password = admin.people.reset_password(office(), current_actor(), person_id)
    except Refusal as refusal:
        return person_page(person_id, refusal)
    return _hand_over(person_id, password)


@blueprint.post("/people/<int:person_id>/active")
def activate_person(person_id: int):
    active = request.form.get("active") == "1"
    try:
        admin.people.set_active(office(), current_actor(), person_id, active)
    except Refusal as refusal:
        return person_page(person_id, refusal)
    said = _("Đã mở lại tài khoản.") if active else _("Đã khóa tài khoản và kết thúc mọi phiên.")
    return done(url_for("admin.person", person_id=person_id), said)


@blueprint.post("/people/<int:person_id>/unlock")
def unlock_person(person_id: int):
    try:
        admin.people.unlock(office(), current_actor(), person_id)
    except Refusal as refusal:
        return person_page(person_id, refusal)
    return done(url_for("admin.person", person_id=person_id), _("Đã gỡ tạm khóa."))


@blueprint.post("/people/<int:person_id>/sessions/end")
def end_person_sessions(person_id: int):
    try:
        ended = admin.people.end_sessions(office(), current_actor(), person_id)
    except Refusal as refusal:
        return person_page(person_id, refusal)
    said = _("Đã kết thúc %(n)s phiên đăng nhập.", n=ended)
    return done(url_for("admin.person", person_id=person_id), said)
