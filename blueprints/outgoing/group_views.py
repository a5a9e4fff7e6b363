"""Pages of saved recipient groups: all of them, a new one, one with its members."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.forms import PageForm, refuse
from blueprints.outgoing.routes import blueprint
from blueprints.words import words
from domain.errors import Refusal
from domain.permissions import Relation, allowing, require
from extensions import current_actor, office
from services.outgoing import group_lists
from services.outgoing import groups as saved

EDIT = "recipient_group:edit"


class GroupForm(PageForm):
    class Meta:
        csrf = False  # CSRFProtect checks every POST; the template draws its own token

    name = StringField(_l("Tên nhóm"), [InputRequired()])
    codes = TextAreaField(_l("Mã định danh, mỗi dòng một nơi"), [InputRequired()])
    skip = BooleanField(_l("Bỏ qua các dòng sai, chỉ thêm dòng đúng"))
    version = HiddenField()


@blueprint.get("/groups")
def groups():
    require(current_actor(), "recipient_group:view", {Relation.AGENCY})
    found = group_lists.groups(office(), current_actor())
    return render("outgoing/groups.html", groups=found, may_edit=_may_edit())


@blueprint.route("/groups/new", methods=["GET", "POST"])
def new_group():
    require(current_actor(), EDIT, {Relation.AGENCY})
    form = GroupForm(request.form)
    if request.method == "GET":
        return render("outgoing/group_new.html", form=form, faults=[])
    try:
        made = saved.create(
            office(), current_actor(), form.name.data or "", form.codes.data or "", form.skip.data
        )
    except Refusal as refusal:
        status = refuse(form, refusal)
        faults = _faults(refusal)
        return render("outgoing/group_new.html", status=status, form=form, faults=faults)
    return done(url_for("outgoing.group", group_id=made.group_id), _said(made))


@blueprint.get("/groups/<int:group_id>")
def group(group_id: int):
    return _page(group_id)


@blueprint.post("/groups/<int:group_id>/name")
def rename_group(group_id: int):
    form = GroupForm(request.form)
    version = request.form.get("version", type=whole)
    try:
        saved.rename(office(), current_actor(), group_id, version, form.name.data or "")
    except Refusal as refusal:
        return _page(group_id, refusal, form)
    return done(url_for("outgoing.group", group_id=group_id), _("Đã lưu."))


@blueprint.post("/groups/<int:group_id>/add")
def add_members(group_id: int):
    form = GroupForm(request.form)
    codes = "\n".join([form.codes.data or "", *request.form.getlist("picked")])
    try:
        made = saved.add(office(), current_actor(), group_id, codes, form.skip.data)
    except Refusal as refusal:
        return _page(group_id, refusal, form)
    return done(url_for("outgoing.group", group_id=group_id), _said(made))


@blueprint.post("/groups/<int:group_id>/remove")
def remove_members(group_id: int):
    try:
        number = saved.remove(office(), current_actor(), group_id, request.form.getlist("codes"))
    except Refusal as refusal:
        return _page(group_id, refusal)
    said = _("Đã bỏ %(n)s nơi nhận.", n=number)
    return done(url_for("outgoing.group", group_id=group_id), said)


@blueprint.post("/groups/<int:group_id>/delete")
def delete_group(group_id: int):
    saved.dissolve(office(), current_actor(), group_id)
    return done(url_for("outgoing.groups"), _("Đã xóa nhóm; văn bản đã dùng nhóm không thay đổi."))


def _page(group_id: int, refusal: Refusal | None = None, form: GroupForm | None = None):
    actor, text = current_actor(), request.args.get("q", "")
    shown = group_lists.opened(
        office(), actor, group_id, text, request.args.get("page", 1, type=whole)
    )
    form = form or GroupForm()
    status = refuse(form, refusal) if refusal else 200
    if not form.name.data:
        form.name.data = shown.group.name
    return render(
        "outgoing/group.html",
        "list",
        status=status,
        shown=shown,
        form=form,
        text=text,
        faults=_faults(refusal),
        per_page=group_lists.PER_PAGE,
        may_edit=_may_edit(),
        words=words,
    )


def _faults(refusal: Refusal | None) -> list[tuple[int, str]]:
    """Each wrong line of a pasted list: its number and what is wrong with it."""
    faults = refusal.fields.get("faults", ()) if refusal else ()
    return [(number, words(fault).reason) for number, fault in faults]


def _said(made: saved.Added) -> str:
    parts = [_("Đã thêm %(n)s nơi nhận.", n=made.new)]
    if made.known:
        parts.append(_("%(n)s nơi đã có trong nhóm.", n=made.known))
    return " ".join(parts)


def _may_edit() -> bool:
    return bool(allowing(current_actor(), EDIT, {Relation.AGENCY}))
