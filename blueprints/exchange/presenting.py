"""Tabs and their names; what the policy lets the person do here."""

from flask import url_for
from flask_babel import lazy_gettext as _l

from domain.permissions import Relation, allowing
from domain.roles import Actor

TABS = {
    "needs": _l("Cần xử lý"),
    "answer": _l("Chờ trả lời"),
    "waiting": _l("Chờ gửi"),
    "attention": _l("Gói tin có vấn đề"),
    "sent": _l("Đã gửi"),
    "received": _l("Đã nhận"),
}

# Why a recipient of ours needs a person.
REASONS = {
    "refused": (_l("Từ chối tiếp nhận"), "bad"),
    "failed": (_l("Không gửi được"), "bad"),
    "late": (_l("Chậm tiếp nhận"), "urgent"),
    "unanswered": (_l("Chưa trả lời"), "wait"),
    "declined": (_l("Không đồng ý"), "bad"),
}


def tabs_of(counts: dict[str, int], chosen: str) -> list[dict]:
    chosen = chosen if chosen in TABS else next(iter(TABS))
    return [
        {
            "label": label,
            "url": url_for("exchange.index", tab=name),
            "count": counts[name],
            "active": name == chosen,
        }
        for name, label in TABS.items()
    ]


def rights(actor: Actor) -> dict[str, bool]:
    def may(action: str) -> bool:
        return allowing(actor, action, {Relation.AGENCY}) is not None

    return {
        "may_resume": may("exchange:resume"),
        "may_download": may("exchange:download"),
        "documents_shown": may("incoming:view"),
    }
