"""The proof of a request and of its answer: HMAC-SHA256 with the secret that hub and node share for
the axis, made into a key of its own. Signed are the method, the path with its query, the SHA-256 of
the body, the time and a nonce; the answer is bound to the nonce of its request, so that nobody else
can give it."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.federation.errors import Unproven
from domain.federation import WINDOW

SYSTEM = "X-Vanthu-System"
TIMESTAMP = "X-Vanthu-Timestamp"
NONCE = "X-Vanthu-Nonce"
SIGNATURE = "X-Vanthu-Signature"
ANSWER = "X-Vanthu-Answer"
LABEL = b"vanthu federation 1"
WHOLE_SECONDS = re.compile("[0-9]{1,11}")
ONCE = re.compile("[0-9a-f]{32}")

ReadHeader = Callable[[str], str | None]


@dataclass(frozen=True)
class Request:
    """What is signed. `target` is the path from /federation on, with its query as it is sent."""

    method: str
    target: str
    body: bytes = b""


@dataclass(frozen=True)
class Proof:
    """A request whose signature holds; `secret` is the one of several that made it."""

    system_id: str
    nonce: str
    secret: str


def sign(request: Request, system_id: str, secret: str, at: datetime) -> dict[str, str]:
    """The headers that prove a request; each call has a nonce of its own."""
    stamp, nonce = str(int(at.timestamp())), secrets.token_hex(16)
    headers = {SYSTEM: system_id, TIMESTAMP: stamp, NONCE: nonce}
    return headers | {SIGNATURE: _of_request(request, system_id, stamp, nonce, secret)}


def verify(
    request: Request, header: ReadHeader, secrets_of: Callable[[str], Sequence[str]], now: datetime
) -> Proof:
    """The proof of a received request; whether its nonce is new the caller must see to.

    Raises Unproven("federation-unsigned" | "federation-clock" | "federation-unknown-system" |
    "federation-wrong-signature").
    """
    system_id, stamp, nonce, given = (
        header(n) or "" for n in (SYSTEM, TIMESTAMP, NONCE, SIGNATURE)
    )
    if not (system_id and given and WHOLE_SECONDS.fullmatch(stamp) and ONCE.fullmatch(nonce)):
        raise Unproven("federation-unsigned")
    if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > WINDOW:
        raise Unproven("federation-clock")
    # An empty secret is no secret: anybody could sign with it.
    known = [each for each in secrets_of(system_id) if each]
    if not known:
        raise Unproven("federation-unknown-system")
    claimed = given.encode("utf-8", "replace")
    for secret in known:
        made = _of_request(request, system_id, stamp, nonce, secret)
        if hmac.compare_digest(claimed, made.encode()):
            return Proof(system_id, nonce, secret)
    raise Unproven("federation-wrong-signature")


def sign_answer(nonce: str, secret: str, status: int, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return _mac(secret, "answer", nonce, str(status), digest)


def is_answer(given: str | None, nonce: str, secret: str, status: int, body: bytes) -> bool:
    made = sign_answer(nonce, secret, status, body)
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), made.encode())


def _of_request(request: Request, system_id: str, stamp: str, nonce: str, secret: str) -> str:
    digest = hashlib.sha256(request.body).hexdigest()
    return _mac(secret, request.method, request.target, digest, system_id, stamp, nonce)


def _mac(secret: str, *parts: str) -> str:
    key = hmac.new(secret.encode(), LABEL, hashlib.sha256).digest()
    text = "\n".join(parts).encode("utf-8", "replace")
    return hmac.new(key, text, hashlib.sha256).hexdigest()
