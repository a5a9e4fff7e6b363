"""One way to answer: a whole page, or the named block of it that htmx asked for."""

from functools import lru_cache

from flask import (
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_babel import gettext as _
from jinja2 import nodes
from jinja2_fragments.flask import render_block


def is_fragment() -> bool:
    return request.headers.get("HX-Request") == "true"


def render(template: str, block: str | None = None, status: int = 200, **context) -> Response:
    """The page, or for htmx its named `block`: the fragment is part of its page, so that the two
    cannot drift apart."""
    if is_fragment() and block:
        body = render_block(template, block, **(_macros(template) | context))
    else:
        body = render_template(template, **context)
    return make_response(body, status)


@lru_cache(maxsize=256)
def _macros(template: str) -> dict:
    """What a page imports at its top. A block rendered alone does not run those lines, so its
    macros would be unknown to it."""
    environment = current_app.jinja_env
    source, _path, _fresh = environment.loader.get_source(environment, template)
    found = {}
    for node in environment.parse(source).body:
        if isinstance(node, nodes.FromImport):
            module = environment.get_template(node.template.value).module
            pairs = (name if isinstance(name, tuple) else (name, name) for name in node.names)
            found |= {alias: getattr(module, name) for name, alias in pairs}
    return found


def done(location: str, message: str | None = None) -> Response:
    """After a POST: 303 to the page that shows the result; htmx goes there as a whole page."""
    if message:
        flash(message, "success")
    if is_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = location
        return response
    return redirect(location, code=303)


def flash_refusal(message: str) -> None:
    flash(message, "error")


__all__ = ["_", "done", "flash_refusal", "is_fragment", "render"]
