"""Pages of the person's own account; signing out."""

from flask import Blueprint, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, logout_user

from blueprints.accounts import browsers
from blueprints.accounts.forms import LanguageForm, PasswordForm, ProfileForm
from blueprints.accounts.identity import safe_path
from blueprints.addresses import whole
from blueprints.answers import done, render
from blueprints.words import sentence
from blueprints.words.roles import ROLE_NAMES
from domain.errors import Refusal
from extensions import current_actor, limiter, office
from services import accounts
from services.signing import devices

blueprint = Blueprint("accounts", __name__, url_prefix="/account")


@blueprint.get("/")
def index():
    return _page()


@blueprint.post("/profile")
def profile():
    form = ProfileForm()
    if not form.validate_on_submit():
        return _page(422, profile=form)
    try:
        accounts.edit_profile(
            office(), current_actor(), form.email.data or "", form.telephone.data or ""
        )
    except Refusal as refusal:
        form[refusal.fields["field"]].errors = [sentence(refusal)]
        return _page(refusal.status, profile=form)
    return done(url_for("accounts.index"), _("Đã lưu thông tin liên lạc."))


@blueprint.get("/password")
def password():
    return _password_page(PasswordForm())


def _password_page(form: PasswordForm, status: int = 200):
    """Password managers want the user name beside the password."""
    username = accounts.account_of(office(), current_actor()).username
    return render("accounts/password.html", status=status, form=form, username=username)


@blueprint.post("/password")
@limiter.limit("10/minute")
def change_password():
    form = PasswordForm()
    if not form.validate_on_submit():
        return _password_page(form, 422)
    try:
        ended = accounts.change_password(
            office(),
            current_actor(),
            current_user.get_id(),
            form.current.data,
            form.password.data,
        )
    except Refusal as refusal:
        form[refusal.fields["field"]].errors = [sentence(refusal)]
        return _password_page(form, refusal.status)
    return done(url_for("accounts.index"), _("Đã đổi mật khẩu. %(ended)s", ended=_ended(ended)))


@blueprint.post("/language")
def language():
    chosen = request.values.get("language", "")
    accounts.change_language(office(), current_actor(), chosen)
    session["language"] = chosen
    return done(url_for("accounts.index") if "back" not in request.values else "/")


@blueprint.post("/sessions/<int:session_id>/end")
def end_session(session_id: int):
    accounts.end_session(office(), current_actor(), session_id)
    return done(url_for("accounts.index"), _("Đã kết thúc phiên đăng nhập đó."))


@blueprint.post("/sessions/end-others")
def end_others():
    ended = accounts.end_others(office(), current_actor(), current_user.get_id())
    return done(url_for("accounts.index"), _ended(ended))


@blueprint.post("/appointment")
def switch():
    chosen = request.values.get("appointment", 0, type=whole)
    accounts.switch_appointment(office(), current_actor(), current_user.get_id(), chosen)
    return done(safe_path(request.form.get("next")))


@blueprint.post("/logout")
def logout():
    accounts.sign_out(office(), current_actor(), current_user.get_id())
    logout_user()
    session.pop("csrf_token", None)
    return done(url_for("entrance.login"), _("Bạn đã đăng xuất."))


def _ended(count: int) -> str:
    return ngettext(
        "Đã kết thúc %(num)s phiên đăng nhập khác.",
        "Đã kết thúc %(num)s phiên đăng nhập khác.",
        count,
    )


def _page(status: int = 200, profile: ProfileForm | None = None):
    person = accounts.account_of(office(), current_actor())
    return render(
        "accounts/index.html",
        status=status,
        person=person,
        profile=profile or ProfileForm(obj=person),
        language=LanguageForm(language=person.language),
        sessions=accounts.live_sessions(office(), person.id),
        here=current_user.login_id,
        browser=browsers.name,
        appointments=accounts.held_on(person, office().today()),
        role_names=ROLE_NAMES,
        signs=devices.may_pair(office(), current_actor()),
    )
