"""Placing number, date, signature and seal on an uploaded file: presets, fields in millimetres, and
a picture of the page with the boxes drawn by the server. Nothing needs scripts or dragging."""

import io

from flask import request, send_file, url_for
from flask_babel import gettext as _

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.outgoing.routes import blueprint
from blueprints.words import sentence
from domain.errors import Forbidden, Invalid, NotFound, Refusal
from extensions import current_actor, office
from models.outgoing import OutgoingDocument
from services import outgoing
from services.outgoing import placing

PAGE = "outgoing/places.html"


@blueprint.get("/<int:document_id>/places")
def places(document_id: int):
    doc = outgoing.open_draft(office(), current_actor(), document_id)
    return _page(doc, placing.current(office(), doc))


@blueprint.post("/<int:document_id>/places")
def set_places(document_id: int):
    """Saves, or shows the page again with a preset or what was typed."""
    doc = outgoing.open_draft(office(), current_actor(), document_id)
    intent = request.form.get("intent", "save")
    try:
        spots = _wished(doc, intent)
        if intent != "save":
            return _page(doc, spots)
        version = request.form.get("version", type=whole)
        outgoing.place(office(), current_actor(), document_id, spots, version)
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return _page(doc, placing.current(office(), doc), refusal)
    where = url_for("outgoing.document", document_id=document_id)
    return done(where, _("Đã đặt vị trí các ô."))


@blueprint.get("/<int:document_id>/places/<int:number>.webp")
def places_image(document_id: int, number: int):
    doc = outgoing.open_draft(office(), current_actor(), document_id)
    picture = placing.marked_page(office(), doc, number, placing.read(request.args))
    return send_file(io.BytesIO(picture), mimetype="image/webp", max_age=0)


def _wished(doc: OutgoingDocument, intent: str) -> placing.Spots:
    if intent.startswith("preset-"):
        pages = len(placing.page_sizes(office(), doc))
        return placing.preset(intent.removeprefix("preset-"), pages, doc.agency.seal_mm)
    spots = placing.read(request.form)
    return placing.with_seal(spots, doc.agency.seal_mm) if intent == "seal" else spots


def _page(doc: OutgoingDocument, spots: placing.Spots, refusal: Refusal | None = None):
    drawn = {
        f"{n}_{k}": f"{round(v, 1):g}" for n, spot in spots.items() for k, v in vars(spot).items()
    }
    values = drawn
    if refusal is not None:
        values = drawn | {key: text for key, text in request.form.items() if key in values}
    shown = _pages_shown(spots, len(placing.page_sizes(office(), doc)))
    return render(
        PAGE,
        "places",
        status=refusal.status if refusal else 200,
        doc=doc,
        values=values,
        names=placing.NAMES,
        images=[] if isinstance(refusal, Invalid) and refusal.code == "not-a-number" else shown,
        drawn=drawn,
        error=sentence(refusal) if refusal else None,
        error_field=refusal.fields.get("field") if refusal else None,
    )


def _pages_shown(spots: placing.Spots, pages: int) -> list[int]:
    return sorted({spot.page for spot in spots.values() if 1 <= spot.page <= pages} or {1})
