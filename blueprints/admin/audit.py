"""The page of the audit chain."""

from flask import request
from flask_babel import lazy_gettext as _l

from blueprints.addresses import whole
from blueprints.admin.details import told
from blueprints.admin.routes import blueprint
from blueprints.answers import render
from blueprints.words.tags import SUBJECT_NAMES, tag_name
from domain.dates import read_day
from domain.text import alphabetical
from extensions import current_actor, office
from services import admin
from services.admin.audit import PER_PAGE, Filters

FAULTS = {
    "altered": _l("nội dung đã bị sửa"),
    "missing": _l("có mục bị xóa trước mục kế tiếp"),
    "inserted": _l("có mục bị chèn hoặc thay thế"),
    "lodged": _l("khác với đầu chuỗi đã gửi tại trục"),
    "head": _l("phần cuối chuỗi bị xóa hoặc thêm vào"),
}


@blueprint.get("/audit")
def audit():
    args = request.args
    filters = Filters(
        person_id=args.get("person", type=whole),
        tag=args.get("tag", ""),
        since=args.get("since", type=read_day),
        until=args.get("until", type=read_day),
    )
    number = max(args.get("page", 1, type=whole), 1)
    found = admin.audit.page(office(), current_actor(), filters, number)
    return render(
        "admin/audit.html",
        "list",
        found=found,
        people=[(person.id, person.full_name) for person in found.people],
        filters=filters,
        page=number,
        per_page=PER_PAGE,
        tag_name=tag_name,
        subject_names=SUBJECT_NAMES,
        told=told,
        tags=sorted(
            ((tag, tag_name(tag)) for tag in found.tags), key=lambda pair: alphabetical(pair[1])
        ),
    )


@blueprint.post("/audit/verify")
def verify_audit():
    """Shows what was found at once: it is true of this moment only."""
    verdict = admin.audit.verify_chain(office(), current_actor())
    return render("admin/audit_verdict.html", verdict=verdict, faults=FAULTS)
