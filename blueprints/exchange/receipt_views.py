"""Receipts and the keys that sign them, to be taken away and checked elsewhere."""

from blueprints import receipts as shown
from blueprints.answers import render
from blueprints.exchange.views import blueprint
from extensions import current_actor, office
from services.exchange import receipts


@blueprint.get("/receipts/<int:receipt_id>")
def receipt(receipt_id: int):
    return shown.file(receipts.download(office(), current_actor(), receipt_id))


@blueprint.get("/keys")
def keys():
    return render("exchange/keys.html", keys=receipts.keys(office(), current_actor()))


@blueprint.get("/keys/<int:key_id>")
def key(key_id: int):
    return shown.key_file(receipts.key(office(), current_actor(), key_id))
