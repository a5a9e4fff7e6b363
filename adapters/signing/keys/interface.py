"""What every holder of a key offers, be it a file, a token or a remote service."""

from collections.abc import Sequence
from typing import Protocol

from asn1crypto import x509


class SigningKey(Protocol):
    """Something that can sign: a file, a token, a remote service."""

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """The issuers, from the certificate's own up to the root; empty where unknown."""

    @property
    def signature_bytes(self) -> int:
        """How many bytes a signature has at most; asking costs nothing."""

    def sign(self, data: bytes, digest: str) -> bytes:
        """The raw signature over `data`, hashed with `digest` ("sha256"): PKCS#1 v1.5 for RSA, a
        SEQUENCE of two integers (DER) for EC. Raises Refusal."""


def ecdsa_bytes(bits: int) -> int:
    """The longest ECDSA signature of a curve in DER: two integers in a SEQUENCE."""
    return 2 * (bits // 8 + 4) + 4


def signature_bytes_of(certificate: x509.Certificate) -> int:
    """The length of a signature made with the key of this certificate, as the certificate says."""
    bits = certificate.public_key.bit_size
    return (bits + 7) // 8 if certificate.public_key.algorithm == "rsa" else ecdsa_bytes(bits)
