"""Choosing documents, starting, watching and stopping a batch."""

from flask import Blueprint, request, url_for

from blueprints.addresses import whole
from blueprints.answers import _, done, is_fragment, render
from blueprints.batches.page import form_page, status_page
from domain.errors import Forbidden, NotFound, Refusal
from extensions import current_actor, office
from services import batches

blueprint = Blueprint("batches", __name__, url_prefix="/batches")
KIND = "/<any(approve, issue, dispatch):action>"


@blueprint.get(KIND)
def choose(action: str):
    return render("batches/new.html", **form_page(action))


@blueprint.post(KIND)
def start(action: str):
    form = request.form.to_dict() | {"docs": request.form.getlist("docs")}
    try:
        batch_id = batches.start(office(), current_actor(), action, form)
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return render("batches/new.html", status=refusal.status, **form_page(action, refusal))
    return done(url_for("batches.batch", batch_id=batch_id))


@blueprint.get("/<int:batch_id>")
def batch(batch_id: int):
    found = batches.progress(office(), current_actor(), batch_id)
    page = status_page(found, request.args.get("turn", 0, type=whole))
    told_before = request.args.get("told", found.trouble)
    answer = render("batches/batch.html", "status", **page)
    if is_fragment() and (found.is_over or told_before != found.trouble):
        answer.headers["HX-Refresh"] = "true"  # the list around tells of each document now
    return answer


@blueprint.post("/<int:batch_id>/stop")
def stop(batch_id: int):
    given_back = batches.stop(office(), current_actor(), batch_id)
    said = _("Đã dừng; %(n)s văn bản chưa làm được trả lại nguyên trạng.", n=given_back)
    return done(url_for("batches.batch", batch_id=batch_id), said)
