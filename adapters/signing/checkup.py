"""Looking at a certificate before it is put to use: its chain up to a trusted root, what its key
may be used for, how strong the key is. It refuses nothing; whoever decides reads it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LONGEST_CHAIN = 8
RSA_LASTS = 3072  # below, a key is good for now and not for a decade
DOCUMENT_SIGNING = frozenset(
    {
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string,
        ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,
        ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string,
        "1.3.6.1.5.5.7.3.36",  # RFC 9336
        "1.2.840.113583.1.1.5",  # Adobe
        "1.3.6.1.4.1.311.10.3.12",  # Microsoft
    }
)


@dataclass(frozen=True)
class Checkup:
    """`chain` are the issuers' names up to the root; `trusted` says whether it is one of ours."""

    chain: tuple[str, ...]
    trusted: bool
    extended_usage: tuple[str, ...]
    for_documents: bool
    key: str
    bits: int
    strong: bool


def look(certificate: bytes, others: Sequence[bytes], roots: Sequence[bytes]) -> Checkup:
    """`others` may hold its issuers, `roots` are the trusted ones (all DER)."""
    found = x509.load_der_x509_certificate(certificate)
    chain, trusted = _chain(found, others, roots)
    usage = _extended_usage(found)
    kind, bits = _key(found)
    return Checkup(
        chain=tuple(_name(each) for each in chain),
        trusted=trusted,
        extended_usage=usage,
        for_documents=not usage or bool(DOCUMENT_SIGNING.intersection(usage)),
        key=kind,
        bits=bits,
        strong=kind != "RSA" or bits >= RSA_LASTS,
    )


def _chain(
    certificate: x509.Certificate, others: Sequence[bytes], roots: Sequence[bytes]
) -> tuple[list[x509.Certificate], bool]:
    trusted = [x509.load_der_x509_certificate(each) for each in roots]
    known = [*trusted, *(x509.load_der_x509_certificate(each) for each in others)]
    chain: list[x509.Certificate] = []
    last = certificate
    while len(chain) < LONGEST_CHAIN:
        issuer = next((each for each in known if each != last and _issued(last, each)), None)
        if issuer is None or issuer in chain:
            break
        chain.append(issuer)
        if issuer in trusted:
            return chain, True
        last = issuer
    return chain, False


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _extended_usage(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(each.dotted_string for each in found.value)


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    return "?", 0


def _name(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()
