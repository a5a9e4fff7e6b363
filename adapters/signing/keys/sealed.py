"""How what a backend needs to sign rests in the database: a private key, or the PIN of a token or
of a signing service. It is encrypted under a random data key, and that under the signer's PIN
together with the node key (`vault`); certificate and chain are readable beside it."""

import base64
import json
import secrets
from collections.abc import Sequence

from asn1crypto import x509
from cryptography.exceptions import InvalidTag

from adapters.signing.vault import (
    SALT_BYTES,
    SCRYPT_LOG2_N,
    DataKey,
    WrongPin,
    checked_pin,
    pin_key,
)
from domain.errors import Invalid

VERSION = 1
_PARTS = {"certificate", "chain", "key", "salt", "scrypt_log2_n", "wrapped"}


def seal(
    secret: bytes, certificate: bytes, chain: Sequence[bytes], pin: str, node_key: bytes
) -> bytes:
    """The sealed form of `secret`, tied to the certificate (DER); Invalid("pin-too-short")."""
    checked_pin(pin)
    data_key = DataKey.random()
    record = {
        "version": VERSION,
        "certificate": _text(certificate),
        "chain": [_text(each) for each in chain],
        "key": _text(data_key.encrypt(secret, _context(certificate))),
    }
    return _with_pin(record, data_key, pin, node_key)


def unlock(sealed: bytes, pin: str, node_key: bytes) -> DataKey:
    """The data key of a sealed key, for the right PIN on the right node; else WrongPin."""
    record = _record(sealed)
    wrapping = pin_key(pin, node_key, _bytes(record["salt"]), record["scrypt_log2_n"])
    try:
        return DataKey.unwrap(wrapping, _bytes(record["wrapped"]), _context(_certificate(record)))
    except InvalidTag:
        raise WrongPin from None


def change_pin(sealed: bytes, pin: str, new_pin: str, node_key: bytes) -> bytes:
    """The same secret sealed under a new PIN; WrongPin, or Invalid("pin-too-short")."""
    data_key = unlock(sealed, pin, node_key)
    return _with_pin(_record(sealed), data_key, checked_pin(new_pin), node_key)


def open_secret(sealed: bytes, data_key: DataKey) -> bytes:
    """What was sealed; Invalid("key-sealed-broken") if this data key is not its."""
    record = _record(sealed)
    try:
        return data_key.decrypt(_bytes(record["key"]), _context(_certificate(record)))
    except InvalidTag:
        raise Invalid("key-sealed-broken") from None


def certificate_of(sealed: bytes) -> bytes:
    """The certificate (DER) of a sealed key, readable without any PIN."""
    return _certificate(_record(sealed))


def certificates_of(sealed: bytes) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """Certificate and chain of a sealed key."""
    record = _record(sealed)
    chain = tuple(x509.Certificate.load(_bytes(each)) for each in record["chain"])
    return x509.Certificate.load(_certificate(record)), chain


def _with_pin(record: dict, data_key: DataKey, pin: str, node_key: bytes) -> bytes:
    salt = secrets.token_bytes(SALT_BYTES)
    wrapping = pin_key(pin, node_key, salt, SCRYPT_LOG2_N)
    wrapped = data_key.wrap(wrapping, _context(_certificate(record)))
    pin_part = {"scrypt_log2_n": SCRYPT_LOG2_N, "salt": _text(salt), "wrapped": _text(wrapped)}
    return json.dumps(record | pin_part, sort_keys=True).encode()


def _record(sealed: bytes) -> dict:
    try:
        record = json.loads(sealed)
        complete = record["version"] == VERSION and record.keys() >= _PARTS
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid("key-sealed-broken") from error
    if not complete:
        raise Invalid("key-sealed-broken")
    return record


def _certificate(record: dict) -> bytes:
    return _bytes(record["certificate"])


def _context(certificate: bytes) -> bytes:
    """What every ciphertext of a sealed key is tied to: its certificate cannot be swapped."""
    return b"vanthu/1 key " + certificate


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
