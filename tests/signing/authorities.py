"""Time stamps and revocation lists of the demo authority, for tests of trust."""

from datetime import datetime, timedelta

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from adapters.signing import demo_ca
from adapters.signing.demo_ca import DemoCA
from tests.signing.conftest import CREATED

DER = serialization.Encoding.DER


def time_stamper(
    ca: DemoCA, at: datetime, life: timedelta = demo_ca.LIFE, begun: datetime = CREATED
) -> DummyTimeStamper:
    """A time-stamping authority under the demo root whose clock stands at `at`, with a certificate
    that was `begun` then and lives so long."""
    key = demo_ca._new_key()
    subject = demo_ca._name([(NameOID.COMMON_NAME, "Dấu thời gian thử nghiệm")])
    builder = demo_ca._builder(subject, ca.certificate.subject, key.public_key(), begun, life)
    builder = builder.add_extension(demo_ca._usage(digital_signature=True), True)
    builder = builder.add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True
    )
    certificate = demo_ca._signed(builder, ca._key, ca._key.public_key())
    private = key.private_bytes(
        DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(certificate.public_bytes(DER)),
        tsa_key=asn1_keys.PrivateKeyInfo.load(private),
        certs_to_embed=[asn1_x509.Certificate.load(ca.root_der)],
        fixed_dt=at,
    )


class CopyingTimeStamper(DummyTimeStamper):
    """Gives everybody the token it once got for something else."""

    def __init__(self, token) -> None:
        self._token = token
        self._dummy_response_cache = {}

    async def async_dummy_response(self, md_algorithm):
        return self._token

    async def async_timestamp(self, message_digest, md_algorithm):
        return self._token


def revocation_list(ca: DemoCA, at: datetime, revoked: tuple[int, ...] = ()) -> bytes:
    """A CRL of the demo root, good for 30 days, naming these serial numbers."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.certificate.subject)
        .last_update(at)
        .next_update(at + timedelta(days=30))
        .add_extension(x509.CRLNumber(1), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca._key.public_key()), False
        )
    )
    for serial in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(ca._key, hashes.SHA256()).public_bytes(DER)
