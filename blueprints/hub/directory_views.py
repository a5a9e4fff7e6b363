"""The directory: search, add, change, lock, dissolve with a successor."""

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.forms import refuse
from blueprints.hub import labels
from blueprints.hub.forms import DissolveForm, EntryForm
from blueprints.hub.routes import blueprint
from domain.errors import Invalid, Refusal
from extensions import current_actor, office
from services.hub import directory as entries
from services.hub import lookup


@blueprint.get("/directory")
def directory():
    text, shown = request.args.get("q", ""), request.args.get("shown", "live")
    page = max(request.args.get("page", 1, type=whole), 1)
    found, total = entries.listing(office(), current_actor(), text, shown, page)
    return render(
        "hub/directory.html",
        "list",
        entries=found,
        total=total,
        page=page,
        per_page=entries.PER_PAGE,
        most=entries.MOST_FOUND,
        text=text,
        shown=shown,
        labels=labels,
        parents=lookup.names(office(), {entry.parent_code for entry in found}),
        today=office().today(),
    )


@blueprint.route("/directory/new", methods=["GET", "POST"])
def new_entry():
    form = EntryForm()
    if request.method == "GET":
        return render("hub/entry_new.html", form=form)
    if not form.validate():
        return render("hub/entry_new.html", status=422, form=form)
    try:
        entry_id = entries.add(office(), current_actor(), _fields(form))
    except Invalid as refusal:
        return render("hub/entry_new.html", status=refuse(form, refusal), form=form)
    return done(url_for("hub.entry", entry_id=entry_id), _("Đã thêm cơ quan vào danh bạ."))


@blueprint.get("/directory/<int:entry_id>")
def entry(entry_id: int):
    return _entry_page(entry_id)


@blueprint.post("/directory/<int:entry_id>")
def edit_entry(entry_id: int):
    form = EntryForm()
    if not form.validate():
        return _entry_page(entry_id, 422, form=form)
    actor, version = current_actor(), _version(form)
    try:
        entries.edit(office(), actor, entry_id, version, _fields(form))
    except Refusal as refusal:
        return _entry_page(entry_id, refuse(form, refusal), form=form)
    return done(url_for("hub.entry", entry_id=entry_id), _("Đã lưu."))


@blueprint.post("/directory/<int:entry_id>/lock")
def lock_entry(entry_id: int):
    return _set_locked(entry_id, True, _("Đã tạm khóa: từ nay không ai gửi tới cơ quan này được."))


@blueprint.post("/directory/<int:entry_id>/unlock")
def unlock_entry(entry_id: int):
    return _set_locked(entry_id, False, _("Đã mở khóa."))


def _set_locked(entry_id: int, locked: bool, message: str):
    version = request.form.get("version", 0, type=whole)
    entries.set_locked(office(), current_actor(), entry_id, version, locked)
    return done(url_for("hub.entry", entry_id=entry_id), message)


@blueprint.post("/directory/<int:entry_id>/dissolve")
def dissolve_entry(entry_id: int):
    form = DissolveForm(prefix="end")
    if not form.validate():
        return _entry_page(entry_id, 422, ending=form)
    actor, version = current_actor(), _version(form)
    ending = entries.Ending(form.since.data, form.successor.data or "", form.forwards.data)
    try:
        entries.dissolve(office(), actor, entry_id, version, ending)
    except Refusal as refusal:
        return _entry_page(entry_id, refuse(form, refusal), ending=form)
    return done(url_for("hub.entry", entry_id=entry_id), _("Đã ghi nhận giải thể."))


@blueprint.post("/directory/<int:entry_id>/<any(forward, refuse):step>-mail")
def set_forwards(entry_id: int, step: str):
    version = request.form.get("version", 0, type=whole)
    entries.set_forwards(office(), current_actor(), entry_id, version, step == "forward")
    return done(url_for("hub.entry", entry_id=entry_id), _("Đã lưu."))


@blueprint.post("/directory/<int:entry_id>/restore")
def restore_entry(entry_id: int):
    version = request.form.get("version", 0, type=whole)
    entries.restore(office(), current_actor(), entry_id, version)
    said = _("Cơ quan lại hoạt động và nhận được văn bản.")
    return done(url_for("hub.entry", entry_id=entry_id), said)


def _entry_page(entry_id: int, status: int = 200, form=None, ending=None):
    found = entries.load(office(), current_actor(), entry_id)
    today = office().today()
    related = {found.parent_code, found.successor_code}
    return render(
        "hub/entry.html",
        status=status,
        entry=found,
        form=form or EntryForm(obj=found),
        ending=ending or DissolveForm(prefix="end", version=found.version, since=today),
        ending_open=ending is not None,
        dissolved=lookup.is_dissolved(found, today),
        names=lookup.names(office(), related),
    )


def _version(form) -> int:
    """What the page was drawn from; 0, which is never right, for nonsense."""
    try:
        return whole(form.version.data or "")
    except ValueError:
        return 0


def _fields(form: EntryForm) -> entries.EntryFields:
    typed = {name: form[name].data or "" for name in entries.EntryFields.__dataclass_fields__}
    return entries.EntryFields(**typed)
