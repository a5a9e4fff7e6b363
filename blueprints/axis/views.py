"""One view for all operations of the axis. Nothing under /axis ever answers with a page: the client
SDK takes HTML for a lost answer, or worse, for a document."""

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import BaseConverter

from blueprints import machines
from extensions import office
from services.hub import axis, axis_description

log = structlog.get_logger()
blueprint = Blueprint("axis", __name__, url_prefix="/axis")
# All of them, so that a wrong method is refused in JSON too.
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
DRAIN = 64 * 1024


class AnyPath(BaseConverter):
    """Whatever follows, slashes too: clients join endpoint and operation as plain text, and a
    redirect to the tidy address would turn their POST into a GET."""

    regex = ".*"
    part_isolating = False


@blueprint.record_once
def _know_paths(state) -> None:
    state.app.url_map.converters["axis_path"] = AnyPath
    machines.register(state.app, "/axis", blueprint.name, _fault)


def operation(path: str = "") -> Response:
    """Performs the operation named by the path. Its guard is the HMAC that the service checks."""
    # A package is larger than what a person may upload: base64, several files.
    request.max_content_length = axis.MAX_BODY
    name = path.strip("/")
    if name == axis_description.NAME and request.method == "GET":
        return Response(axis_description.described(), content_type="application/json")
    answer = axis.call(office(), name, request.headers.get, request.get_data)
    _drain()
    return _response(answer)


for _rule in ("", "/<axis_path:path>"):
    blueprint.add_url_rule(
        _rule,
        view_func=operation,
        methods=METHODS,
        merge_slashes=False,
        provide_automatic_options=False,
    )


def _drain() -> None:
    """Reads what a refused caller is still sending: closing on it would lose our answer."""
    while request.stream.read(DRAIN):
        pass


def _response(answer: axis.Answer) -> Response:
    return Response(answer.content, answer.status, content_type=answer.media_type)


@blueprint.errorhandler(Exception)
def _fault(error: Exception) -> Response:
    name = (request.view_args or {}).get("path", "").strip("/")
    if isinstance(error, RequestEntityTooLarge):
        return _response(axis.too_large(name))
    if isinstance(error, HTTPException):
        return _response(axis.unknown(name))
    log.exception("axis fault", operation=name)
    return _response(axis.failed(name))
