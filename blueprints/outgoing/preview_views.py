"""The signed document before it is signed: its pages with the real signature, seal, number and
date, for whoever drafts, approves or issues it."""

import io

from flask import request, send_file, url_for

from blueprints.answers import done, render
from blueprints.outgoing.routes import blueprint
from blueprints.words import sentence
from domain.errors import Invalid
from extensions import current_actor, office
from services.outgoing import preview, queries, reviewing


@blueprint.get("/<int:document_id>/preview")
def as_signed(document_id: int):
    doc = queries.for_preview(office(), current_actor(), document_id)
    if doc.issued_sha256:
        return done(url_for("outgoing.document", document_id=document_id))
    try:
        seen, error = preview.of_document(office(), doc)[1], None
    except Invalid as refusal:
        seen, error = None, sentence(refusal)
    return render("outgoing/preview.html", doc=doc, seen=seen, error=error)


@blueprint.get("/<int:document_id>/preview/<int:number>.webp")
def preview_image(document_id: int, number: int):
    doc = queries.for_preview(office(), current_actor(), document_id)
    shown, _seen = preview.of_document(office(), doc)
    picture = preview.page(shown, number, framed="framed" in request.args)
    return send_file(io.BytesIO(picture), mimetype="image/webp", max_age=0)


@blueprint.get("/<int:document_id>/review-sheet.pdf")
def review_sheet(document_id: int):
    sheet = reviewing.sheet(office(), current_actor(), document_id)
    name = f"phieu-trinh-{document_id}.pdf"
    return send_file(io.BytesIO(sheet), "application/pdf", as_attachment=True, download_name=name)
