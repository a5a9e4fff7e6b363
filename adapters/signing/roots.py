"""Reading certificates that an administrator wants to trust: one in PEM or DER, several in one PEM,
or a PKCS#7 bundle (.p7b), as authorities publish them."""

from asn1crypto import cms, pem, x509

from domain.errors import Invalid

MOST = 100
LARGEST = 1024 * 1024  # bytes
_BUNDLES = ("PKCS7", "CMS")


def read_bundle(file: bytes) -> list[bytes]:
    """The certificates (DER) of the file, each once, as they stand in it.

    Refuses: "certificate-broken", "trust-bundle-large".
    """
    if len(file) > LARGEST:
        raise Invalid("trust-bundle-large", field="file", most=MOST)
    try:
        found = list(dict.fromkeys(each.dump() for each in _certificates(file)))
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid("certificate-broken", field="file") from error
    if not found:
        raise Invalid("certificate-broken", field="file")
    if len(found) > MOST:
        raise Invalid("trust-bundle-large", field="file", most=MOST)
    return found


def read_root(file: bytes) -> bytes:
    """The one certificate (DER) of a file that may be a root.

    Refuses as `read_bundle`, and "trust-root-not-authority".
    """
    der, *more = read_bundle(file)
    if more:
        raise Invalid("certificate-broken", field="file")
    if not is_authority(der):
        raise Invalid("trust-root-not-authority", field="file")
    return der


def is_authority(der: bytes) -> bool:
    """Whether it may issue certificates (RFC 5280, 4.2.1.9)."""
    try:
        return bool(x509.Certificate.load(der).ca)
    except (ValueError, TypeError, KeyError):
        return False


def is_self_issued(der: bytes) -> bool:
    certificate = x509.Certificate.load(der)
    return certificate.subject.dump() == certificate.issuer.dump()


def _certificates(file: bytes) -> list[x509.Certificate]:
    if not pem.detect(file):
        return _in_der(file)
    found = []
    for kind, _headers, der in pem.unarmor(file, multiple=True):
        if kind in _BUNDLES:
            found += _in_bundle(der)
        elif kind == "CERTIFICATE":
            found.append(_read(der))
    return found


def _in_der(file: bytes) -> list[x509.Certificate]:
    try:
        return [_read(file)]
    except (ValueError, TypeError, KeyError):
        return _in_bundle(file)


def _read(der: bytes) -> x509.Certificate:
    certificate = x509.Certificate.load(der, strict=True)
    _ = certificate["tbs_certificate"].native  # what is damaged inside shows here
    return certificate


def _in_bundle(der: bytes) -> list[x509.Certificate]:
    content = cms.ContentInfo.load(der)
    if content["content_type"].native != "signed_data":
        return []
    chosen = [each.chosen for each in content["content"]["certificates"]]
    return [_read(each.dump()) for each in chosen if isinstance(each, x509.Certificate)]
