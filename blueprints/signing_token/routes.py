"""The blueprint of the machine endpoints, apart so that its views can be in several files; and how
they say what went wrong."""

import structlog
from flask import Blueprint, Response, jsonify
from flask_babel import force_locale
from werkzeug.exceptions import HTTPException

from blueprints import machines
from blueprints.words import sentence
from domain.errors import Locked, NotFound, Refusal, Unavailable
from extensions import office

log = structlog.get_logger()
PREFIX = "/signing-token"
blueprint = Blueprint("signing_token", __name__, url_prefix=PREFIX)


@blueprint.errorhandler(Exception)
def fault(error: Exception) -> Response:
    """Every failure in JSON: the words are shown on the person's PC as they are."""
    refusal = error if isinstance(error, Refusal) else _refusal(error)
    return told(refusal)


def told(refusal: Refusal) -> Response:
    with force_locale("vi"):
        said = sentence(refusal)
    # `Status` and `Message` are read by the desktop program, the others by ours.
    body = {"code": refusal.code, "message": said, "Status": False, "Message": said}
    answer = jsonify(body)
    answer.status_code = refusal.status
    return answer


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, HTTPException) and error.code == 429:
        return Locked("too-many")
    if isinstance(error, HTTPException):
        return NotFound("token-call-unknown")
    log.exception("signing-token fault")
    office().session().rollback()
    return Unavailable("token-call-failed")


@blueprint.record_once
def _register(state) -> None:
    machines.register(state.app, PREFIX, blueprint.name, fault)
