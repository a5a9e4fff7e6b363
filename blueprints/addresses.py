"""What an address may carry. Numbers beyond what any database holds and characters that none keeps
are no address of ours; and how a page links to itself with another query."""

from urllib.parse import urlencode

from flask import Flask, abort, request, url_for
from werkzeug.routing import IntegerConverter
from werkzeug.routing.map import Map

from blueprints import machines

LARGEST_ID = 2**63 - 1
MOST_DIGITS = 9
# Pages of the administration that another feature answers.
ADMINISTERED = ("/signing/certificates", "/signing/roots")


class RowId(IntegerConverter):
    """An `int` in a path is the id of a row: 64 bits hold it."""

    def __init__(self, map: Map, **options: object) -> None:
        super().__init__(map, **({"max": LARGEST_ID} | options))


def register(app: Flask) -> None:
    app.url_map.converters["int"] = RowId
    app.jinja_env.globals["this_address"] = here
    app.before_request(_refuse_unstorable)


def whole(text: str) -> int:
    """The number of a query, such as a page: `args.get("page", 1, type=whole)`. Raises ValueError,
    for one of more than nine digits too: no page, year or row of ours has it."""
    if len(text) > MOST_DIGITS:
        raise ValueError(text)
    return int(text)


def is_administered(path: str) -> bool:
    return path.startswith(ADMINISTERED)


def here(**changes: object) -> str:
    """This address with some fields of its query changed; None takes one out. Whatever else stands
    in the query stays in the query: handed to `url_for`, a `_scheme` would choose the scheme."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    query = kept + [(name, value) for name, value in changes.items() if value is not None]
    path = url_for(request.endpoint, **(request.view_args or {}))
    return f"{path}?{urlencode(query)}" if query else path


def _refuse_unstorable() -> None:
    """PostgreSQL keeps no NUL in a text, and nobody types one."""
    if "\0" in request.path or any("\0" in value for _, value in request.args.items(multi=True)):
        abort(404)
    if not machines.is_machine() and _in_form("\0"):
        abort(404)


def _in_form(mark: str) -> bool:
    return any(mark in value for _, value in request.form.items(multi=True))
