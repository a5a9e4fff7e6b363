"""A certificate authority for demonstration and tests: a root, and PKCS#12 files for persons and
agencies, shaped like those of the government's authority. It proves nothing about anybody; its root
is trusted only where a demo province is set up.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from adapters.signing.demo_images import seal_image, signature_image
from domain.errors import Invalid

__all__ = ["DemoCA", "seal_image", "signature_image"]

KEY_BITS = 2048
ROOT_LIFE = timedelta(days=365 * 20)  # NĐ 68/2024: an issuer's certificate lives 20 years
LIFE = timedelta(days=365 * 5)  # and a subscriber's at most 5
COUNTRY = "VN"
# Names that no network resolves (RFC 2606): a node is told where they are served instead
# (VANTHU_REVOCATION_SOURCES), since a demo's ports may change from one start to the next.
ADDRESS = "http://ca.vanthu.invalid"
CRL_URL, OCSP_URL = f"{ADDRESS}/crl", f"{ADDRESS}/ocsp"
Pair = tuple[x509.ObjectIdentifier, str]


@dataclass(frozen=True)
class DemoCA:
    """The demo root. `certificate` is the x509 object, `root_der` what goes into the trust list.
    With `tells` the certificates it issues say where their revocation can be asked for."""

    certificate: x509.Certificate
    _key: rsa.RSAPrivateKey = field(repr=False)
    tells: bool = False

    @property
    def root_der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @classmethod
    def create(cls, name: str, at: datetime, tells: bool = False) -> "DemoCA":
        """A new root, valid for 20 years from `at`."""
        key = _new_key()
        subject = _name([(NameOID.ORGANIZATION_NAME, name), (NameOID.COMMON_NAME, name)])
        builder = _builder(subject, subject, key.public_key(), at, ROOT_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), True)
        return cls(_signed(builder, key, key.public_key()), key, tells)

    @classmethod
    def load(cls, p12: bytes, passphrase: str, tells: bool = False) -> "DemoCA":
        """The root from what `dump` gave; Invalid("p12-unreadable") otherwise."""
        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(p12, passphrase.encode())
        except ValueError as error:
            raise Invalid("p12-unreadable") from error
        return cls(certificate, key, tells)

    def dump(self, passphrase: str) -> bytes:
        """The root with its key, as an encrypted PKCS#12 file."""
        return _p12(self._key, self.certificate, [], passphrase)

    def issue_person(
        self, name: str, *, title: str, organisation: str, passphrase: str, at: datetime
    ) -> bytes:
        """The PKCS#12 file of a person: key, certificate for 5 years from `at`, and the root."""
        surname, _, given = name.partition(" ")
        return self._issue(
            [
                (NameOID.ORGANIZATION_NAME, organisation),
                (NameOID.TITLE, title),
                (NameOID.SURNAME, surname),
                (NameOID.GIVEN_NAME, given or surname),
                (NameOID.COMMON_NAME, name),
            ],
            passphrase,
            at,
        )

    def issue_agency(self, name: str, *, code: str, passphrase: str, at: datetime) -> bytes:
        """The PKCS#12 file of an agency; `code` is its identifier for document exchange."""
        return self._issue(
            [
                (NameOID.ORGANIZATION_NAME, name),
                (NameOID.ORGANIZATION_IDENTIFIER, code),
                (NameOID.COMMON_NAME, name),
            ],
            passphrase,
            at,
        )

    def _issue(self, subject: list[Pair], passphrase: str, at: datetime) -> bytes:
        key = _new_key()
        builder = _builder(_name(subject), self.certificate.subject, key.public_key(), at, LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        builder = builder.add_extension(
            _usage(digital_signature=True, content_commitment=True), True
        )
        for extension in _addresses() if self.tells else ():
            builder = builder.add_extension(extension, False)
        certificate = _signed(builder, self._key, self._key.public_key())
        return _p12(key, certificate, [self.certificate], passphrase)

    def issue_service(
        self, name: str, usage: x509.ObjectIdentifier, at: datetime, life: timedelta = LIFE
    ) -> tuple[bytes, bytes]:
        """(Certificate, private key in PKCS#8), both DER, of a service of the authority itself:
        `usage` is TIME_STAMPING or OCSP_SIGNING."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name([(NameOID.COMMON_NAME, name)])
        builder = _builder(subject, self.certificate.subject, key.public_key(), at, life)
        builder = builder.add_extension(_usage(digital_signature=True), True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), True)
        if usage == ExtendedKeyUsageOID.OCSP_SIGNING:  # RFC 6960, 4.2.2.2.1
            builder = builder.add_extension(x509.OCSPNoCheck(), False)
        elif self.tells:
            for extension in _addresses():
                builder = builder.add_extension(extension, False)
        certificate = _signed(builder, self._key, self._key.public_key())
        der = serialization.Encoding.DER
        private = key.private_bytes(
            der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return certificate.public_bytes(der), private

    def private_der(self) -> bytes:
        """The root's own key in PKCS#8, for whoever signs revocation lists."""
        return self._key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def _addresses() -> list[x509.ExtensionType]:
    at = x509.UniformResourceIdentifier
    point = x509.DistributionPoint([at(CRL_URL)], None, None, None)
    ocsp = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, at(OCSP_URL))
    return [x509.CRLDistributionPoints([point]), x509.AuthorityInformationAccess([ocsp])]


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def _name(pairs: list[Pair]) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, COUNTRY)]
    return x509.Name(attributes + [x509.NameAttribute(oid, value) for oid, value in pairs])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: object, at: datetime, life: timedelta
) -> x509.CertificateBuilder:
    start = at - timedelta(minutes=5)  # clocks of several machines
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
    )


def _signed(
    builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey, issuer_key: rsa.RSAPublicKey
) -> x509.Certificate:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key)
    return builder.add_extension(identifier, False).sign(key, hashes.SHA256())


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in names})


def _p12(
    key: rsa.RSAPrivateKey,
    certificate: x509.Certificate,
    chain: list[x509.Certificate],
    passphrase: str,
) -> bytes:
    protection = serialization.BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(b"vanthu", key, certificate, chain, protection)
