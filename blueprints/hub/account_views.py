"""One system that calls the axis: its secrets, its rights, what it did lately."""

from flask import url_for
from flask_babel import gettext as _

from blueprints.answers import done, render
from blueprints.hub.routes import blueprint
from blueprints.words.tags import tag_name
from extensions import current_actor, office
from services.hub import accounts


@blueprint.get("/nodes/<int:account_id>")
def account(account_id: int):
    seen = accounts.page(office(), current_actor(), account_id)
    return render(
        "hub/account.html",
        seen=seen,
        account=seen.account,
        mark=accounts.mark(seen.account),
        now=office().now(),
        most=office().settings.axis_calls_per_minute,
        tag_name=tag_name,
    )


@blueprint.post("/nodes/<int:account_id>/<any(allow, forbid):step>-registering")
def set_registering(account_id: int, step: str):
    accounts.set_may_register(office(), current_actor(), account_id, step == "allow")
    return done(url_for("hub.account", account_id=account_id), _("Đã lưu."))


@blueprint.post("/nodes/<int:account_id>/drop-secret")
def drop_secret(account_id: int):
    accounts.drop_previous(office(), current_actor(), account_id)
    said = _("Đã hủy khóa cũ: từ nay chỉ khóa mới dùng được.")
    return done(url_for("hub.account", account_id=account_id), said)
