"""The certificates a signature brings along: read without trust, and judged by the given roots."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from adapters.edxml.base64text import decode
from adapters.edxml.evidence import Judge
from adapters.edxml.nodes import Node

MOST = 10
LONGEST_CHAIN = 5
BROKEN = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm)


def certificates_of(signature: Node) -> list[x509.Certificate]:
    """Those that can be read, the signer's own first as a rule."""
    parts = signature.one("KeyInfo").all("X509Data")
    nodes = [node for part in parts for node in part.all("X509Certificate")]
    return [c for node in nodes[:MOST] if (c := _loaded(decode(node.value).data)) is not None]


def _loaded(der: bytes) -> x509.Certificate | None:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        name_of(certificate.subject)
        name_of(certificate.issuer)
    except BROKEN:
        return None
    return certificate


def name_of(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value if common else name.rfc4514_string())[:200]


def is_trusted(signer: x509.Certificate, brought: Sequence[x509.Certificate], judge: Judge) -> bool:
    """Whether the signer's certificate leads to a trusted root, each link valid on that day.
    Whether it was revoked a package cannot tell: its authority is asked later."""
    at = datetime.combine(judge.day, time(12), UTC)
    roots = [root for der in judge.roots if (root := _loaded(der)) is not None]
    link = signer
    for _ in range(LONGEST_CHAIN):
        if not link.not_valid_before_utc <= at <= link.not_valid_after_utc:
            return False
        if any(_is_issued_by(link, root) for root in roots):
            return True
        issuers = [each for each in brought if each != link and _is_issued_by(link, each)]
        if not issuers:
            return False
        link = issuers[0]
    return False


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if certificate == issuer:
        return True
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
        certificate.verify_directly_issued_by(issuer)
    except (*BROKEN, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    return constraints.value.ca
