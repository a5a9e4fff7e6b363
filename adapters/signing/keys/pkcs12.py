"""Keys from PKCS#12 files. A file is taken in once (`seal_key`), with a full check of the key; it
rests encrypted (`sealed`) and is opened for one signing. Since what was sealed is authenticated,
opening skips the RSA self-check that would cost 50 ms at each use."""

from dataclasses import dataclass, field

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import Certificate

from adapters.signing.keys.interface import ecdsa_bytes
from adapters.signing.keys.sealed import certificates_of, open_secret, seal
from adapters.signing.schemes import Scheme, check_key, pss_padding, scheme_of
from adapters.signing.vault import DataKey, checked_pin
from domain.errors import Invalid

RSA_SMALLEST = 2048
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Pkcs12Key:
    """A key from a PKCS#12 file, opened in this process."""

    certificate: x509.Certificate = field(repr=False)
    chain: tuple[x509.Certificate, ...] = field(repr=False)
    _key: PrivateKey = field(repr=False)

    @property
    def signature_bytes(self) -> int:
        bits = self._key.key_size
        return bits // 8 if isinstance(self._key, rsa.RSAPrivateKey) else ecdsa_bytes(bits)

    @property
    def scheme(self) -> Scheme:
        return scheme_of(self.certificate)

    def sign(self, data: bytes, digest: str) -> bytes:
        algorithm = getattr(hashes, digest.upper())()
        if isinstance(self._key, rsa.RSAPrivateKey):
            pss = self.scheme is Scheme.PSS
            padded = pss_padding(digest) if pss else padding.PKCS1v15()
            return self._key.sign(data, padded, algorithm)
        return self._key.sign(data, ec.ECDSA(algorithm, deterministic_signing=True))


def seal_key(p12: bytes, passphrase: str, pin: str, node_key: bytes) -> bytes:
    """Take in a PKCS#12 file: the sealed form that may rest in the database.

    Refuses: "pin-too-short", "p12-unreadable" (damaged, or wrong passphrase), "p12-no-key",
    "p12-key-mismatch", "key-type-unsupported", "key-too-weak".
    """
    checked_pin(pin)
    key, certificate, chain = _read_p12(p12, passphrase)
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return seal(private, certificate, chain, pin, node_key)


def open_key(sealed: bytes, data_key: DataKey) -> Pkcs12Key:
    """The key itself, ready to sign; Invalid("key-sealed-broken") if this data key is not its."""
    key = serialization.load_der_private_key(
        open_secret(sealed, data_key), password=None, unsafe_skip_rsa_key_validation=True
    )
    certificate, chain = certificates_of(sealed)
    return Pkcs12Key(certificate, chain, key)


def _read_p12(p12: bytes, passphrase: str) -> tuple[PrivateKey, bytes, list[bytes]]:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(p12, passphrase.encode())
    except Exception as error:  # the parser's own errors are many; none tells the two causes apart
        raise Invalid("p12-unreadable", field="file") from error
    if certificate is None and key is not None:
        # The parser finds none where the key is told to be for PSS in one of the two only.
        certificate = next((each for each in others if _belong(key, each)), None)
        others = [each for each in others if each is not certificate]
    if key is None or certificate is None:
        raise Invalid("p12-no-key", field="file")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Invalid("key-type-unsupported", field="file")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < RSA_SMALLEST:
        raise Invalid("key-too-weak", field="file", bits=key.key_size, smallest=RSA_SMALLEST)
    if not _belong(key, certificate):
        raise Invalid("p12-key-mismatch", field="file")
    check_key(certificate.public_bytes(serialization.Encoding.DER))
    der = serialization.Encoding.DER
    return key, certificate.public_bytes(der), [each.public_bytes(der) for each in others]


def _belong(key: PrivateKey, certificate: Certificate) -> bool:
    known = certificate.public_key()
    same_kind = type(known) is type(key.public_key())
    return same_kind and known.public_numbers() == key.public_key().public_numbers()
