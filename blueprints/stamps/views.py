"""Placing the stamp: usual places, two fields in millimetres, a picture drawn by the server.
Nothing needs scripts or dragging."""

import io

from flask import Blueprint, request, send_file, url_for
from flask_babel import gettext as _

from blueprints.answers import done, render
from blueprints.stamps.labels import PRESETS
from blueprints.words import sentence
from domain.errors import Forbidden, Invalid
from extensions import current_actor, office
from services import stamps

blueprint = Blueprint("stamps", __name__, url_prefix="/incoming/<int:document_id>/stamp")


@blueprint.get("")
def stamp(document_id: int):
    stamped = stamps.open_stamp(office(), current_actor(), document_id)
    return _page(stamped, stamps.proposed(office(), stamped))


@blueprint.post("")
def place(document_id: int):
    """Saves, or shows the page again with a usual place or what was typed."""
    stamped = stamps.open_stamp(office(), current_actor(), document_id)
    if not stamped.may_move:
        raise Forbidden("not-allowed", action="incoming:stamp")
    intent = request.form.get("intent", "save")
    if intent in stamps.PRESETS:
        return _page(stamped, stamps.PRESETS[intent])
    try:
        where = stamps.read_place(request.form)
        if intent != "save":
            return _page(stamped, where)
        stamps.move(office(), current_actor(), document_id, where)
    except Invalid as refusal:
        return _page(stamped, stamps.proposed(office(), stamped), refusal)
    return done(url_for("incoming.document", document_id=document_id), _("Đã đặt chỗ dấu ĐẾN."))


@blueprint.get("/page.webp")
def page(document_id: int):
    where = stamps.read_place(request.args) if "left" in request.args else None
    zoom = request.args.get("zoom") == "1"
    picture = stamps.page_image(office(), current_actor(), document_id, where, zoom=zoom)
    return send_file(io.BytesIO(picture), mimetype="image/webp", max_age=0)


@blueprint.get("/print.pdf")
def print_copy(document_id: int):
    name, data = stamps.print_copy(office(), current_actor(), document_id)
    return send_file(
        io.BytesIO(data), mimetype="application/pdf", as_attachment=True, download_name=name
    )


def _page(stamped: stamps.Stamped, where: stamps.Place, refusal: Invalid | None = None):
    shown = {"left": f"{where[0]:g}", "top": f"{where[1]:g}"}
    typed = {key: request.form.get(key, shown[key]) for key in shown}
    return render(
        "stamps/stamp.html",
        "stamp",
        status=refusal.status if refusal else 200,
        d=stamped.document,
        may_move=stamped.may_move,
        shown=shown,
        values=typed if refusal else shown,
        presets=PRESETS,
        error=sentence(refusal) if refusal else None,
        error_field=refusal.fields.get("field") if refusal else None,
    )
