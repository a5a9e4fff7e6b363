"""The cryptography under `keys`: how a private key rests, and how a PIN opens it once.

A sealed key holds the private key under a random data key, and the data key under a key derived
from both the PIN (scrypt) and the node's own secret: a stolen database cannot be searched for PINs
without the node's secret, and the node cannot sign without the PIN. An authorisation lets a worker
sign one exact request later without ever seeing the PIN.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from domain.errors import Forbidden, Invalid

KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12
SCRYPT_LOG2_N = 15  # 32 MiB and about 0.1 s for each guess
PIN_SHORTEST = 6
NOTHING: Mapping = {}


class WrongPin(Invalid):
    """The PIN does not open this key; the caller counts and throttles."""

    def __init__(self) -> None:
        super().__init__("pin-wrong", field="pin")


class DataKey:
    """The key of one sealed key. It shows nothing of itself and cannot be pickled."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError("a data key has 32 bytes")
        self._secret = secret

    def __repr__(self) -> str:
        return "DataKey(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a data key never leaves the process")

    def encrypt(self, plain: bytes, context: bytes) -> bytes:
        return _encrypt(self._secret, plain, context)

    def decrypt(self, sealed: bytes, context: bytes) -> bytes:
        return _decrypt(self._secret, sealed, context)

    def wrap(self, key: bytes, context: bytes, beside: bytes = b"") -> bytes:
        return _encrypt(key, self._secret + beside, context)

    @classmethod
    def unwrap(cls, key: bytes, wrapped: bytes, context: bytes) -> "DataKey":
        return cls(_decrypt(key, wrapped, context))

    @classmethod
    def random(cls) -> "DataKey":
        return cls(secrets.token_bytes(KEY_BYTES))


def pin_key(pin: str, node_key: bytes, salt: bytes, log2_n: int) -> bytes:
    """The 32-byte key that PIN and node key give together; about 0.1 s by design."""
    stretched = Scrypt(salt=salt, length=KEY_BYTES, n=1 << log2_n, r=8, p=1).derive(pin.encode())
    return _derive(stretched + checked_node_key(node_key), b"vanthu/1 pin")


@dataclass(frozen=True)
class Authority:
    """What an authorisation gives: the data key, and what serves this one signing only (the code of
    a signing service that was typed for it, or the signatures that the service made for it)."""

    data_key: DataKey = field(repr=False)
    once: Mapping = field(repr=False, default_factory=dict)


def authorise(data_key: DataKey, node_key: bytes, binding: bytes, once: Mapping = NOTHING) -> bytes:
    """An authorisation to sign exactly what `binding` names; store it, redeem it, delete it.

    It holds the data key, and what was typed for this one signing, under the node key, so it is
    worth as much as the PIN for that one request: the caller keeps it in the request's row only,
    and empties the row on redemption.
    """
    key = _derive(checked_node_key(node_key), b"vanthu/1 authorisation")
    return data_key.wrap(key, binding, json.dumps(dict(once)).encode())


def redeem(authorisation: bytes, node_key: bytes, binding: bytes) -> Authority:
    """What an authorisation given for this very binding holds.

    Refuses with Forbidden("authorisation-invalid") for any other request, document, person or
    expiry, and for a damaged authorisation. Whether the expiry has passed is the caller's to check.
    """
    key = _derive(checked_node_key(node_key), b"vanthu/1 authorisation")
    try:
        plain = _decrypt(key, authorisation, binding)
        return Authority(DataKey(plain[:KEY_BYTES]), json.loads(plain[KEY_BYTES:]))
    except (InvalidTag, ValueError) as error:
        raise Forbidden("authorisation-invalid") from error


def bind(request_id: str, document_sha256: str, person_id: str, expires: datetime) -> bytes:
    """The binding of an authorisation: its four parts, each with its length, so none can shift."""
    parts = (request_id, document_sha256, person_id, expires.isoformat())
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)


def checked_node_key(node_key: bytes) -> bytes:
    """The node key itself; anything but 32 bytes is a fault of configuration, not of a user."""
    if len(node_key) != KEY_BYTES:
        raise ValueError("the node key must have 32 bytes")
    return node_key


def checked_pin(pin: str) -> str:
    if len(pin) < PIN_SHORTEST:
        raise Invalid("pin-too-short", field="pin", shortest=PIN_SHORTEST)
    return pin


def _derive(material: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose).derive(material)


def _encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def _decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
