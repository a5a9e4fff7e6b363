"""The blueprint of the administration and the tabs above each of its pages."""

from flask import Blueprint, current_app, request, url_for
from flask_babel import lazy_gettext as _l

from blueprints.addresses import is_administered
from extensions import current_actor, office
from services import admin

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
SECTIONS = (
    ("admin.people", _l("Người dùng")),
    ("admin.units", _l("Đơn vị")),
    ("admin.agency", _l("Cơ quan và con dấu")),
    ("signing.certificates", _l("Chứng thư số")),
    ("admin.time_authority", _l("Dấu thời gian")),
    ("delegations.index", _l("Ủy quyền ký")),
    ("admin.hub_link", _l("Liên kết trục")),
    ("admin.agencies", _l("Các cơ quan")),
    ("admin.store", _l("Kho tệp")),
    ("admin.audit", _l("Nhật ký")),
)

OF_DISTRICT = {
    "admin.hub_link", "signing.certificates", "admin.time_authority", "delegations.index",
    "admin.agencies",
}  # fmt: skip


@blueprint.app_template_global("admin_sections")
def sections() -> list[dict]:
    """The tabs for who administers here: the node's agencies and its store of files only for the
    host's, the line to the hub only on a district node."""
    host = admin.agencies.is_host(office(), current_actor())
    hidden = set() if host else {"admin.agencies", "admin.store"}
    if office().settings.is_hub:
        hidden |= OF_DISTRICT
    return [
        {"label": label, "url": url_for(endpoint), "active": _is_here(endpoint)}
        for endpoint, label in SECTIONS
        if endpoint not in hidden and endpoint in current_app.view_functions
    ]


def _is_here(endpoint: str) -> bool:
    if is_administered(request.path):
        return endpoint == "signing.certificates"
    address = url_for(endpoint)
    return request.path == address or request.path.startswith(address + "/")
