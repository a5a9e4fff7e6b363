"""The register of outgoing state secrets: its list, and entering one by its metadata."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional

from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.forms import DayField, PageForm, new_token, options, refuse
from blueprints.registers.routes import blueprint
from domain.document_types import DOCUMENT_TYPES, SECRECY_LEVELS
from domain.errors import Refusal
from domain.permissions import Relation, allowing, require
from extensions import current_actor, office
from services import secret_documents

_NEEDED = InputRequired(_l("Chưa nhập."))
ENTER = "secret_document:create"


class FactsForm(PageForm):
    """What a row says, without its number."""

    class Meta:
        csrf = False  # CSRFProtect checks every POST; the template draws its own token

    secrecy = SelectField(
        _l("Độ mật"),
        [_NEEDED],
        choices=options((level, level or _l("Chọn độ mật")) for level in SECRECY_LEVELS),
    )
    notation = StringField(_l("Ký hiệu"), [_NEEDED])
    issued_date = DayField(_l("Ngày văn bản"), [_NEEDED])
    type_name = SelectField(
        _l("Loại văn bản"), choices=options((kind.name, kind.name) for kind in DOCUMENT_TYPES)
    )
    signer_name = StringField(_l("Người ký"), [_NEEDED])
    recipients = TextAreaField(_l("Nơi nhận"), [_NEEDED])
    subject = TextAreaField(_l("Trích yếu"))
    copies = IntegerField(_l("Số bản"), [Optional(), NumberRange(min=1, max=1000)], default=1)
    note = StringField(_l("Ghi chú"))


class SecretForm(FactsForm):
    form_token = HiddenField(default=new_token)
    number = IntegerField(_l("Số"), [_NEEDED, NumberRange(min=1, max=999_999)])


@blueprint.get("/secret")
def secret():
    actor, args = current_actor(), request.args
    year = args.get("year", office().today().year, type=whole)
    number = max(1, args.get("page", 1, type=whole))
    return render(
        "registers/secret.html",
        "entries",
        page=secret_documents.listing(office(), actor, year, number),
        year=year,
        number=number,
        per_page=secret_documents.PER_PAGE,
        may_enter=bool(allowing(actor, ENTER, {Relation.AGENCY})),
    )


@blueprint.get("/secret/new")
def new_secret():
    require(current_actor(), ENTER, {Relation.AGENCY})
    form = SecretForm()
    form.number.data = secret_documents.proposed_number(office(), current_actor())
    form.issued_date.data = office().today()
    return render("registers/secret_new.html", form=form)


@blueprint.post("/secret/new")
def enter_secret():
    require(current_actor(), ENTER, {Relation.AGENCY})
    form = SecretForm(request.form)
    if not form.validate():
        return render("registers/secret_new.html", status=422, form=form)
    try:
        secret_documents.enter(office(), current_actor(), form.data)
    except Refusal as refusal:
        status = refuse(form, refusal)
        if refusal.code in ("number-taken", "number-not-next"):
            form.number.data, form.number.raw_data = refusal.fields["next"], None
        return render("registers/secret_new.html", status=status, form=form)
    return done(url_for("registers.secret"), _("Đã vào sổ văn bản mật đi."))
