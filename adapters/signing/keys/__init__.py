"""Signing keys: one interface "sign with this key", whatever holds the key. Nothing outside of this
package sees a private key, a token's PIN or what a signing service wants to hear."""

from adapters.signing.keys.interface import (
    KeyRefused,
    Rehearsal,
    Rehearsed,
    SecretRefused,
    SigningKey,
    longest_signature,
)
from adapters.signing.keys.pkcs12 import Pkcs12Key, open_key, seal_key
from adapters.signing.keys.sealed import (
    certificate_of,
    certificates_of,
    change_pin,
    open_secret,
    seal,
    unlock,
)
from adapters.signing.vault import Authority, DataKey, WrongPin, authorise, bind, redeem

__all__ = [
    "Authority",
    "DataKey",
    "KeyRefused",
    "Pkcs12Key",
    "Rehearsal",
    "Rehearsed",
    "SecretRefused",
    "SigningKey",
    "WrongPin",
    "authorise",
    "bind",
    "certificate_of",
    "certificates_of",
    "change_pin",
    "longest_signature",
    "open_key",
    "open_secret",
    "redeem",
    "seal",
    "seal_key",
    "unlock",
]
