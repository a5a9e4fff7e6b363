"""The home page: what waits, by role."""

from flask import Blueprint, redirect, url_for

from blueprints.answers import render
from blueprints.home import links
from blueprints.shell import waiting
from blueprints.signing import certificate_page
from domain.permissions import Relation, allowing
from extensions import current_actor, office
from services import home
from services.signing import expiry

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index():
    if office().settings.is_hub:
        return redirect(url_for("hub.messages"))
    actor = current_actor()
    return render(
        "home/index.html",
        queues=[links.figure(queue) for queue in waiting()],
        notifications=home.unread(office(), actor),
        ending=certificate_page.ending(expiry.ending_for(office(), actor)),
        recent=home.recent(office(), actor),
        can_draft=allowing(actor, "outgoing:create", {Relation.AGENCY}) is not None,
        can_register=allowing(actor, "incoming:create", {Relation.AGENCY}) is not None,
    )
