"""Whether a raw signature over signed attributes is that of a certificate's key: asked before
anything is written, of what comes from a person's own token."""

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa


def is_signature(certificate: x509.Certificate, data: bytes, signature: bytes, digest: str) -> bool:
    """RSA in PKCS#1 v1.5, or ECDSA in DER."""
    key = serialization.load_der_public_key(certificate.public_key.dump())
    algorithm = getattr(hashes, digest.upper())()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True
