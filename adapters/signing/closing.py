"""Does the signature that closes a file hold: asked of what was just signed, and of what the seal
goes on.

It reads the file anew, as a stranger would: the byte range leaves out exactly the CMS, the digest
fits what it covers, and the signature fits the certificate's key. A signature over the whole file
leaves no later change to judge; earlier ones, trust and time are `validate`'s matter.
"""

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from asn1crypto import algos
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509 import load_der_x509_certificate

from adapters.signing.appended import Parts, SignedField, between, length, signed_field
from adapters.signing.cms_reading import Signer, read_signer
from adapters.signing.pdf import open_pdf, signature_fields
from adapters.signing.schemes import verify
from domain.errors import Invalid, Refusal

SMALL = 4 * 1024 * 1024  # bytes: joined in memory, which is read faster than in parts
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_CONTENTS = re.compile(rb"/Contents\s*(<[^>]*>)")


@dataclass(frozen=True)
class Closing:
    """The signature that closes a file: its field and whose it is."""

    field: str
    certificate: bytes  # DER


def closing_signature(parts: Parts, hashed: object = None) -> Closing:
    """The signature over all of a file (given in one or more parts). `hashed` is the first part,
    hashed already (it is not a second time) with the algorithm that the signature should have.

    Invalid("signature-not-genuine") where none closes it, or it does not hold; what `open_pdf`
    refuses in strict reading.
    """
    try:
        for field in _candidates(parts):
            hole = _hole(field, parts)
            if hole is not None:
                return Closing(field.name, _genuine(hole, parts, hashed))
    except Refusal:
        raise
    except Exception as error:  # damaged dictionaries and CMS lead to any error
        raise Invalid("signature-not-genuine", field="file") from error
    raise Invalid("signature-not-genuine", field="file")


def _candidates(parts: Parts) -> Iterator[SignedField]:
    """The field of the last update if that is easily read, else every signed one."""
    found = signed_field(parts)
    if found is not None:
        yield found
        return
    reader = open_pdf(stream_of(parts), strict=True)
    for name, (filled, reference) in signature_fields(reader).items():
        if filled:
            value = reference.get_object().raw_get("/V").reference
            yield SignedField(name, reader.xrefs[value])


def stream_of(parts: Parts) -> BinaryIO:
    """The parts as one stream; large ones are not copied."""
    if length(parts) <= SMALL:
        return io.BytesIO(b"".join(parts))
    return io.BufferedReader(_Joined(parts), 1 << 16)


class _Joined(io.RawIOBase):
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._size = length(parts)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {0: 0, 1: self._at, 2: self._size}[whence]
        return self._at

    def readinto(self, buffer: memoryview) -> int:
        filled = 0
        for piece in between(self._parts, self._at, self._at + len(buffer)):
            buffer[filled : filled + len(piece)] = piece
            filled += len(piece)
        self._at += filled
        return filled


@dataclass(frozen=True)
class _Hole:
    """What a byte range leaves out: where, and the CMS in it."""

    start: int
    end: int
    cms: bytes


def _hole(field: SignedField, parts: Parts) -> _Hole | None:
    """The hole of a signature over all else of the file; None for one that covers less. Read from
    the bytes of its object: pyHanko takes milliseconds for the digits of a CMS."""
    offset, size = field.offset, length(parts)
    text = b"".join(between(parts, offset, size)).partition(b"endobj")[0]
    (ranges,) = _BYTE_RANGE.finditer(text)
    (contents,) = _CONTENTS.finditer(text)
    start, first, second, rest = (int(number) for number in ranges.groups())
    around = offset + contents.start(1), offset + contents.end(1)
    if (start, first, second, second + rest) != (0, *around, size):
        return None
    return _Hole(first, second, bytes.fromhex(contents[1][1:-1].decode("ascii")))


def _genuine(hole: _Hole, parts: Parts, hashed: object) -> bytes:
    """The certificate (DER) whose key signed what the hole leaves."""
    signer = read_signer(hole.cms)
    if signer.message_digest != _digest(hole, parts, signer.digest_name, hashed):
        raise Invalid("signature-not-genuine", field="file")
    _check(signer)
    return signer.certificate


def _digest(hole: _Hole, parts: Parts, kind: str, hashed: object) -> bytes:
    usable = hashed is not None and hashed.name == kind and len(parts[0]) <= hole.start
    digest, done = (hashed.copy(), len(parts[0])) if usable else (hashlib.new(kind), 0)
    for start, end in ((done, hole.start), (hole.end, length(parts))):
        for piece in between(parts, start, end):
            digest.update(piece)
    return digest.digest()


@lru_cache(maxsize=256)
def _public_key(certificate: bytes) -> CertificatePublicKeyTypes:
    return load_der_x509_certificate(certificate).public_key()


@lru_cache(maxsize=64)
def _mechanism(der: bytes) -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm.load(der)


def _check(signer: Signer) -> None:
    key, named = _public_key(signer.certificate), _mechanism(signer.mechanism)
    if not verify(key, signer.value, signer.attributes, signer.digest_name, named):
        raise Invalid("signature-not-genuine", field="file")
