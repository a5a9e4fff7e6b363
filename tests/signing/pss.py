"""Keys that are for RSASSA-PSS alone (RFC 4055, id-RSASSA-PSS), as some authorities issue them."""

from asn1crypto import algos, keys, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_der_x509_certificate

from adapters.signing.schemes import pss_parameters


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certified(ca, certificate: bytes, bound: algos.RSASSAPSSParams | None = None) -> bytes:
    """The same certificate with its key told to be for PSS (`bound`: to these parameters), signed
    again by its authority, in PSS as well."""
    made = x509.Certificate.load(certificate)
    inner = made["tbs_certificate"]
    told = {"algorithm": "rsassa_pss"} | ({"parameters": bound} if bound is not None else {})
    algorithm = keys.PublicKeyAlgorithm(told)
    key = inner["subject_public_key_info"]["public_key"].parsed
    inner["subject_public_key_info"] = {"algorithm": algorithm, "public_key": key}
    named = {"algorithm": "rsassa_pss", "parameters": pss_parameters("sha256")}
    inner["signature"] = made["signature_algorithm"] = algos.SignedDigestAlgorithm(named)
    padded = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    made["signature_value"] = ca._key.sign(inner.dump(force=True), padded, hashes.SHA256())
    return made.dump(force=True)


def p12_of(ca, p12: bytes, passphrase: str, bound: algos.RSASSAPSSParams | None = None) -> bytes:
    """A PKCS#12 file with the same key, for PSS alone."""
    secret = passphrase.encode()
    key, certificate, others = pkcs12.load_key_and_certificates(p12, secret)
    der = certificate.public_bytes(serialization.Encoding.DER)
    changed = load_der_x509_certificate(certified(ca, der, bound))
    protection = serialization.BestAvailableEncryption(secret)
    return pkcs12.serialize_key_and_certificates(b"pss", key, changed, others, protection)
