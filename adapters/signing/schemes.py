"""How the value of a signature is made with a key: RSA in PKCS#1 v1.5 or in RSASSA-PSS, or ECDSA.
What the two sorts of RSA are called in a CMS, and whether a value is a signature of either."""

from enum import StrEnum

from asn1crypto import algos, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from domain.errors import Invalid

DIGESTS = {"sha256": 32, "sha384": 48, "sha512": 64}  # and their bytes


class Scheme(StrEnum):
    PKCS1 = "pkcs1"
    PSS = "pss"
    ECDSA = "ecdsa"


_OF_KEYS = {"rsa": Scheme.PKCS1, "rsassa_pss": Scheme.PSS, "ec": Scheme.ECDSA}


def scheme_of(certificate: x509.Certificate) -> Scheme:
    """What the key of this certificate is for: one of the kind id-RSASSA-PSS makes nothing else,
    an ordinary RSA key can make both. Invalid("key-type-unsupported") for other keys, and for one
    that is bound to another digest than ours."""
    scheme = _OF_KEYS.get(certificate.public_key.algorithm)
    if scheme is None or (scheme is Scheme.PSS and not _takes_sha256(certificate)):
        raise Invalid("key-type-unsupported", field="file")
    return scheme


def check_key(certificate: bytes) -> None:
    """Refuses a certificate (DER) whose key makes nothing of ours, as `scheme_of`."""
    scheme_of(x509.Certificate.load(certificate))


def mechanism(scheme: Scheme, digest: str) -> algos.SignedDigestAlgorithm:
    """As a CMS names it."""
    if scheme is not Scheme.PSS:
        kind = "ecdsa" if scheme is Scheme.ECDSA else "rsa"
        return algos.SignedDigestAlgorithm({"algorithm": f"{digest}_{kind}"})
    parameters = pss_parameters(digest)
    return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})


def pss_parameters(digest: str) -> algos.RSASSAPSSParams:
    """The digest everywhere, and a salt as long (RFC 4055, 3.1, as everybody writes them)."""
    hashed = algos.DigestAlgorithm({"algorithm": digest})
    return algos.RSASSAPSSParams(
        {
            "hash_algorithm": hashed,
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hashed},
            "salt_length": DIGESTS[digest],
        }
    )


def pss_padding(digest: str) -> padding.PSS:
    """The same for keys of this process."""
    return padding.PSS(padding.MGF1(_hash(digest)), DIGESTS[digest])


def verify(
    key: PublicKeyTypes, value: bytes, data: bytes, digest: str, named: algos.SignedDigestAlgorithm
) -> bool:
    """Whether `value` is this key's signature over `data`, made as `named` says."""
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, data, ec.ECDSA(_hash(digest)))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(value, data, _padding(named, digest), _hash(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _padding(named: algos.SignedDigestAlgorithm, digest: str) -> padding.AsymmetricPadding:
    if named["algorithm"].native != "rsassa_pss":
        return padding.PKCS1v15()
    parameters = named["parameters"]
    mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
    if parameters["hash_algorithm"]["algorithm"].native != digest:  # RFC 4056, 3
        raise InvalidSignature
    return padding.PSS(padding.MGF1(_hash(mask)), parameters["salt_length"].native)


def _takes_sha256(certificate: x509.Certificate) -> bool:
    """Whether the key's own parameters, if it has any, allow what we make (RFC 4055, 1.2)."""
    bound = certificate.public_key["algorithm"]["parameters"]
    if not bound.native:
        return True
    names = (
        bound["hash_algorithm"]["algorithm"].native,
        bound["mask_gen_algorithm"]["parameters"]["algorithm"].native,
    )
    return names == ("sha256", "sha256") and bound["salt_length"].native <= DIGESTS["sha256"]


def _hash(name: str) -> hashes.HashAlgorithm:
    return getattr(hashes, name.upper())()
