"""Reconciliation with the hub: the last runs, every difference in words, one click for another."""

from flask import request, url_for

from blueprints.addresses import whole
from blueprints.answers import _, done, render
from blueprints.exchange.views import blueprint
from blueprints.problems import problem_text
from blueprints.words.differences import difference
from domain.permissions import Relation, allowing
from extensions import current_actor, office
from models.reconciling import Difference
from services.exchange import reconciling

PAGES = {
    "exchange_message": ("exchange.message", "message_id"),
    "outgoing_document": ("outgoing.document", "document_id"),
    "incoming_document": ("incoming.document", "document_id"),
}
REGISTERS = {"outgoing_secret": "registers.secret"}


@blueprint.get("/reconciliation")
def reconciliation():
    actor, number = current_actor(), max(1, request.args.get("page", 1, type=whole))
    run_id = request.args.get("run", None, type=whole)
    page = reconciling.page(office(), actor, run_id, number)
    return render(
        "exchange/reconciliation.html",
        "found",
        page=page,
        number=number,
        per_page=reconciling.PER_PAGE,
        rows=[_row(each) for each in page.differences],
        may_start=bool(allowing(actor, "exchange:reconcile", {Relation.AGENCY})),
    )


@blueprint.post("/reconciliation")
def reconcile():
    reconciling.ask(office(), current_actor())
    return done(url_for("exchange.reconciliation"), _("Đang đối soát; kết quả hiện ở trang này."))


def _row(found: Difference) -> dict:
    details = dict(found.details)
    if "problem" in details:
        details["reason"] = problem_text(details["problem"])
    sentence, step = difference(found.kind, details)
    return {"sentence": sentence, "step": step, "url": _address(found, details)}


def _address(found: Difference, details: dict) -> str:
    if found.subject_type == "register":
        endpoint = REGISTERS.get(details["register"], f"registers.{details['register']}")
        return url_for(endpoint, year=details["year"])
    if found.subject_type not in PAGES:
        return ""
    endpoint, name = PAGES[found.subject_type]
    return url_for(endpoint, **{name: found.subject_id})
