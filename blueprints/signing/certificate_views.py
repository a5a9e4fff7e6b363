"""Certificates of the agency and its people: administrators only;
the services ask for the permission."""

from datetime import timedelta

from flask import request, url_for

from blueprints.answers import _, done, render
from blueprints.forms import options, refuse
from blueprints.signing.forms import CertificateForm, TokenForm
from blueprints.signing.routes import blueprint
from domain.errors import Refusal
from extensions import current_actor, office
from models.signing import CertificateBinding
from services.signing import bindings, trust
from services.signing import certificates as administering

SOON = timedelta(days=30)
STATES = {
    "certificate-revoked": (lambda: _("Đã gỡ"), "bad"),
    "certificate-unconfirmed": (lambda: _("Chờ xác nhận"), "wait"),
    "certificate-not-yet-valid": (lambda: _("Chưa hiệu lực"), "wait"),
    "certificate-expired": (lambda: _("Hết hạn"), "bad"),
}


@blueprint.get("/certificates")
def certificates():
    return _certificates_page(_certificate_form())


@blueprint.post("/certificates")
def bind():
    form = _certificate_form()
    if not form.validate_on_submit():
        return _certificates_page(form, 422)
    upload = {
        "p12": form.file.data.read(),
        "passphrase": form.passphrase.data,
        "pin": form.pin.data,
    }
    try:
        administering.bind_certificate(office(), current_actor(), form.holder.data, upload)
    except Refusal as refusal:
        return _certificates_page(form, refuse(form, refusal, "file"))
    return done(url_for("signing.certificates"), _("Đã gắn chứng thư; từ nay dùng để ký."))


@blueprint.post("/certificates/token")
def bind_token():
    other = _certificate_form()
    form = _token_form(other)
    if not form.validate_on_submit():
        return _certificates_page(other, 422, form)
    holder, file = form.holder.data, form.file.data.read()
    try:
        administering.bind_token_certificate(office(), current_actor(), holder, file)
    except Refusal as refusal:
        return _certificates_page(other, refuse(form, refusal, "file"), form)
    return done(url_for("signing.certificates"), _("Đã gắn chứng thư của token."))


@blueprint.post("/certificates/<int:binding_id>/confirm")
def confirm(binding_id: int):
    administering.confirm(office(), current_actor(), binding_id)
    return done(url_for("signing.certificates"), _("Đã xác nhận chứng thư; từ nay dùng để ký."))


@blueprint.post("/certificates/<int:binding_id>/revoke")
def revoke(binding_id: int):
    administering.revoke(office(), current_actor(), binding_id, request.form.get("reason", ""))
    return done(url_for("signing.certificates"), _("Đã gỡ chứng thư; không dùng để ký được nữa."))


def _certificate_form() -> CertificateForm:
    form = CertificateForm()
    actor = current_actor()
    people = administering.signers(office(), actor)
    seal = ("agency", _("Con dấu: %(agency)s", agency=actor.agency_name))
    form.holder.choices = options([seal, *((str(each.id), each.full_name) for each in people)])
    return form


def _token_form(other: CertificateForm) -> TokenForm:
    form = TokenForm(prefix="token")
    form.holder.choices = other.holder.choices
    return form


def _certificates_page(form: CertificateForm, status: int = 200, token: TokenForm | None = None):
    rows = [
        {"binding": each, "holder": holder, "state": _state(each)}
        for each, holder in administering.listing(office(), current_actor())
    ]
    trusts = trust.may_trust(office(), current_actor())
    shown = {"rows": rows, "form": form, "token_form": token or _token_form(form), "trusts": trusts}
    return render("signing/certificates.html", status=status, **shown)


def _state(binding: CertificateBinding) -> tuple[str, str]:
    now = office().now()
    problem = bindings.problem(binding, now)
    if problem:
        words, tone = STATES[problem]
        return words(), tone
    left = binding.valid_to - now
    if left < SOON:
        return _("Còn %(n)s ngày", n=left.days), "wait"
    return _("Đang dùng"), "good"
