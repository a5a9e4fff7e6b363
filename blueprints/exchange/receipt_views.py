"""Receipts and the keys that sign them, to be taken away and checked elsewhere; another key."""

from flask import request, url_for

from blueprints import receipts as shown
from blueprints.answers import _, done, render
from blueprints.exchange.views import blueprint
from blueprints.words import sentence
from domain.errors import Invalid
from domain.permissions import Relation, allowing
from extensions import current_actor, office
from services.exchange import receipts


@blueprint.get("/receipts/<int:receipt_id>")
def receipt(receipt_id: int):
    return shown.file(receipts.download(office(), current_actor(), receipt_id))


@blueprint.get("/keys")
def keys():
    return _keys()


def _keys(status: int = 200, error: str | None = None):
    actor = current_actor()
    return render(
        "exchange/keys.html",
        status=status,
        keys=receipts.keys(office(), actor),
        may_rotate=bool(allowing(actor, "exchange:rotate_key", {Relation.AGENCY})),
        error=error,
    )


@blueprint.post("/keys/rotate")
def rotate_key():
    shown, reason = request.form.get("shown", ""), request.form.get("reason", "")
    try:
        receipts.rotate_key(office(), current_actor(), shown, reason)
    except Invalid as refusal:
        return _keys(422, sentence(refusal))
    return done(url_for("exchange.keys"), _("Đã đổi khóa biên nhận."))


@blueprint.get("/keys/<int:key_id>")
def key(key_id: int):
    return shown.key_file(receipts.key(office(), current_actor(), key_id))
