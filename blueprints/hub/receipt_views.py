"""Receipts that passed through the hub, and the keys that sign them; another key for the hub."""

from flask import request, url_for

from blueprints import receipts as shown
from blueprints.answers import _, done, render
from blueprints.hub.routes import blueprint
from blueprints.words import sentence
from domain.errors import Invalid
from extensions import current_actor, office
from services.hub import receipts


@blueprint.get("/receipts/<int:receipt_id>")
def receipt(receipt_id: int):
    return shown.file(receipts.download(office(), current_actor(), receipt_id))


@blueprint.get("/keys")
def keys():
    return _keys()


def _keys(status: int = 200, error: str | None = None):
    keys = receipts.known_keys(office(), current_actor())
    return render("hub/keys.html", status=status, keys=keys, error=error)


@blueprint.post("/keys/rotate")
def rotate_key():
    shown, reason = request.form.get("shown", ""), request.form.get("reason", "")
    try:
        receipts.rotate_key(office(), current_actor(), shown, reason)
    except Invalid as refusal:
        return _keys(422, sentence(refusal))
    return done(url_for("hub.keys"), _("Đã đổi khóa biên nhận."))


@blueprint.get("/keys/<int:key_id>")
def key(key_id: int):
    return shown.key_file(receipts.key(office(), current_actor(), key_id))
