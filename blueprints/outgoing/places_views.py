"""Placing number, date, signature and seal on an uploaded file: presets, fields in millimetres,
arrows, and a picture of the page as it will be signed, drawn by the server. Nothing needs scripts
or dragging."""

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
from services.outgoing import placing, preview

PAGE = "outgoing/places.html"


@blueprint.get("/<int:document_id>/places")
def places(document_id: int):
    doc = outgoing.open_draft(office(), current_actor(), document_id)
    return _page(doc, placing.current(office(), doc))


@blueprint.post("/<int:document_id>/places")
def set_places(document_id: int):
    """Saves, or shows the page again with a preset, moved, or as it was typed."""
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
    spots = placing.read(request.args, placing.names_of(doc))
    try:
        shown, _seen = placing.previewed(office(), doc, spots)
        picture = preview.page(shown, number, framed="framed" in request.args)
    except Invalid:  # the page above the picture says what does not fit
        picture = placing.framed_page(office(), doc, number, spots)
    return send_file(io.BytesIO(picture), mimetype="image/webp", max_age=0)


def _wished(doc: OutgoingDocument, intent: str) -> placing.Spots:
    kind, _dash, which = intent.partition("-")
    if kind == "preset":
        pages = len(placing.page_sizes(office(), doc))
        return placing.preset(which, pages, doc.agency.seal_mm, placing.names_of(doc))
    spots = placing.read(request.form, placing.names_of(doc))
    if kind == "move":
        return placing.moved(spots, request.form.get("moving", "leader"), which)
    return placing.with_seal(spots, doc.agency.seal_mm) if intent == "seal" else spots


def _page(doc: OutgoingDocument, spots: placing.Spots, refusal: Refusal | None = None):
    drawn = values = {
        f"{n}_{k}": f"{round(v, 1):g}" for n, spot in spots.items() for k, v in vars(spot).items()
    }
    if refusal is not None:
        values = drawn | {key: text for key, text in request.form.items() if key in drawn}
        drawn = values if refusal.code != "not-a-number" else drawn
    seen, unfit = _seen(doc, drawn)
    framed = bool(request.form.get("framed"))
    return render(
        PAGE,
        "places",
        status=refusal.status if refusal else 200,
        doc=doc,
        values=values,
        names=placing.names_of(doc),
        words=_words(doc),
        images=_pages_shown(doc, drawn, len(placing.page_sizes(office(), doc))),
        drawn=drawn | ({"framed": "1"} if framed else {}),
        framed=framed,
        moving=request.form.get("moving", "leader"),
        seen=seen,
        unfit=sentence(unfit) if unfit and not refusal else None,
        error=sentence(refusal) if refusal else None,
        error_field=refusal.fields.get("field") if refusal else None,
    )


def _seen(doc: OutgoingDocument, drawn: dict) -> tuple[preview.Seen | None, Invalid | None]:
    """What the picture shows, or why it cannot show the signed page."""
    try:
        return placing.previewed(office(), doc, placing.read(drawn, placing.names_of(doc)))[1], None
    except Invalid as unfit:
        return None, unfit


def _words(doc: OutgoingDocument) -> dict[str, str]:
    """What each place is called; those of several leaders by who signs there."""
    words = {
        "number": _("Số"),
        "date": _("Ngày tháng"),
        "leader": _("Chữ ký lãnh đạo"),
        "seal": _("Con dấu"),
    }
    for each in doc.signers[1:]:
        who = each.appointment.person.full_name
        words[f"leader{each.ordinal}"] = _("Chữ ký thứ %(n)s: %(who)s", n=each.ordinal, who=who)
    return words


def _pages_shown(doc: OutgoingDocument, drawn: dict, pages: int) -> list[int]:
    wanted = {int(drawn[f"{name}_page"]) for name in placing.names_of(doc)}
    return sorted(number for number in wanted if 1 <= number <= pages) or [1]
