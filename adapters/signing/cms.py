"""The CMS of a PAdES signature (ETSI EN 319 142-1, B-B and B-T), put together from a template.

For one certificate only the document's digest, the signature's value and perhaps a time stamp
differ; the rest is encoded once. The signing time stands in the PDF's dictionary and not in here,
as PAdES wants it (6.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import algos, core, x509
from pyhanko.sign.general import as_signing_certificate_v2

from adapters.signing.schemes import DIGESTS, Scheme, mechanism, scheme_of

_SEQUENCE, _SET, _OCTETS = 0x30, 0x31, 0x04
_FIRST, _SECOND = 0xA0, 0xA1  # context tags [0] and [1], constructed
_VERSION_1 = b"\x02\x01\x01"


@dataclass(frozen=True, eq=False)
class CmsTemplate:
    """All of a signature's CMS that is the same for every document."""

    digest: str
    _algorithms: bytes  # SET of the digest's algorithm
    _certificates: bytes  # [0] SET of certificates
    _signer: bytes  # version, issuer and serial number, digest's algorithm
    _attributes: tuple[bytes, bytes]  # around the document's digest
    _mechanism: bytes

    def attributes(self, document_digest: bytes) -> bytes:
        """The signed attributes (DER of the SET): what the key signs."""
        if len(document_digest) != DIGESTS[self.digest]:
            raise ValueError("a digest of another kind")
        return _tlv(_SET, self._attributes[0], document_digest, self._attributes[1])

    def assembled(self, attributes: bytes, signature: bytes, token: bytes | None = None) -> bytes:
        """The CMS of a signature over these attributes, with its time stamp if there is one."""
        signed = bytes([_FIRST]) + attributes[1:]  # in place the SET bears an implicit tag
        unsigned = () if token is None else (_tlv(_SECOND, _timestamp(token)),)
        signer = _tlv(
            _SEQUENCE, self._signer, signed, self._mechanism, _tlv(_OCTETS, signature), *unsigned
        )
        content = _tlv(_SEQUENCE, _oid("1.2.840.113549.1.7.1"))  # data, detached
        data = _tlv(
            _SEQUENCE, _VERSION_1, self._algorithms, content, self._certificates, _tlv(_SET, signer)
        )
        return _tlv(_SEQUENCE, _oid("1.2.840.113549.1.7.2"), _tlv(_FIRST, data))


def template_for(
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    digest: str = "sha256",
    scheme: Scheme | None = None,
) -> CmsTemplate:
    """The template of a certificate; Invalid("key-type-unsupported") unless it is RSA or EC. The
    key signs as its kind does, unless another scheme is named."""
    scheme = scheme or scheme_of(certificate)
    return _template(certificate.dump(), tuple(each.dump() for each in chain), digest, scheme)


@lru_cache(maxsize=256)
def _template(
    certificate: bytes, chain: tuple[bytes, ...], digest: str, scheme: Scheme
) -> CmsTemplate:
    owner = x509.Certificate.load(certificate)
    algorithm = algos.DigestAlgorithm({"algorithm": digest}).dump()
    serial = owner["tbs_certificate"]["serial_number"].dump()
    return CmsTemplate(
        digest=digest,
        _algorithms=_tlv(_SET, algorithm),
        _certificates=_tlv(_FIRST, *sorted({certificate, *chain})),
        _signer=_VERSION_1 + _tlv(_SEQUENCE, owner.issuer.dump(), serial) + algorithm,
        _attributes=_attributes_around(owner, digest),
        _mechanism=mechanism(scheme, digest).dump(),
    )


def _attributes_around(owner: x509.Certificate, digest: str) -> tuple[bytes, bytes]:
    """The signed attributes in DER's order, cut where the document's digest comes."""
    zeros = bytes(DIGESTS[digest])
    content_type = _attribute("1.2.840.113549.1.9.3", _oid("1.2.840.113549.1.7.1"))
    message_digest = _attribute("1.2.840.113549.1.9.4", _tlv(_OCTETS, zeros))
    certificate = _attribute("1.2.840.113549.1.9.16.2.47", as_signing_certificate_v2(owner).dump())
    # An attribute's own length decides its place before the digest's bytes could.
    content = b"".join(sorted((content_type, message_digest, certificate)))
    before, _, after = content.partition(zeros)
    return before, after


def _timestamp(token: bytes) -> bytes:
    return _attribute("1.2.840.113549.1.9.16.2.14", token)


def _attribute(oid: str, value: bytes) -> bytes:
    return _tlv(_SEQUENCE, _oid(oid), _tlv(_SET, value))


@lru_cache(maxsize=64)
def _oid(dotted: str) -> bytes:
    return core.ObjectIdentifier(dotted).dump()


def _tlv(tag: int, *parts: bytes) -> bytes:
    """DER: tag, length, value."""
    value = b"".join(parts)
    size = len(value)
    if size < 0x80:
        return bytes((tag, size)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + value
