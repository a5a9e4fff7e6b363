"""Reading the file of a root certificate that an administrator wants to trust."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from domain.errors import Invalid

PEM_MARK = b"-----BEGIN CERTIFICATE-----"


def read_root(file: bytes) -> bytes:
    """The certificate (DER) of a PEM or DER file.

    Refuses: "certificate-broken", "trust-root-not-authority" (it may not issue certificates:
    RFC 5280, 4.2.1.9).
    """
    try:
        if PEM_MARK in file:
            certificate = x509.load_pem_x509_certificate(file)
        else:
            certificate = x509.load_der_x509_certificate(file)
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound as error:
        raise Invalid("trust-root-not-authority", field="file") from error
    except (ValueError, TypeError) as error:
        raise Invalid("certificate-broken", field="file") from error
    if not basic.ca:
        raise Invalid("trust-root-not-authority", field="file")
    return certificate.public_bytes(Encoding.DER)
