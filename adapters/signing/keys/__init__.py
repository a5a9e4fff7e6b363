"""Signing keys: one interface "sign with this key", whatever holds the key. Nothing outside of this
package sees a private key, a token's PIN or what a signing service wants to hear."""

from adapters.signing.keys.interface import SigningKey
from adapters.signing.keys.pkcs12 import Pkcs12Key, open_key, seal_key
from adapters.signing.keys.sealed import certificate_of, change_pin, unlock
from adapters.signing.vault import Authority, DataKey, WrongPin, authorise, bind, redeem

__all__ = [
    "Authority",
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
