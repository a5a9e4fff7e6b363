"""The page of search results."""

from flask import Blueprint, request

from blueprints.answers import render
from extensions import current_actor, office
from services import search

blueprint = Blueprint("search", __name__, url_prefix="/search")


@blueprint.get("/")
def results():
    text = request.args.get("q", "").strip()[:200]
    hits = search.find(office(), current_actor(), text)
    return render("search/results.html", "list", hits=hits, text=text, limit=search.LIMIT)
