"""Pages of the own agency: letterhead and seal."""

from flask import url_for
from flask_babel import gettext as _

from blueprints.admin.forms import LetterheadForm, SealForm, shown
from blueprints.admin.routes import blueprint
from blueprints.answers import done, render
from blueprints.forms import refuse
from domain.errors import Refusal
from extensions import current_actor, office
from services import admin


@blueprint.get("/agency")
def agency():
    return _page()


def _page(
    status: int = 200, letterhead: LetterheadForm | None = None, seal: SealForm | None = None
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


@blueprint.get("/agency/seal.png")
def seal():
    """The picture of the seal: a PNG that was read and checked when it came in."""
    picture = admin.agency.seal_picture(office(), current_actor())
    return picture, 200, {"Content-Type": "image/png"}
