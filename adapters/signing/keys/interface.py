"""What every holder of a key offers, be it a file, a token or a remote service, and the refusal
that all of them know: a secret that the holder did not take."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from asn1crypto import x509

from adapters.signing.schemes import Scheme
from domain.errors import Refusal


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

    @property
    def scheme(self) -> Scheme:
        """How it signs; asking costs nothing."""

    def sign(self, data: bytes, digest: str) -> bytes:
        """The raw signature over `data`, hashed with `digest` ("sha256"): as `scheme` says for
        RSA, a SEQUENCE of two integers (DER) for EC. Raises Refusal."""


class KeyRefused(Refusal):
    """The holder of the key refuses for good: neither the document nor another form of it is to
    blame, so nothing else is tried with the same key."""


class SecretRefused(KeyRefused):
    """The token or the service did not take the PIN that rests with the certificate. Asking again
    with the same one would lock it there: the caller must not."""


class Rehearsed(Refusal):
    """A rehearsal came to where the key would have signed."""


@dataclass(frozen=True)
class Rehearsal:
    """Stands where a key will, to learn beforehand what that will be asked to sign: it notes each
    and signs nothing."""

    key: SigningKey
    noted: list[bytes] = field(default_factory=list)

    @property
    def certificate(self) -> x509.Certificate:
        return self.key.certificate

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        return self.key.chain

    @property
    def signature_bytes(self) -> int:
        return self.key.signature_bytes

    @property
    def scheme(self) -> Scheme:
        return self.key.scheme

    def sign(self, data: bytes, _digest: str) -> bytes:
        self.noted.append(data)
        raise Rehearsed("rehearsed")


def ecdsa_bytes(bits: int) -> int:
    """The longest ECDSA signature of a curve in DER: two integers in a SEQUENCE."""
    return 2 * ((bits + 7) // 8 + 4) + 4


def is_rsa(certificate: x509.Certificate) -> bool:
    return certificate.public_key.algorithm.startswith("rsa")


def longest_signature(certificate: x509.Certificate) -> int:
    """The most bytes of a signature made with the key of this certificate."""
    bits = certificate.public_key.bit_size
    return (bits + 7) // 8 if is_rsa(certificate) else ecdsa_bytes(bits)
