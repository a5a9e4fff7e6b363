"""Signing keys: the one interface "sign with this key", and its PKCS#12 backend.

A PKCS#12 file is taken in once (`seal_key`), with a full check of the key; it rests encrypted
(`vault`) and is opened for one signing. Since what was sealed is authenticated, opening skips the
RSA self-check that would cost 50 ms at each use. PKCS#11 tokens and remote signing services fit
the same protocol.
"""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from asn1crypto import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from adapters.signing.vault import (
    SALT_BYTES,
    SCRYPT_LOG2_N,
    DataKey,
    WrongPin,
    authorise,
    bind,
    checked_pin,
    pin_key,
    redeem,
)
from domain.errors import Invalid

__all__ = [
    "DataKey",
    "Pkcs12Key",
    "SigningKey",
    "WrongPin",
    "authorise",
    "bind",
    "certificate_of",
    "change_pin",
    "open_key",
    "redeem",
    "seal_key",
    "unlock",
]

VERSION = 1
RSA_SMALLEST = 2048
_PARTS = {"certificate", "chain", "key", "salt", "scrypt_log2_n", "wrapped"}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class SigningKey(Protocol):
    """Something that can sign: a file, a token, a remote service."""

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """The issuers, from the certificate's own up to the root; empty where unknown."""

    @property
    def signature_bytes(self) -> int:
        """The most bytes a signature value of this key has."""

    def sign(self, data: bytes, digest: str) -> bytes:
        """The raw signature over `data`, hashed with `digest` ("sha256", …): PKCS #1 v1.5 with an
        RSA key, a DER pair of integers with an EC key."""


@dataclass(frozen=True)
class Pkcs12Key:
    """A key from a PKCS#12 file, opened in this process."""

    certificate: x509.Certificate = field(repr=False)
    chain: tuple[x509.Certificate, ...] = field(repr=False)
    _key: PrivateKey = field(repr=False)

    @property
    def signature_bytes(self) -> int:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.key_size // 8
        return 2 * (self._key.key_size // 8 + 4) + 4  # two integers in a SEQUENCE

    def sign(self, data: bytes, digest: str) -> bytes:
        kind = getattr(hashes, digest.upper())()
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), kind)
        return self._key.sign(data, ec.ECDSA(kind))


def seal_key(p12: bytes, passphrase: str, pin: str, node_key: bytes) -> bytes:
    """Take in a PKCS#12 file: the sealed form that may rest in the database.

    Refuses: "pin-too-short", "p12-unreadable" (damaged, or wrong passphrase), "p12-no-key",
    "p12-key-mismatch", "key-type-unsupported", "key-too-weak".
    """
    checked_pin(pin)
    key, certificate, chain = _read_p12(p12, passphrase)
    data_key = DataKey.random()
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    record = {
        "version": VERSION,
        "certificate": _text(certificate),
        "chain": [_text(each) for each in chain],
        "key": _text(data_key.encrypt(private, _context(certificate))),
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
    """The same key sealed under a new PIN; WrongPin, or Invalid("pin-too-short")."""
    data_key = unlock(sealed, pin, node_key)
    return _with_pin(_record(sealed), data_key, checked_pin(new_pin), node_key)


def open_key(sealed: bytes, data_key: DataKey) -> Pkcs12Key:
    """The key itself, ready to sign; Invalid("key-sealed-broken") if this data key is not its."""
    record = _record(sealed)
    certificate = _certificate(record)
    try:
        private = data_key.decrypt(_bytes(record["key"]), _context(certificate))
    except InvalidTag:
        raise Invalid("key-sealed-broken") from None
    key = serialization.load_der_private_key(
        private, password=None, unsafe_skip_rsa_key_validation=True
    )
    chain = tuple(x509.Certificate.load(_bytes(each)) for each in record["chain"])
    return Pkcs12Key(x509.Certificate.load(certificate), chain, key)


def certificate_of(sealed: bytes) -> bytes:
    """The certificate (DER) of a sealed key, readable without any PIN."""
    return _certificate(_record(sealed))


def _with_pin(record: dict, data_key: DataKey, pin: str, node_key: bytes) -> bytes:
    salt = secrets.token_bytes(SALT_BYTES)
    wrapping = pin_key(pin, node_key, salt, SCRYPT_LOG2_N)
    wrapped = data_key.wrap(wrapping, _context(_certificate(record)))
    pin_part = {"scrypt_log2_n": SCRYPT_LOG2_N, "salt": _text(salt), "wrapped": _text(wrapped)}
    return json.dumps(record | pin_part, sort_keys=True).encode()


def _read_p12(p12: bytes, passphrase: str) -> tuple[PrivateKey, bytes, list[bytes]]:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(p12, passphrase.encode())
    except Exception as error:  # the parser's own errors are many; none tells the two causes apart
        raise Invalid("p12-unreadable", field="file") from error
    if key is None or certificate is None:
        raise Invalid("p12-no-key", field="file")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Invalid("key-type-unsupported", field="file")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < RSA_SMALLEST:
        raise Invalid("key-too-weak", field="file", bits=key.key_size, smallest=RSA_SMALLEST)
    if key.public_key() != certificate.public_key():
        raise Invalid("p12-key-mismatch", field="file")
    der = serialization.Encoding.DER
    return key, certificate.public_bytes(der), [each.public_bytes(der) for each in others]


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
