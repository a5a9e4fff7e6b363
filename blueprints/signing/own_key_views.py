"""A person's own key: what they sign with and until when, the code of their app, and the code that
a signing service sends."""

from flask import current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from blueprints.answers import _, done, render
from blueprints.forms import refuse
from blueprints.signatures import signing_wants
from blueprints.signing import certificate_page
from blueprints.signing.forms import CodeForm, CodeOffForm
from blueprints.signing.routes import blueprint
from blueprints.words import words
from domain.errors import Refusal
from domain.roles import Role
from extensions import current_actor, limiter, office
from services import signing
from services.signing import own_key, second_factor

blueprint.add_app_template_global(signing_wants)
# The pages with a form of signing.
FORMS = {"outgoing.document", "batches.choose", "copies.copy"}


@blueprint.app_template_global("has_second_factor")
def has_second_factor(person_id: int) -> bool:
    return second_factor.of(office().session(), person_id) is not None


@blueprint.get("/key")
def key():
    if current_actor().role == Role.ADMINISTRATOR:
        return redirect(url_for("signing.certificates"))
    try:
        held = own_key.shown(office(), current_actor())
    except Refusal as refusal:
        return render("signing/key.html", held=None, problem=words(refusal))
    page = {"held": held, "problem": None, "state": certificate_page.state(held.binding)}
    place = certificate_page.BACKENDS[held.binding.backend]
    left = certificate_page.left(held.binding)
    return render("signing/key.html", place=place, left=left, **page)


@blueprint.get("/code")
def code():
    return _code_page(CodeForm())


@blueprint.post("/code")
def start_code():
    """Shows the secret this once: a page reloaded or opened later does not have it."""
    enrolment = own_key.enrol(office(), current_actor())
    return _code_page(CodeForm(formdata=None), enrolment=enrolment)


@blueprint.post("/code/confirm")
@limiter.limit("20/minute")
def confirm_code():
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form, 422)
    try:
        second_factor.confirm(office(), current_actor(), form.code.data)
    except Refusal as refusal:
        return _code_page(form, refuse(form, refusal, "code"))
    return done(url_for("signing.code"), _("Đã bật mã xác thực khi ký."))


@blueprint.post("/code/off")
@limiter.limit("10/minute")
def code_off():
    form = CodeOffForm()
    if not form.validate_on_submit():
        return _code_page(CodeForm(formdata=None), 422, off=form)
    try:
        second_factor.remove(office(), current_actor(), form.password.data)
    except Refusal as refusal:
        status = refuse(form, refusal, "password")
        return _code_page(CodeForm(formdata=None), status, off=form)
    return done(url_for("signing.code"), _("Đã tắt mã xác thực khi ký."))


@blueprint.post("/code/<int:person_id>/reset")
def reset_code(person_id: int):
    second_factor.reset(office(), current_actor(), person_id)
    said = _("Đã xóa mã xác thực; người này có thể bật lại bằng điện thoại khác.")
    return done(url_for("admin.person", person_id=person_id), said)


@blueprint.post("/otp")
@limiter.limit("6/minute")
def send_otp():
    signing.send_otp(office(), current_actor())
    back = _back(request.form.get("back", ""))
    return done(back, _("Dịch vụ ký đã gửi mã OTP đến người giữ khóa."))


def _back(path: str) -> str:
    """The page of a form of signing; that of signing for anything else."""
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return url_for("signing.index")
    return url_for(endpoint, **values) if endpoint in FORMS else url_for("signing.index")


def _code_page(form: CodeForm, status: int = 200, enrolment=None, off: CodeOffForm | None = None):
    known = second_factor.of(office().session(), current_actor().person_id)
    started = enrolment or own_key.is_started(office(), current_actor())
    return render(
        "signing/code.html", status=status, form=form, enrolment=enrolment, known=known,
        started=started, off=off or CodeOffForm(formdata=None),
    )  # fmt: skip
