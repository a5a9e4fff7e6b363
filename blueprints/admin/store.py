"""The page of the store of files: what no row names, and what became of it."""

from blueprints.admin.routes import blueprint
from blueprints.answers import render
from blueprints.words.tags import tag_name
from extensions import current_actor, office
from services import admin, leftovers


@blueprint.get("/store")
def store():
    return render(
        "admin/store.html",
        seen=admin.store.overview(office(), current_actor()),
        tag_name=tag_name,
        left_days=leftovers.LEFT_FOR.days,
        aside_days=leftovers.ASIDE_FOR.days,
        parts=leftovers.PARTS,
    )
