"""Addresses that only machines call. Whatever goes wrong there, also before a view is found, is
told in JSON: a page would be taken for a lost answer, or worse, for a document."""

from collections.abc import Callable

from flask import Flask, Response, current_app, request

Tell = Callable[[Exception], Response]


def register(app: Flask, prefix: str, blueprint: str, tell: Tell) -> None:
    app.extensions.setdefault("machines", []).append((prefix, blueprint, tell))


def is_machine() -> bool:
    """Whether the request goes to a machine's blueprint: its body is its own matter."""
    return any(request.blueprint == name for _, name, _ in _known())


def told(error: Exception) -> Response | None:
    """The answer to a request below a machine's address that no view took; None for all others."""
    for prefix, _name, tell in _known():
        if request.path == prefix or request.path.startswith(prefix + "/"):
            return tell(error)
    return None


def _known() -> list[tuple[str, str, Tell]]:
    return current_app.extensions.get("machines", [])
