"""The signed headers of the axis, both sides; the hash of the file is in `body`.

Facts observed on the unmodified client SDK 2.0.0 and 2.0.1. All arguments travel as headers;
the signed thing is one compact JSON text, sent in a header too. The receiver must check and use
that text as it came: its order is a Java HashMap's, and the single headers beside it are not
what was signed (a WSGI server even merges `docId` and `docid` into one).
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from adapters.axis.errors import AxisRefusal
from adapters.axis.operations import OPERATIONS

PREFIX = "XroadVnpt-"
SIGN_KEY = PREFIX + "sign-header-key"
SIGN_TEXT = PREFIX + "sign-header"
SIGN_HASH = PREFIX + "hash-header"
USER_AGENT = "JAVASDKAgent/1.0.0 XRoad/VPCP"
PROTOCOL_VERSION = "3.0.201608"

VIETNAM = timezone(timedelta(hours=7))
MAX_SIGNED_TEXT = 256 * 1024
_OWN_FIELDS = ("systemid", "timestamp", "Content-Type")

HeaderSource = Mapping[str, str] | Callable[[str], str | None]
SecretFinder = Callable[[str], Sequence[str] | None]


@dataclass(frozen=True)
class Call:
    """A verified call: who, with which signed arguments; `timestamp` is the stamp as it was sent
    (made once per client object, so it may be hours or days old)."""

    system_id: str
    arguments: dict[str, str] = field(default_factory=dict)
    timestamp: str = ""

    @property
    def stamped_at(self) -> datetime | None:
        """The stamp as a time in Vietnam, or None where it is not one."""
        moment, _, millis = self.timestamp.partition("+")
        try:
            naive = datetime.strptime(moment, "%d%m%YT%H%M%S")  # noqa: DTZ007 - zone added below
            return naive.replace(microsecond=int(millis) * 1000, tzinfo=VIETNAM)
        except ValueError:
            return None

    @property
    def recipients(self) -> list[str] | None:
        """The codes of `to` (a JSON text), or None: then the edXML's own To elements count."""
        return texts(self.arguments["to"], "to") if "to" in self.arguments else None


def sign_headers(
    arguments: Mapping[str, str | list[str]],
    system_id: str,
    secret: str,
    content_type: str,
    at: datetime,
) -> list[tuple[str, str]]:
    """The headers of one call, as the SDK sends them: each argument, then the five that sign.

    `at` without a zone counts as local time; with one it is turned into Vietnam's. A list (only
    `to` is one) becomes its JSON text. Raises AxisRefusal "axis-bad-arguments" for a value that
    is not printable ASCII: the wire would alter it and the signature would fail over there.
    """
    signed = {"systemid": system_id}
    signed |= {name: _plain(name, value) for name, value in arguments.items()}
    signed |= {"timestamp": stamp(at), "Content-Type": content_type}
    text = compact_json({PREFIX + name: value for name, value in signed.items()})
    return [
        *((PREFIX + name, value) for name, value in signed.items()),
        (SIGN_KEY, ";".join(signed)),
        (SIGN_TEXT, text),
        (SIGN_HASH, signature(secret, text.encode())),
        ("User-Agent", USER_AGENT),
        (PREFIX + "version", PROTOCOL_VERSION),
        ("Content-Type", content_type),
    ]


def verify(headers: HeaderSource, find_secret: SecretFinder, operation: str | None = None) -> Call:
    """Check the signature of a received call and return its signed arguments.

    `headers` is a case-insensitive mapping (Flask's `request.headers`, `environ_headers(environ)`)
    or a function from a header's name to its value, text decoded as latin-1 as WSGI does.
    `find_secret` gives the valid secrets of a system id: several while one is being replaced.
    With `operation`, only the arguments which that operation defines are returned, so that what
    the client's object still carries from earlier calls is ignored. `docid` is read as `docId`.
    Raises AxisRefusal "axis-header-missing", "axis-bad-arguments", "axis-unknown-sender",
    "axis-wrong-signature", "axis-ambiguous-document-id".
    """
    text = _required(headers, SIGN_TEXT)
    received_hash = _required(headers, SIGN_HASH)
    raw = _wire_bytes(text)
    signed = _signed_members(raw)
    system_id = signed.get("systemid", "")
    # An empty secret is no secret: anybody could sign with it.
    secrets = [s for s in (find_secret(system_id) or () if system_id else ()) if s]
    if not secrets:
        raise AxisRefusal("axis-unknown-sender", system_id=system_id or "?")
    if not is_signed_by(secrets, raw, received_hash):
        raise AxisRefusal("axis-wrong-signature", system_id=system_id)
    timestamp = signed.get("timestamp", "")
    return Call(system_id, _arguments(signed, operation), timestamp)


def environ_headers(environ: Mapping[str, object]) -> Callable[[str], str | None]:
    """A header getter over a bare WSGI environ."""

    def get(name: str) -> str | None:
        value = environ.get("HTTP_" + name.upper().replace("-", "_"))
        return value if isinstance(value, str) else None

    return get


def signature(secret: str, message: bytes) -> str:
    """Lowercase hex HMAC-SHA256, keyed with the secret's UTF-8 bytes."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def stamp(at: datetime) -> str:
    """`ddMMyyyyTHHmmss+SSSS`: the plus is a literal, SSSS are milliseconds on four places."""
    local = at.astimezone(VIETNAM) if at.tzinfo else at
    return f"{local:%d%m%YT%H%M%S}+{local.microsecond // 1000:04d}"


def compact_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(name: str, value: str | list[str]) -> str:
    text = value if isinstance(value, str) else compact_json(value)
    if not all(" " <= letter <= "~" for letter in text):
        raise AxisRefusal("axis-bad-arguments", argument=name)
    return text


def _required(headers: HeaderSource, name: str) -> str:
    value = headers(name) if callable(headers) else headers.get(name)
    if not value:
        raise AxisRefusal("axis-header-missing", header=name)
    return value


def _wire_bytes(text: str) -> bytes:
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        raw = text.encode()  # not from a WSGI server: already decoded by the caller
    if len(raw) > MAX_SIGNED_TEXT:
        raise AxisRefusal("axis-bad-arguments", argument=SIGN_TEXT)
    return raw


def _json(text: str, argument: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats, strict=False)
    except (ValueError, RecursionError):
        raise AxisRefusal("axis-bad-arguments", argument=argument) from None


def texts(value: str, argument: str) -> list[str]:
    """The texts that an argument lists as JSON; a single one may stand for itself. Raises
    AxisRefusal("axis-bad-arguments")."""
    found = _json(value, argument)
    found = [found] if isinstance(found, str) else found
    if not isinstance(found, list) or not all(map(is_text, found)):
        raise AxisRefusal("axis-bad-arguments", argument=argument)
    return found


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _signed_members(raw: bytes) -> dict[str, str]:
    # Read leniently: a text that lost its accents on the way must still name its sender, so that
    # the refusal can be "wrong signature, ASCII only" and not a riddle.
    members = _json(raw.decode("utf-8", "replace"), SIGN_TEXT)
    if not isinstance(members, dict):
        raise AxisRefusal("axis-bad-arguments", argument=SIGN_TEXT)
    for name, value in members.items():
        if not name.startswith(PREFIX) or not is_text(value):
            raise AxisRefusal("axis-bad-arguments", argument=name)
    return {name.removeprefix(PREFIX): value for name, value in members.items()}


def is_text(value: object) -> bool:
    """A text that can be stored: JSON's escapes can also write a NUL and halves of characters."""
    if not isinstance(value, str) or "\0" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def is_signed_by(secrets: Sequence[str], raw: bytes, received: str) -> bool:
    """Whether `received` is the HMAC of the text `raw` under one of the secrets."""
    claimed = received.strip().lower().encode("utf-8", "replace")
    # No early exit: how long it takes must not tell which of the secrets fits.
    found = [hmac.compare_digest(claimed, signature(s, raw).encode()) for s in secrets]
    return any(found)


def _arguments(signed: dict[str, str], operation: str | None) -> dict[str, str]:
    arguments = {name: value for name, value in signed.items() if name not in _OWN_FIELDS}
    defined = OPERATIONS.get(operation) if operation else None
    if defined is None or defined.names_a_document:
        _settle_document_id(arguments)
    if defined is None:
        return arguments
    return {name: value for name, value in arguments.items() if name in defined.arguments}


def _settle_document_id(arguments: dict[str, str]) -> None:
    """Samples spell it `docId` and `docid`. Where both are there one is a left-over of an earlier
    call and nothing tells which, so they must agree."""
    twin = arguments.pop("docid", None)
    if twin is None:
        return
    if arguments.setdefault("docId", twin) != twin:
        raise AxisRefusal("axis-ambiguous-document-id")
