"""One row of the register of outgoing state secrets: its history, correcting it, cancelling it."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from blueprints.answers import done, render
from blueprints.forms import refuse
from blueprints.registers.routes import blueprint
from blueprints.registers.secret_views import FactsForm
from blueprints.words import sentence
from domain.errors import Conflict, Invalid, Refusal
from domain.permissions import Relation, allowing, require
from extensions import current_actor, office
from models.secret_documents import SecretDocument
from services import secret_corrections

CORRECT, CANCEL = "secret_document:correct", "secret_document:cancel"
# Names of the columns, for the history of a row.
FIELDS = {
    "secrecy": _l("Độ mật"),
    "type_name": _l("Loại văn bản"),
    "notation": _l("Ký hiệu"),
    "reference": _l("Số, ký hiệu"),
    "issued_date": _l("Ngày văn bản"),
    "subject": _l("Trích yếu"),
    "signer_name": _l("Người ký"),
    "recipients": _l("Nơi nhận"),
    "copies": _l("Số bản"),
    "note": _l("Ghi chú"),
}
TITLES = {"correct": _l("Sửa dòng"), "cancel": _l("Hủy dòng")}


class CorrectionForm(FactsForm):
    version = HiddenField()
    reason = StringField(_l("Lý do sửa"), [InputRequired(_l("Chưa nhập."))])


@blueprint.get("/secret/<int:document_id>")
def secret_row(document_id: int):
    return _row(document_id)


@blueprint.get("/secret/<int:document_id>/edit")
def edit_secret(document_id: int):
    require(current_actor(), CORRECT, {Relation.AGENCY})
    row = secret_corrections.load(office(), current_actor(), document_id)
    form = CorrectionForm(obj=row)
    form.version.data = len(row.changes)
    return render("registers/secret_edit.html", form=form, row=row)


@blueprint.post("/secret/<int:document_id>/edit")
def correct_secret(document_id: int):
    require(current_actor(), CORRECT, {Relation.AGENCY})
    row = secret_corrections.load(office(), current_actor(), document_id)
    form, status = CorrectionForm(request.form), 422
    if form.validate():
        try:
            secret_corrections.correct(office(), current_actor(), document_id, form.data)
            return done(_home(document_id), _("Đã sửa; bản trước còn trong diễn biến."))
        except (Invalid, Conflict) as refusal:
            status = refuse(form, refusal)
            row = secret_corrections.load(office(), current_actor(), document_id)
    return render("registers/secret_edit.html", status=status, form=form, row=row)


@blueprint.post("/secret/<int:document_id>/cancel")
def cancel_secret(document_id: int):
    try:
        secret_corrections.cancel(office(), current_actor(), document_id, request.form)
    except (Invalid, Conflict) as refusal:
        return _row(document_id, refusal)
    return done(_home(document_id), _("Đã hủy; số vẫn giữ trong sổ."))


def _home(document_id: int) -> str:
    return url_for("registers.secret_row", document_id=document_id)


def _row(document_id: int, refusal: Refusal | None = None):
    actor = current_actor()
    row = secret_corrections.load(office(), actor, document_id)
    doing = {} if row.is_cancelled else {"correct": CORRECT, "cancel": CANCEL}
    return render(
        "registers/secret_row.html",
        status=refusal.status if refusal else 200,
        row=row,
        steps={each for each in doing if allowing(actor, doing[each], {Relation.AGENCY})},
        history=_history(row),
        refused=sentence(refusal) if refusal else "",
        typed=request.form.get("reason", ""),
    )


def _history(row: SecretDocument) -> list[dict]:
    """The newest change first, each with its fields as name, before and after."""
    return [
        {
            "title": TITLES[change.action],
            "by": change.by,
            "at": change.at,
            "reason": change.reason,
            "fields": [
                (FIELDS[name], change.before[name], change.after[name])
                for name in FIELDS
                if name in change.after
            ],
        }
        for change in reversed(row.changes)
    ]
