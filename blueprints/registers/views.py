"""Pages of the registers of documents and copies."""

from flask import redirect, request, url_for

from blueprints.addresses import whole
from blueprints.answers import render
from blueprints.registers.routes import blueprint
from domain.dates import read_day
from extensions import current_actor, office
from services import registers


@blueprint.get("/")
def index():
    return redirect(url_for("registers.incoming"))


@blueprint.get("/incoming")
def incoming():
    filters = _filters()
    page = registers.incoming(office(), current_actor(), filters)
    return render(
        "registers/incoming.html",
        "entries",
        page=page,
        filters=filters,
        per_page=registers.PER_PAGE,
    )


@blueprint.get("/outgoing")
def outgoing():
    filters = _filters()
    page = registers.outgoing(office(), current_actor(), filters)
    return render(
        "registers/outgoing.html",
        "entries",
        page=page,
        filters=filters,
        per_page=registers.PER_PAGE,
    )


@blueprint.get("/copies")
def copies():
    filters = _filters()
    page = registers.copies(office(), current_actor(), filters)
    return render(
        "registers/copies.html",
        "entries",
        page=page,
        filters=filters,
        per_page=registers.PER_PAGE,
    )


def _filters() -> registers.Filters:
    args = request.args
    return registers.Filters(
        year=args.get("year", office().today().year, type=whole),
        text=args.get("q", "").strip(),
        since=args.get("since", None, type=read_day),
        until=args.get("until", None, type=read_day),
        page=max(1, args.get("page", 1, type=whole)),
    )
