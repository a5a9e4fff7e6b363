"""What the frame of every page needs: who is signed in, the navigation and its counts."""

from dataclasses import dataclass, replace

from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from blueprints.addresses import is_administered
from domain.permissions import relations_granting
from domain.roles import LEADERS
from extensions import office
from services import home, outbox
from services.home import Queue


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation; `action` is the permission that shows it."""

    endpoint: str
    label: str
    key: str
    action: str = ""
    count: int = 0
    overdue: int = 0
    active: bool = False


DISTRICT = (
    NavItem("home.index", _l("Việc của tôi"), "h"),
    NavItem("incoming.index", _l("Văn bản đến"), "d"),
    NavItem("outgoing.index", _l("Văn bản đi"), "i"),
    NavItem("assignments.index", _l("Công việc"), "c"),
    NavItem("signing.index", _l("Ký số"), "k"),
    NavItem("copies.index", _l("Bản sao"), "b"),
    NavItem("registers.index", _l("Sổ"), "s", "registers:view"),
    NavItem("exchange.index", _l("Liên thông"), "l", "exchange:view"),
    NavItem("admin.people", _l("Quản trị"), "q", "admin:people"),
)
HUB = (
    NavItem("hub.messages", _l("Gói tin"), "g", "hub:view"),
    NavItem("hub.directory", _l("Danh bạ"), "d", "hub:view"),
    NavItem("hub.nodes", _l("Hệ thống kết nối"), "n", "hub:view"),
    NavItem("hub.uplink_list", _l("Trục khác"), "t", "hub:view"),
    NavItem("admin.people", _l("Quản trị"), "q", "admin:people"),
)


def register(app: Flask) -> None:
    app.context_processor(_frame)


def _frame() -> dict:
    settings = office().settings
    frame = {
        "asset_source": settings.asset_source,
        "lang": str(get_locale() or "vi"),
        "me": None,
        "nav": [],
    }
    if not current_user or not current_user.is_authenticated:
        return frame
    actor = current_user.actor
    items = HUB if settings.is_hub else DISTRICT
    shown = [i for i in items if not i.action or relations_granting(actor, i.action)]
    find_url = url_for("hub.messages" if settings.is_hub else "search.results")
    nav = [_counted(item) for item in shown if _exists(item)]
    # Who signs only now and then, by delegation, has the entry while something waits.
    nav = [i for i in nav if i.endpoint != "signing.index" or i.count or actor.role in LEADERS]
    # Asked only by pages that show work in the background.
    frame["stalled"] = lambda: outbox.stalled(office())
    return frame | {"me": _me(actor), "nav": nav, "find_url": find_url}


def _exists(item: NavItem) -> bool:
    return item.endpoint in current_app.view_functions


def waiting() -> list[Queue]:
    """What waits for the signed-in person; counted once a request."""
    if "waiting" not in g:
        g.waiting = home.queues(office(), current_user.actor)
    return g.waiting


def _counted(item: NavItem) -> NavItem:
    feature = item.endpoint.split(".")[0]
    count, overdue = home.together([each for each in waiting() if each.feature == feature])
    return replace(
        item,
        count=count,
        overdue=overdue,
        active=_is_active(item, feature),
    )


def _is_active(item: NavItem, feature: str) -> bool:
    """The hub's entries share one blueprint: there the path tells them apart."""
    if is_administered(request.path):
        return feature == "admin"
    if request.blueprint != feature:
        return False
    return feature != "hub" or request.path.startswith(url_for(item.endpoint))


def _me(actor) -> dict:
    return {
        "id": actor.person_id,
        "name": actor.name,
        "position": actor.position,
        "agency": actor.agency_name,
        "menu": _menu(),
    }


def _menu() -> list[dict]:
    """Under the person's name: the account, their other appointments, the other language, out."""
    other = ("en", "English") if current_user.language == "vi" else ("vi", "Tiếng Việt")
    return [
        {"label": _("Tài khoản của tôi"), "endpoint": "accounts.index"},
        {"label": _("Thông báo"), "endpoint": "notifications.index"},
        *(
            _posting(_("Chuyển sang: %(title)s", title=title), "switch", appointment=appointment)
            for appointment, title in current_user.other_appointments
        ),
        _posting(other[1], "language", language=other[0], back=1),
        _posting(_("Đăng xuất"), "logout") | {"forget": True},
    ]


def _posting(label: str, action: str, **args) -> dict:
    return {"label": label, "endpoint": f"accounts.{action}", "method": "post", "args": args}
