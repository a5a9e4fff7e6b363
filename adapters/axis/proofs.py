"""One call for many agencies (our extension): it is signed by one system as always, names the
further codes it speaks for in the signed argument `also`, and brings for each of them a proof: the
HMAC of the same signed text with that code's own secret. So whoever may ask for one code cannot ask
for another, and an axis that does not know the extension reads a plain call."""

import json
from collections.abc import Callable, Mapping, Sequence

from adapters.axis.errors import AxisRefusal
from adapters.axis.wire import (
    PREFIX,
    SIGN_TEXT,
    Call,
    HeaderSource,
    compact_json,
    is_signed_by,
    signature,
)

HEADER = PREFIX + "proofs"
ARGUMENT = "also"
MOST_CODES = 1000

SecretsOf = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]


def argument(secrets: Mapping[str, str]) -> str:
    """The codes that a call speaks for besides its own, as its argument `also`."""
    return compact_json(list(secrets))


def add_proofs(headers: list[tuple[str, str]], secrets: Mapping[str, str]) -> list[tuple[str, str]]:
    """The signed headers with a proof for each code of `secrets`."""
    text = dict(headers)[SIGN_TEXT].encode()
    proofs = {code: signature(secret, text) for code, secret in secrets.items()}
    return [*headers, (HEADER, compact_json(proofs))]


def proven(call: Call, headers: HeaderSource, secrets_of: SecretsOf) -> list[str]:
    """The codes besides the caller's own that the call may speak for, in the order it names them.

    A code whose proof is missing or wrong is left out; it must not stop the mail of the others.
    `secrets_of` gives the good secrets of each of several codes. Raises
    AxisRefusal("axis-bad-arguments") for what is no list of codes, or too long a one.
    """
    named = _object(call.arguments.get(ARGUMENT, "[]"), ARGUMENT)
    given = _object(_header(headers, HEADER) or "{}", HEADER)
    if not isinstance(named, list) or not isinstance(given, dict) or len(named) > MOST_CODES:
        raise AxisRefusal("axis-bad-arguments", argument=ARGUMENT)
    asked = [code for code in dict.fromkeys(map(str, named)) if isinstance(given.get(code), str)]
    secrets = secrets_of(asked) if asked else {}
    raw = (_header(headers, SIGN_TEXT) or "").encode("latin-1", "replace")
    return [c for c in asked if is_signed_by([s for s in secrets.get(c, ()) if s], raw, given[c])]


def _header(headers: HeaderSource, name: str) -> str | None:
    return headers(name) if callable(headers) else headers.get(name)


def _object(text: str, name: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise AxisRefusal("axis-bad-arguments", argument=name) from None
