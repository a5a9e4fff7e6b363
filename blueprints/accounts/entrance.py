"""The entrance: signing in, and the language before one is signed in."""

from flask import Blueprint, redirect, request, session, url_for
from flask_login import current_user, login_user

from blueprints.accounts.forms import LoginForm
from blueprints.accounts.identity import Identity, safe_path
from blueprints.answers import render
from blueprints.words import sentence
from domain.errors import Refusal
from extensions import limiter, office
from services import accounts

entrance = Blueprint("entrance", __name__, url_prefix="/account")


@entrance.get("/login")
def login():
    target = safe_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target)
    return _page(LoginForm(), target)


@entrance.post("/login")
@limiter.limit("30/minute")
def sign_in():
    form, target = LoginForm(), safe_path(request.form.get("next"))
    if not form.validate_on_submit():
        return _page(form, target, 422)
    try:
        token = accounts.sign_in(
            office(),
            form.username.data,
            form.password.data,
            request.remote_addr or "",
            request.user_agent.string,
        )
    except Refusal as refusal:
        form.password.errors = [sentence(refusal)]
        return _page(form, target, refusal.status)
    _begin(token)
    return redirect(target, code=303)


@entrance.post("/login/language")
def language():
    chosen = request.form.get("language")
    session["language"] = chosen if chosen in ("vi", "en") else "vi"
    target = safe_path(request.form.get("next"))
    return redirect(url_for("entrance.login", next=target if target != "/" else None), code=303)


def _begin(token: str) -> None:
    """Nothing of the browser's session before signing in outlives it but the language."""
    kept = session.get("language")
    session.clear()
    if kept:
        session["language"] = kept
    login_user(Identity(token, accounts.find_session(office(), token)))


def _page(form: LoginForm, target: str, status: int = 200):
    settings = office().settings
    shown = {"form": form, "next": target, "node": settings.node_name, "demo": settings.demo}
    return render("accounts/login.html", status=status, **shown)
