"""Secrets at rest: AES-256-GCM under the node key, bound to what they belong to."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import Refusal

NONCE = 12


class SealBroken(Refusal):
    """The node key is not the one that sealed this, or the bytes were changed."""


def seal(secret: bytes, node_key: bytes, context: str) -> bytes:
    """Encrypts `secret` (32-byte `node_key`); it opens only with the same `context`."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(node_key).encrypt(nonce, secret, context.encode())


def unseal(sealed: bytes, node_key: bytes, context: str) -> bytes:
    """The secret; raises SealBroken("seal-broken")."""
    try:
        return AESGCM(node_key).decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())
    except InvalidTag:
        raise SealBroken("seal-broken", context=context) from None
