"""Names and algorithms of XML signatures, and until when each was to be trusted."""

from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from adapters.edxml.canonical import Form

DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENVELOPED = f"{DSIG}enveloped-signature"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"

FORMS = {INCLUSIVE: Form(), EXCLUSIVE: Form(is_exclusive=True)}
DIGESTS = {
    f"{DSIG}sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    f"{MORE}sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
SIGNATURES = {
    f"{DSIG}rsa-sha1": ("rsa", "sha1"),
    f"{MORE}rsa-sha256": ("rsa", "sha256"),
    f"{MORE}rsa-sha384": ("rsa", "sha384"),
    f"{MORE}rsa-sha512": ("rsa", "sha512"),
    f"{MORE}ecdsa-sha1": ("ecdsa", "sha1"),
    f"{MORE}ecdsa-sha256": ("ecdsa", "sha256"),
    f"{MORE}ecdsa-sha384": ("ecdsa", "sha384"),
    f"{MORE}ecdsa-sha512": ("ecdsa", "sha512"),
}
HASHES = {
    "sha1": hashes.SHA1(),  # noqa: S303 - read to say that it is weak, never written
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
# NIST SP 800-131A: for signatures SHA-1 and RSA below 2048 bits ended with 2013; SP 800-57 part 1
# gives 112 bits of strength (RSA below 3072) until the end of 2030.
LAST_DAY_OF_SHA1 = date(2013, 12, 31)
LAST_DAY_BY_RSA_BITS = ((2048, date(2013, 12, 31)), (3072, date(2030, 12, 31)))


def is_weak(day: date, hash_names: set[str], key: CertificatePublicKeyTypes) -> bool:
    """Whether, on that day, one of the algorithms was no longer to be trusted."""
    if "sha1" in hash_names and day > LAST_DAY_OF_SHA1:
        return True
    bits = key.key_size if isinstance(key, rsa.RSAPublicKey) else 1 << 16
    return any(bits < smallest and day > last for smallest, last in LAST_DAY_BY_RSA_BITS)


def fits(key: CertificatePublicKeyTypes, method: str, value: bytes, data: bytes) -> bool:
    """Whether `value` is the signature of `data` under the key."""
    kind, hash_name = SIGNATURES[method]
    try:
        if kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(value, data, padding.PKCS1v15(), HASHES[hash_name])
        elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            half = len(value) // 2
            pair = int.from_bytes(value[:half]), int.from_bytes(value[half:])
            key.verify(encode_dss_signature(*pair), data, ec.ECDSA(HASHES[hash_name]))
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
