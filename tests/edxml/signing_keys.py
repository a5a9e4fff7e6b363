"""Keys and certificates, invented for this run."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from adapters.edxml.signing import Signer


def certificate(name: str, key, issuer: str = "", by=None, is_authority: bool = False):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issued_by = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer or name)])
    start = datetime(2025, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issued_by)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .sign(by or key, hashes.SHA256())
    )


def pem(key, *certificates) -> bytes:
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = certificate("CA thử nghiệm", EC_KEY, is_authority=True)
LEAF = certificate("Trục huyện Sơn Tịnh", RSA_KEY, "CA thử nghiệm", EC_KEY)
ROOT_DER = ROOT.public_bytes(serialization.Encoding.DER)
SIGNER_PEM = pem(RSA_KEY, LEAF)
SIGNER = Signer.from_pem(SIGNER_PEM)
