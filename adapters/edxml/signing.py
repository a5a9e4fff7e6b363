"""Signing a message with a node's own key: an enveloped XML signature over the whole message, by
the same stream that writes it."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from adapters.edxml.canonical import Canonical
from adapters.edxml.frame import parse
from adapters.edxml.xmldsig import DSIG, ENVELOPED, EXCLUSIVE, FORMS, MORE
from domain.errors import Invalid

SMALLEST_RSA = 2048
_METHODS = {"rsa": f"{MORE}rsa-sha256", "ecdsa": f"{MORE}ecdsa-sha256"}
_END_OF_HEADER = b"</edXML:edXMLHeader>"


@dataclass(frozen=True)
class Signer:
    """A private key and its certificates, its own first."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificates: tuple[x509.Certificate, ...]

    @classmethod
    def from_pem(cls, pem: bytes) -> "Signer":
        """From a PEM text of a private key and its certificates, without a password.

        Raises Invalid package-key-unusable: not readable, of another kind, too short, or no fitting
        certificate.
        """
        try:
            key = serialization.load_pem_private_key(pem, None)
            certificates = x509.load_pem_x509_certificates(pem)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise Invalid("package-key-unusable") from error
        is_rsa = isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SMALLEST_RSA
        is_usable = is_rsa or isinstance(key, ec.EllipticCurvePrivateKey)
        if not is_usable or certificates[0].public_key() != key.public_key():
            raise Invalid("package-key-unusable")
        return cls(key, tuple(certificates))

    @property
    def method(self) -> str:
        return _METHODS["rsa" if isinstance(self.key, rsa.RSAPrivateKey) else "ecdsa"]

    def value_for(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), SHA256())
        size = (self.key.key_size + 7) // 8
        pair = decode_dss_signature(self.key.sign(data, ec.ECDSA(SHA256())))
        return b"".join(number.to_bytes(size) for number in pair)


def signed_header(header: bytes, message: Iterable[bytes], signer: Signer) -> bytes:
    """The first part of a message with its signature in place; `message` is the whole message
    without one."""
    before, end, after = header.partition(_END_OF_HEADER)
    trimmed = before.rstrip()
    # Without a blank around it: taking the signature out again must give what was signed.
    return trimmed + _signature(message, signer) + before[len(trimmed) :] + end + after


def _signature(message: Iterable[bytes], signer: Signer) -> bytes:
    digest = hashlib.sha256()
    parse(Canonical(digest.update, FORMS[EXCLUSIVE]), iter(message), [])
    info = _signed_info(signer.method, _text(digest.digest()))
    # As it stands alone it is its own exclusive form; inside it inherits its namespace.
    alone = info.replace("<SignedInfo>", f'<SignedInfo xmlns="{DSIG}">', 1).encode()
    certificates = "".join(
        f"<X509Certificate>{_text(each.public_bytes(serialization.Encoding.DER))}</X509Certificate>"
        for each in signer.certificates
    )
    return (
        f'<Signature xmlns="{DSIG}">{info}'
        f"<SignatureValue>{_text(signer.value_for(alone))}</SignatureValue>"
        f"<KeyInfo><X509Data>{certificates}</X509Data></KeyInfo></Signature>"
    ).encode()


def _signed_info(method: str, digest: str) -> str:
    return (
        f'<SignedInfo><CanonicalizationMethod Algorithm="{EXCLUSIVE}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{method}"></SignatureMethod>'
        f'<Reference URI=""><Transforms><Transform Algorithm="{ENVELOPED}"></Transform>'
        f'<Transform Algorithm="{EXCLUSIVE}"></Transform></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
        f"<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
