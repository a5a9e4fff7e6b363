"""Guards: what a request must fulfil before any view runs. `app.py` names one for each blueprint;
a blueprint without one is refused. Object-level checks follow in the services."""

from collections.abc import Callable

from flask import abort, request, url_for
from flask_login import current_user

from blueprints.answers import done
from domain.errors import Forbidden
from domain.permissions import Relation, allowing
from extensions import login_manager, office

Guard = Callable[[], object]
WITH_ONE_TIME_PASSWORD = {
    "accounts.password",
    "accounts.change_password",
    "accounts.language",
    "accounts.logout",
}


def public() -> None:
    """Anyone: the login page, static files, health."""


def public_verification() -> None:
    """Anyone, where the office offers to check signatures for everybody."""
    if office().settings.is_hub or not office().settings.public_verification:
        abort(404)


def signed_in():
    """A signed-in person; others are sent to the login page and come back afterwards. Whoever came
    in with a one-time password chooses their own before anything else."""
    if not current_user.is_authenticated:
        return login_manager.unauthorized()
    if current_user.must_change_password and request.endpoint not in WITH_ONE_TIME_PASSWORD:
        return done(url_for("accounts.password"))
    return None


def signed_in_on_district():
    """A signed-in person on a district node; a hub has no documents of its own."""
    if office().settings.is_hub:
        abort(404)
    return signed_in()


def may(action: str) -> Guard:
    """A signed-in person whose role allows `action` in their own agency."""

    def guard():
        answer = signed_in()
        if answer is None and not allowing(current_user.actor, action, {Relation.AGENCY}):
            raise Forbidden("not-allowed", action=action)
        return answer

    guard.__name__ = f"may {action}"
    return guard


def operates_hub():
    """An operator on the hub."""
    if not office().settings.is_hub:
        abort(404)
    return may("hub:view")()


def axis() -> None:
    """A system calling the hub's axis: each view verifies the HMAC of its call."""
    if not office().settings.is_hub:
        abort(404)


def federation() -> None:
    """A hub or a node calling the other: each view verifies the signature of its call."""


def signing_token() -> None:
    """A program on a person's computer: each view asks for the secret of its pairing, or for that
    in the address of a file."""
    if office().settings.is_hub:
        abort(404)


def check(guards: dict[str, Guard]):
    """Runs the guard of the request's blueprint; no blueprint, no guard: only static files pass."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    return guards[request.blueprint]()
