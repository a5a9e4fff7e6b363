"""What a person was told: the list, and opening one, which leads to what it is about."""

from flask import Blueprint, redirect, request, url_for

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.home import links
from blueprints.notifications.labels import heading
from blueprints.words.tags import told
from extensions import current_actor, office
from services import notifications

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")
blueprint.add_app_template_filter(told)
blueprint.add_app_template_filter(heading)


@blueprint.get("/")
def index():
    page = max(1, request.args.get("page", 1, type=whole))
    notes, total = notifications.listing(office(), current_actor(), page)
    return render(
        "notifications/index.html",
        notes=notes,
        total=total,
        page=page,
        per_page=notifications.PER_PAGE,
    )


@blueprint.get("/<int:notification_id>")
def open(notification_id: int):
    note = notifications.read(office(), current_actor(), notification_id)
    posts = notifications.elsewhere(office(), current_actor(), note)
    if posts:
        return render("notifications/elsewhere.html", note=note, posts=posts)
    return redirect(links.notified(note.subject_type, note.subject_id, note.kind))


@blueprint.post("/read")
def read_all():
    notifications.read_all(office(), current_actor())
    return done(url_for("notifications.index") if "list" in request.form else "/")
