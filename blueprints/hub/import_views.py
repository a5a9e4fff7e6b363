"""The directory as a file: taken home, and read in again after a look at what it would change."""

from io import BytesIO

from flask import request, send_file, url_for
from flask_babel import gettext as _

from blueprints.addresses import whole
from blueprints.answers import done, flash_refusal, is_fragment, render
from blueprints.forms import refuse
from blueprints.hub import labels
from blueprints.hub.forms import ImportForm
from blueprints.hub.importing import as_job, described, kept
from blueprints.hub.routes import blueprint
from domain.errors import Invalid
from extensions import current_actor, office
from services.hub import exports, imports

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/directory/export.<any(xlsx, csv):kind>")
def export_directory(kind: str):
    make = exports.as_xlsx if kind == "xlsx" else exports.as_csv
    name = f"danh-ba-{office().today():%Y%m%d}.{kind}"
    content = make(office(), current_actor())
    media_type = XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    return send_file(BytesIO(content), media_type, as_attachment=True, download_name=name)


@blueprint.route("/directory/imports", methods=["GET", "POST"])
def directory_imports():
    form, status = ImportForm(), 200
    if request.method == "POST":
        sent = form.file.data
        try:
            data, name = (sent.read(), sent.filename) if sent else (b"", "")
            import_id = imports.upload(office(), current_actor(), name or "", data)
            return done(url_for("hub.directory_import", import_id=import_id))
        except Invalid as refusal:
            status = refuse(form, refusal)
    recent = imports.recent(office(), current_actor())
    return render("hub/imports.html", status=status, form=form, recent=recent, labels=labels)


@blueprint.get("/directory/imports/<int:import_id>")
def directory_import(import_id: int):
    change = request.args.get("change", "")
    number = max(request.args.get("page", 1, type=whole), 1)
    found = imports.page(office(), current_actor(), import_id, change, number)
    if not change:
        change = next((key for key, _n in labels.counts_of(found.found) if _n), "new")
        found = imports.page(office(), current_actor(), import_id, change, number)
    return render(
        "hub/import.html",
        "list",
        found=found.found,
        shown=found,
        change=change,
        page=number,
        per_page=imports.PER_PAGE,
        job=as_job(found.found),
        described=described,
        kept=kept,
        labels=labels,
    )


@blueprint.get("/directory/imports/<int:import_id>/status")
def import_status(import_id: int):
    """What the job's line asks again and again; at the end the whole page is drawn anew."""
    found = imports.page(office(), current_actor(), import_id, "", 1).found
    here = url_for("hub.directory_import", import_id=import_id)
    if not is_fragment() or found.state not in imports.GOING:
        return done(here)
    turn = request.args.get("turn", 0, type=whole)
    return render("hub/import_status.html", job=as_job(found), import_id=import_id, turn=turn)


@blueprint.post("/directory/imports/<int:import_id>/apply")
def apply_import(import_id: int):
    if not imports.start(office(), current_actor(), import_id):
        flash_refusal(_("Danh bạ vừa thay đổi; tệp đang được so lại. Hãy xem lại rồi áp dụng."))
    return done(url_for("hub.directory_import", import_id=import_id))
