"""What the province sees of this node: to the letter what was last handed out."""

import json

from flask import Blueprint

from blueprints.answers import render
from extensions import current_actor, office
from services.federation import handouts

blueprint = Blueprint("federation", __name__, url_prefix="/federation")


@blueprint.get("/")
def index():
    return _page()


@blueprint.get("/<int:handout_id>")
def handout(handout_id: int):
    return _page(handout_id)


def _page(handout_id: int | None = None):
    actor = current_actor()
    shown = handouts.load(office(), actor, handout_id)
    return render(
        "federation/index.html",
        rows=handouts.listing(office(), actor),
        shown=shown,
        told=json.loads(shown.body) if shown else None,
        text=_laid_out(shown.body) if shown else "",
        trouble=handouts.trouble(office()),
        pushes=office().settings.federation_push_seconds,
    )


def _laid_out(body: str) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=1)
