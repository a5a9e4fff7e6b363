"""The exchange of the agency one acts in: lists by what is to be done, one package, another try."""

import io

from flask import Blueprint, request, send_file, url_for

from blueprints.addresses import whole
from blueprints.answers import _, done, render
from blueprints.exchange.presenting import REASONS, rights, tabs_of
from blueprints.problems import problem_text
from blueprints.receipts import shown
from domain.permissions import Relation, allowing
from extensions import current_actor, office
from services.changes import available, choosing
from services.changes import queries as changes
from services.exchange import board, needing, receipts, resuming

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange")
blueprint.add_app_template_filter(problem_text, "problem")


@blueprint.get("/")
def index():
    tab = request.args.get("tab", "needs")
    page = max(1, request.args.get("page", 1, type=whole))
    if tab in LISTS:
        return LISTS[tab](page)
    found = board.board(office(), current_actor(), tab, page)
    tabs = tabs_of(found.line.counts, tab)
    return render(
        "exchange/index.html",
        "list",
        board=found,
        line=found.line,
        tabs=tabs,
        page=page,
        per_page=board.PER_PAGE,
        **rights(current_actor()),
    )


def _needs(page: int):
    """Recipients of our documents that need a person."""
    found, total = needing.listing(office(), current_actor(), page)
    again = resuming.resendable(office(), current_actor(), [each.dispatch for each in found])
    return _list(
        "needs", page, total, needing.PER_PAGE, needs=found, reasons=REASONS, resendable=again
    )


def _answer(page: int):
    """What senders ask of us."""
    found, total = changes.asked(office(), current_actor(), page)
    awaited = changes.awaited(office(), current_actor())
    taken = {each.id for each in awaited if "take" in available(current_actor(), each)}
    may_choose = allowing(current_actor(), "change:choose", {Relation.AGENCY}) is not None
    chosen = {each.id for each in awaited if may_choose and choosing.can_choose(each)}
    shown = {"changes": found, "awaited": awaited, "may_take": taken, "may_choose": chosen}
    return _list("answer", page, total, changes.PER_PAGE, **shown)


def _list(tab: str, page: int, total: int, per_page: int, **shown):
    line = board.line_of(office(), current_actor())
    return render(
        f"exchange/{tab}.html",
        "list",
        line=line,
        tabs=tabs_of(line.counts, tab),
        page=page,
        total=total,
        per_page=per_page,
        **shown,
        **rights(current_actor()),
    )


LISTS = {"needs": _needs, "answer": _answer}


@blueprint.get("/messages/<int:message_id>")
def message(message_id: int):
    entry, dispatches = board.entry(office(), current_actor(), message_id)
    proofs = receipts.of_messages(office(), {message_id})
    return render(
        "exchange/message.html",
        entry=entry,
        dispatches=dispatches,
        receipts=[shown(proof, "exchange.receipt") for proof in proofs.values()],
        **rights(current_actor()),
    )


@blueprint.get("/messages/<int:message_id>/raw")
def raw(message_id: int):
    data, name = board.raw(office(), current_actor(), message_id)
    return send_file(
        io.BytesIO(data), mimetype="application/xml", as_attachment=True, download_name=name
    )


@blueprint.post("/messages/<int:message_id>/resume")
def resume(message_id: int):
    resuming.resume(office(), current_actor(), message_id)
    return done(url_for("exchange.message", message_id=message_id), _("Đang gửi lại."))


@blueprint.post("/messages/<int:message_id>/seen")
def seen(message_id: int):
    resuming.settle(office(), current_actor(), message_id)
    return done(url_for("exchange.index", tab="attention"), _("Đã ghi là đã xem."))


@blueprint.post("/dispatches/<int:dispatch_id>/seen")
def looked_into(dispatch_id: int):
    needing.settle(office(), current_actor(), dispatch_id)
    return done(url_for("exchange.index", tab="needs"), _("Đã ghi là đã xem."))


@blueprint.post("/dispatches/<int:dispatch_id>/resume")
def resend(dispatch_id: int):
    resuming.resend(office(), current_actor(), dispatch_id)
    return done(url_for("exchange.index"), _("Đang gửi lại."))
