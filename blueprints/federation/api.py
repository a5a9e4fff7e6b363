"""One view for everything under /federation/v1. Its guard is the signature that the service
checks."""

import structlog
from flask import Blueprint, Response, request
from flask_babel import force_locale
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from blueprints import machines
from blueprints.words import words
from domain.errors import NotFound, Refusal
from extensions import office
from services.federation import answering

log = structlog.get_logger()
PREFIX = "/federation/v1"
api = Blueprint("federation_api", __name__, url_prefix=PREFIX)
# All of them, so that a wrong method is refused in JSON too.
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def operation(name: str = "") -> Response:
    request.max_content_length = answering.LARGEST_BODY
    query = request.query_string.decode("latin-1")
    target = f"{request.path}?{query}" if query else request.path
    call = answering.called(
        request.method, target, request.get_data(), request.headers.get, request.remote_addr
    )
    answer = answering.call(office(), name, call)
    return _response(answer.content, answer.status, answer.headers)


for _rule in ("", "/", "/<path:name>"):
    api.add_url_rule(_rule, view_func=operation, methods=METHODS, provide_automatic_options=False)


def _response(content: bytes, status: int = 200, headers=()) -> Response:
    response = Response(content, status, content_type="application/json")
    response.headers.update(headers)
    return response


@api.errorhandler(Exception)
def _fault(error: Exception) -> Response:
    refusal = error if isinstance(error, Refusal) else _refusal(error)
    with force_locale("vi"):
        message = words(refusal).reason
    headers = {"Allow": refusal.fields["allow"]} if "allow" in refusal.fields else {}
    return _response(answering.encoded_refusal(refusal, message), refusal.status, headers)


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, RequestEntityTooLarge):
        return answering.refused("federation-large", 413)
    if isinstance(error, HTTPException) and error.code == 405:
        return answering.refused("federation-method", 405, allow=_allowed())
    if isinstance(error, HTTPException):
        return NotFound("federation-unknown")
    log.exception("federation fault", path=request.path)
    office().session().rollback()
    return answering.failed()


def _allowed() -> str:
    return answering.allowed(office(), request.path.removeprefix(PREFIX).strip("/"))


@api.record_once
def _register(state) -> None:
    machines.register(state.app, PREFIX, api.name, _fault)
