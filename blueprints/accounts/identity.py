"""The thin wrapper around Flask-Login: a token in the cookie, a session row behind it; and where a
person may be sent afterwards."""

from urllib.parse import urlsplit

from flask import current_app, flash, has_request_context, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import UserMixin, current_user

from domain.errors import SignedOut
from extensions import login_manager, office
from models.agencies import LoginSession
from services import accounts


class Identity(UserMixin):
    """Who is signed in: the session's token is the id, the actor says in which appointment."""

    def __init__(self, token: str, login: LoginSession) -> None:
        self.id = token
        self.login_id = login.id
        self.language = login.person.language
        self.must_change_password = login.person.must_change_password
        self.actor = accounts.actor_of(login)
        held = accounts.held_on(login.person, office().today())
        self.other_appointments = [
            (a.id, f"{a.title}, {a.agency.name}") for a in held if a.id != login.appointment_id
        ]


@login_manager.user_loader
def load(token: str) -> Identity | None:
    login = accounts.find_session(office(), token)
    if login is None:
        return None
    identity = Identity(token, login)
    accounts.touch(office(), login)
    return identity


@login_manager.unauthorized_handler
def ask_to_sign_in():
    """To the login page and back; htmx is told to go there as a whole page. What was typed into a
    form cannot follow: it is handed back instead, with the way to the login."""
    if request.method == "POST":
        raise SignedOut("signed-out")
    back = request.full_path.rstrip("?")
    target = url_for("entrance.login", next=None if back == "/" else back)
    if request.headers.get("HX-Request") == "true":
        return current_app.response_class(status=401, headers={"HX-Redirect": target})
    flash(_("Hãy đăng nhập để tiếp tục."), "info")
    return redirect(target)


def came_from() -> str:
    """The page of this server from which the request was sent, as a path."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return "/"
    return safe_path(parts._replace(scheme="", netloc="", fragment="").geturl())


def safe_path(target: str | None) -> str:
    """`target` if it is a path on this server, else "/": never an open redirect. Browsers read
    "\\" as "/" and "///host" as "//host", and leave out tabs and line breaks."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(char) <= ord(" ") for char in target):
        return "/"
    return target


def chosen_language() -> str:
    """The person's language, else what this browser chose on the login page, else Vietnamese."""
    if not has_request_context():
        return "vi"
    if current_user and current_user.is_authenticated:
        return current_user.language
    return session.get("language", "vi")
