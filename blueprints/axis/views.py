"""One view for all operations of the axis. Nothing under /axis ever answers with a page: the client
SDK takes HTML for a lost answer, or worse, for a document."""

from collections.abc import Iterator
from contextlib import suppress

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.routing import BaseConverter
from werkzeug.wsgi import get_input_stream

from blueprints import machines
from extensions import office
from services.hub import axis, axis_description

log = structlog.get_logger()
blueprint = Blueprint("axis", __name__, url_prefix="/axis")
# All of them, so that a wrong method is refused in JSON too.
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
PIECE = 256 * 1024
PATIENCE = 2  # how many times the limit a caller may send and still be told that it is too much


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
    name = path.strip("/")
    # A package is larger than what a person may upload: base64, several files.
    request.max_content_length = axis.longest_body(office(), name)
    if name == axis_description.NAME and request.method == "GET":
        return Response(axis_description.described(), content_type="application/json")
    answer = axis.call(office(), name, request.headers.get, _body)
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


def _body() -> Iterator[bytes]:
    """What the caller sends, as it comes. Raises RequestEntityTooLarge, ClientDisconnected."""
    stream, left = request.stream, request.content_length
    while left is None or left > 0:
        piece = stream.read(PIECE if left is None else min(PIECE, left))
        if not piece and left is None:
            return
        if not piece:
            raise ClientDisconnected
        left = left and left - len(piece)
        yield piece


def _drain() -> None:
    """Reads what a refused caller is still sending, within reason: closing on it would lose our
    answer."""
    limit = PATIENCE * (request.max_content_length or 0)
    with suppress(RequestEntityTooLarge, ClientDisconnected):
        try:
            _read_up(request.stream)
        except RequestEntityTooLarge:
            _read_up(get_input_stream(request.environ, max_content_length=limit))


def _read_up(stream) -> None:
    while stream.read(PIECE):
        pass


def _response(answer: axis.Answer) -> Response:
    response = Response(answer.content, answer.status, content_type=answer.media_type)
    if answer.length is not None:
        response.content_length = answer.length
    return response


@blueprint.errorhandler(Exception)
def _fault(error: Exception) -> Response:
    name = (request.view_args or {}).get("path", "").strip("/")
    if isinstance(error, RequestEntityTooLarge):
        _drain()
        return _response(axis.too_large(office(), name))
    if isinstance(error, ClientDisconnected):
        return _response(axis.failed(name))
    if isinstance(error, HTTPException):
        return _response(axis.unknown(name))
    log.exception("axis fault", operation=name)
    return _response(axis.failed(name))
