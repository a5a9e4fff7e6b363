"""Pages of the own agency: letterhead, seal, who may approve copies."""

from flask import url_for
from flask_babel import gettext as _

from blueprints.admin.forms import CopyApproversForm, LetterheadForm, SealForm, shown
from blueprints.admin.routes import blueprint
from blueprints.answers import done, render
from blueprints.forms import refuse
from domain.copies import DELEGATED
from domain.errors import Refusal
from extensions import current_actor, office
from services import admin


@blueprint.get("/agency")
def agency():
    return _page()


def _page(
    status: int = 200,
    letterhead: LetterheadForm | None = None,
    seal: SealForm | None = None,
    approving: CopyApproversForm | None = None,
):
    own = admin.agency.load(office(), current_actor())
    return render(
        "admin/agency.html",
        status=status,
        agency=own,
        seen=admin.seen.mark(own, admin.seen.AGENCY),
        seen_seal=admin.seen.mark(own, admin.seen.SEAL),
        letterhead=letterhead or LetterheadForm(formdata=None, obj=own),
        seal=seal or SealForm(formdata=None, seal_mm=own.seal_mm),
        copies_kind=DELEGATED,
        seen_copies=admin.seen.mark(own, admin.seen.COPIES),
        approving=approving or CopyApproversForm(formdata=None, roles=own.copy_approvers),
    )


@blueprint.post("/agency")
def save_agency():
    form, status = LetterheadForm(), 422
    if form.validate_on_submit():
        try:
            admin.agency.edit(office(), current_actor(), form.data | {"seen": shown()})
            return done(url_for("admin.agency"), _("Đã lưu. Văn bản soạn từ nay dùng tiêu đề mới."))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return _page(status, letterhead=form)


@blueprint.post("/agency/seal")
def save_seal():
    form, status = SealForm(), 422
    if form.validate_on_submit():
        picture = form.image.data.read() if form.image.data else b""
        try:
            size = form.seal_mm.data
            admin.agency.set_seal(office(), current_actor(), picture, size, shown())
            return done(url_for("admin.agency"), _("Đã lưu con dấu."))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return _page(status, seal=form)


@blueprint.post("/agency/copies")
def save_copy_approvers():
    form, status = CopyApproversForm(), 422
    if form.validate_on_submit():
        try:
            named = form.roles.data or []
            admin.agency.set_copy_approvers(office(), current_actor(), named, shown())
            return done(url_for("admin.agency"), _("Đã lưu. Áp dụng ngay cho việc duyệt bản sao."))
        except Refusal as refusal:
            status = refuse(form, refusal)
    return _page(status, approving=form)


@blueprint.get("/agency/seal.png")
def seal():
    """The picture of the seal: a PNG that was read and checked when it came in."""
    picture = admin.agency.seal_picture(office(), current_actor())
    return picture, 200, {"Content-Type": "image/png"}
