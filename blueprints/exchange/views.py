"""The exchange of the agency one acts in: lists by what is to be done, one package, another try."""

import io

from flask import Blueprint, request, send_file, url_for

from blueprints.addresses import whole
from blueprints.answers import _, done, render
from blueprints.exchange.presenting import rights, tabs_of
from blueprints.problems import problem_text
from blueprints.receipts import shown
from extensions import current_actor, office
from services.exchange import board, receipts, resuming

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange")
blueprint.add_app_template_filter(problem_text, "problem")


@blueprint.get("/")
def index():
    tab = request.args.get("tab", board.TABS[0])
    page = max(1, request.args.get("page", 1, type=whole))
    lines = board.board(office(), current_actor(), tab, page)
    tabs = tabs_of(lines.counts, tab)
    return render(
        "exchange/index.html",
        "list",
        board=lines,
        tabs=tabs,
        tab=tab,
        page=page,
        per_page=board.PER_PAGE,
        **rights(current_actor()),
    )


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


@blueprint.post("/dispatches/<int:dispatch_id>/resume")
def resend(dispatch_id: int):
    resuming.resend(office(), current_actor(), dispatch_id)
    return done(url_for("exchange.index"), _("Đang gửi lại."))
