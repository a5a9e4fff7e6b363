"""Receipts: who took which bytes when, signed with Ed25519 over canonical JSON, so that a third
party can check them without this program (`tools/verify_receipt.py`). Everything is text and
ASCII: a receipt travels in a header too."""

import base64
import hashlib
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from domain.errors import Invalid

FORMAT = "vanthu-receipt/1"
LONGEST = 64 * 1024  # a thousand recipients take about a quarter of it
KEY_BYTES = 32

Facts = dict[str, object]


def new_key() -> bytes:
    """A private key, 32 raw bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> str:
    """The public half, 64 hexadecimal digits."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def key_id(public: str) -> str:
    """A short name for a key: the first 16 digits of the SHA-256 of its raw bytes."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def pem(public: str) -> str:
    """The public key as other programs read it."""
    return (
        _public(public)
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def canonical(facts: Mapping[str, object]) -> bytes:
    """The one way to write these facts: sorted names, no spaces, ASCII."""
    return json.dumps(
        dict(facts), sort_keys=True, separators=(",", ":"), ensure_ascii=True
    ).encode()


def issue(facts: Mapping[str, object], private: bytes) -> str:
    """The receipt's text: the facts with format, key id and signature."""
    said = {**facts, "format": FORMAT, "key_id": key_id(public_key(private))}
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(canonical(said))
    return canonical({**said, "signature": base64.b64encode(signature).decode()}).decode()


def read(text: str) -> Facts:
    """What a receipt says, nothing of it checked. Raises Invalid("receipt-unreadable")."""
    try:
        said = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise Invalid("receipt-unreadable")
    return said


def verify(text: str, public: str) -> Facts:
    """What a receipt says, if this key signed it. Raises Invalid: receipt-unreadable,
    receipt-signature."""
    said = read(text)
    facts = {name: value for name, value in said.items() if name != "signature"}
    try:
        signature = base64.b64decode(str(said.get("signature", "")), validate=True)
        _public(public).verify(signature, canonical(facts))
        issued = canonical({**said, "signature": base64.b64encode(signature).decode()})
        if issued.decode() != text.strip():  # a name twice shows another fact to people
            raise ValueError
    except (ValueError, InvalidSignature):
        raise Invalid("receipt-signature") from None
    return said


def _public(public: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
