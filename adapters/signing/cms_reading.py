"""What a CMS of one signer says, read for the check of a signature.

asn1crypto builds an object for each element, which takes longer than checking the signature. What
is written as nearly every CMS is (lengths known, one signer with signed attributes) is read here
from its bytes; whatever is not is left to asn1crypto.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from asn1crypto import algos, cms, core, x509

from adapters.signing.schemes import DIGESTS
from domain.errors import Invalid

_INTEGER, _OCTETS, _OID, _SEQUENCE, _SET = 0x02, 0x04, 0x06, 0x30, 0x31
_FIRST, _SECOND = 0xA0, 0xA1  # context tags [0] and [1], constructed
_SIGNED_DATA = core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()
_MESSAGE_DIGEST = core.ObjectIdentifier("1.2.840.113549.1.9.4").dump()
_DIGEST_NAMES = {algos.DigestAlgorithmId(each).dump(): each for each in DIGESTS}


@dataclass(frozen=True)
class Signer:
    """The signer of a CMS: certificate (DER), name of the digest's algorithm, the digest that was
    signed, the attributes that hold it (as they are signed), the algorithm (DER) and the value of
    the signature."""

    certificate: bytes
    digest_name: str
    message_digest: bytes
    attributes: bytes
    mechanism: bytes
    value: bytes


class _Unusual(Exception):
    """Not written as nearly every CMS is."""


def read_signer(data: bytes) -> Signer:
    """The one signer; Invalid("signature-not-genuine") for an algorithm that nobody should use. A
    damaged CMS leads to any error."""
    try:
        return _quickly(data)
    except (_Unusual, IndexError, ValueError, StopIteration):
        return _fully(data)


class _Element(NamedTuple):
    """A part of DER: its tag, where its bytes and its content begin, and where both end."""

    tag: int
    start: int
    content: int
    end: int


def _quickly(data: bytes) -> Signer:
    kind, content = _parts(data, _element(data, 0, len(data)), _OID, _FIRST)
    if _bytes(data, kind) != _SIGNED_DATA:
        raise _Unusual
    (signed,) = _parts(data, content, _SEQUENCE)
    elements = list(_inside(data, signed))
    certificates, infos = _only(elements, _FIRST), elements[-1]
    (info,) = _parts(data, infos, _SEQUENCE) if infos.tag == _SET else ()
    version, sid, digest, attributes, mechanism, value, *_unsigned = _inside(data, info)
    tags = [each.tag for each in (version, sid, digest, attributes, mechanism, value)]
    if tags != [_INTEGER, _SEQUENCE, _SEQUENCE, _FIRST, _SEQUENCE, _OCTETS]:
        raise _Unusual
    name = _DIGEST_NAMES.get(_bytes(data, next(_inside(data, digest))))
    if name is None:
        raise _Unusual
    wanted = _bytes(data, sid)
    return Signer(
        certificate=_named(wanted, (_bytes(data, each) for each in _inside(data, certificates))),
        digest_name=name,
        message_digest=_message_digest(data, attributes),
        attributes=b"\x31" + data[attributes.start + 1 : attributes.end],  # a plain SET is signed
        mechanism=_bytes(data, mechanism),
        value=data[value.content : value.end],
    )


def _message_digest(data: bytes, attributes: _Element) -> bytes:
    found = []
    for attribute in _inside(data, attributes):
        kind, values = _parts(data, attribute, _OID, _SET)
        if _bytes(data, kind) == _MESSAGE_DIGEST:
            found += _parts(data, values, _OCTETS)
    if len(found) != 1:
        raise _Unusual
    return data[found[0].content : found[0].end]


def _element(data: bytes, at: int, end: int) -> _Element:
    tag, size, content = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F or size == 0x80:  # a long tag, or a length not known
        raise _Unusual
    if size > 0x80:
        content += size - 0x80
        size = int.from_bytes(data[at + 2 : content], "big")
    if content + size > end:
        raise _Unusual
    return _Element(tag, at, content, content + size)


def _inside(data: bytes, element: _Element) -> Iterator[_Element]:
    at = element.content
    while at < element.end:
        found = _element(data, at, element.end)
        yield found
        at = found.end


def _parts(data: bytes, element: _Element, *tags: int) -> list[_Element]:
    """Exactly these parts."""
    found = list(_inside(data, element))
    if tuple(each.tag for each in found) != tags:
        raise _Unusual
    return found


def _only(elements: list[_Element], tag: int) -> _Element:
    found = [each for each in elements if each.tag == tag]
    if len(found) != 1:
        raise _Unusual
    return found[0]


def _bytes(data: bytes, element: _Element) -> bytes:
    return data[element.start : element.end]


def _fully(data: bytes) -> Signer:
    signed = cms.ContentInfo.load(data)["content"]
    (signer,) = signed["signer_infos"]
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in DIGESTS:
        raise Invalid("signature-not-genuine", field="file")
    attributes = {each["type"].native: each["values"] for each in signer["signed_attrs"]}
    (message_digest,) = (each.native for each in attributes["message_digest"])
    wanted = signer["sid"].chosen.dump()
    return Signer(
        certificate=_named(wanted, (each.dump() for each in signed["certificates"])),
        digest_name=name,
        message_digest=message_digest,
        attributes=b"\x31" + signer["signed_attrs"].dump()[1:],
        mechanism=signer["signature_algorithm"].dump(),
        value=signer["signature"].native,
    )


def _named(wanted: bytes, certificates: Iterator[bytes]) -> bytes:
    """The certificate that the signer's information names."""
    return next(each for each in certificates if _identity(each) == wanted)


@lru_cache(maxsize=256)
def _identity(certificate: bytes) -> bytes:
    known = x509.Certificate.load(certificate)
    serial = known["tbs_certificate"]["serial_number"].native
    return cms.IssuerAndSerialNumber({"issuer": known.issuer, "serial_number": serial}).dump()
