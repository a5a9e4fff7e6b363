"""Which holder of keys a certificate's key is with, and how to reach it: the only place that knows
them all."""

from collections.abc import Mapping

from adapters.signing.keys import Authority, SigningKey, open_key
from models.signing import CertificateBinding
from services.office import Office


def open_binding(office: Office, binding: CertificateBinding, authority: Authority) -> SigningKey:
    """The key of a certificate, ready to sign with what an authorisation gave.

    Raises Invalid("key-sealed-broken") and what the holder of the key refuses.
    """
    return open_key(binding.key_sealed, authority.data_key)


def typed_once(
    office: Office, binding: CertificateBinding, authority: Authority, signatures: int
) -> Mapping[str, str]:
    """What travels to the worker of a code typed for this signing only."""
    return {}
