"""Whether a raw signature over signed attributes is that of a certificate's key: asked before
anything is written, of what comes from a person's own token."""

from asn1crypto import x509
from cryptography.hazmat.primitives import serialization

from adapters.signing.schemes import mechanism, scheme_of, verify
from domain.errors import Invalid


def is_signature(certificate: x509.Certificate, data: bytes, signature: bytes, digest: str) -> bool:
    """RSA in PKCS#1 v1.5 or, for a key of that kind, RSASSA-PSS; ECDSA in DER."""
    try:
        named = mechanism(scheme_of(certificate), digest)
    except Invalid:
        return False
    key = serialization.load_der_public_key(certificate.public_key.dump())
    return verify(key, signature, data, digest, named)
