"""Binding a certificate: a form for each place where a key may be. What was taken in is looked at
on its own page before it is put to use."""

from flask import url_for

from blueprints.answers import _, done, render
from blueprints.forms import options, refuse
from blueprints.signing.certificate_page import BACKENDS
from blueprints.signing.forms import FileKeyForm, OwnTokenForm, ServiceKeyForm, TokenKeyForm
from blueprints.signing.routes import blueprint
from domain.errors import Refusal
from extensions import current_actor, office
from services.signing import certificates as administering

NEW = "/certificates/new/<any(pkcs12, pkcs11, csc, token):backend>"
FORMS = {
    "pkcs12": FileKeyForm, "pkcs11": TokenKeyForm, "csc": ServiceKeyForm, "token": OwnTokenForm,
}  # fmt: skip
# What was refused is told beside this field where it names none.
ABOUT = {"pkcs12": "file", "pkcs11": "token", "csc": "url", "token": "file"}


@blueprint.get(NEW)
def new_certificate(backend: str):
    return _new_page(_form(backend), backend)


@blueprint.post(NEW)
def bind(backend: str):
    form = _form(backend)
    if not form.validate_on_submit():
        return _new_page(form, backend, 422)
    try:
        binding_id = _bound(form, backend)
    except Refusal as refusal:
        return _new_page(form, backend, refuse(form, refusal, ABOUT[backend]))
    said = _("Đã nạp chứng thư. Hãy xem lại rồi bấm Đưa vào sử dụng.")
    return done(url_for("signing.certificate", binding_id=binding_id), said)


def _bound(form, backend: str) -> int:
    whose = (office(), current_actor(), form.holder.data)
    if backend == "token":
        file = form.file.data.read()
        return administering.bind_token_certificate(*whose, file, confirmed=False)
    return administering.bind_certificate(*whose, _upload(form, backend), confirmed=False)


def _upload(form, backend: str) -> dict:
    given = {name: value for name, value in form.data.items() if isinstance(value, str)}
    if backend == "pkcs12":
        given["p12"] = form.file.data.read()
    return given | {"backend": backend}


def _form(backend: str):
    form = FORMS[backend]()
    actor = current_actor()
    people = administering.signers(office(), actor)
    seal = ("agency", _("Con dấu: %(agency)s", agency=actor.agency_name))
    form.holder.choices = options([seal, *((str(each.id), each.full_name) for each in people)])
    if backend == "pkcs11":
        names = office().settings.pkcs11_modules
        form.module.choices = options((name, name) for name in names)
    return form


def _new_page(form, backend: str, status: int = 200):
    tabs = [
        {"label": label, "url": url_for("signing.new_certificate", backend=name),
         "active": name == backend}
        for name, label in BACKENDS.items()
    ]  # fmt: skip
    ready = backend != "pkcs11" or bool(office().settings.pkcs11_modules)
    return render(
        "signing/certificate_new.html", status=status, form=form, backend=backend, backends=tabs,
        ready=ready,
    )  # fmt: skip
