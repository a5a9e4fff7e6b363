"""Whether what the server wants signed is what it shows. The signed attributes are read from their
DER, and must say: this document's digest, this certificate, nothing else. The digest is computed
here, from the document as it came."""

import hashlib
import re
from dataclasses import dataclass

from asn1crypto import cms, tsp, x509

from .troubles import Suspicious

CONTENT_TYPE, MESSAGE_DIGEST = "content_type", "message_digest"
CERTIFICATE, TIME = "signing_certificate_v2", "signing_time"
EXPECTED = {CONTENT_TYPE, MESSAGE_DIGEST, CERTIFICATE}
DIGESTS = ("sha256", "sha384", "sha512")
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


@dataclass(frozen=True)
class Checked:
    """What is going to be signed, and the proof that it is this document."""

    attributes: bytes
    digest_name: str
    document_digest: bytes
    beside: bool = False

    @property
    def attributes_digest(self) -> bytes:
        return hashlib.new(self.digest_name, self.attributes).digest()


def check(
    attributes: bytes, digest_name: str, document: bytes, shown_sha256: str, certificate: bytes,
    *, beside: bool = False,
) -> Checked:  # fmt: skip
    """Raises Suspicious unless the attributes are a signature by `certificate` (DER) over exactly
    this document, which begins with the file whose SHA-256 the person is shown; where the signature
    is to stand `beside` it, which is that file."""
    if digest_name not in DIGESTS:
        raise Suspicious(f"Máy chủ đòi thuật toán băm lạ ({digest_name}); không ký.")
    said = _read(attributes)
    if set(said) != (EXPECTED | {TIME} if beside else EXPECTED):  # a PDF tells its time itself
        raise Suspicious("Nội dung phải ký có thuộc tính lạ; không ký.")
    if said[CONTENT_TYPE].native != "data":
        raise Suspicious("Nội dung phải ký không phải một văn bản; không ký.")
    digest_of = whole_digest if beside else document_digest
    digest = digest_of(document, digest_name, shown_sha256)
    if said[MESSAGE_DIGEST].native != digest:
        raise Suspicious("Mã băm phải ký không phải của văn bản này; không ký.")
    if not _names(said[CERTIFICATE], certificate):
        raise Suspicious("Nội dung phải ký nêu chứng thư khác với chứng thư trong token; không ký.")
    return Checked(attributes, digest_name, digest, beside)


def whole_digest(document: bytes, digest_name: str, shown_sha256: str) -> bytes:
    """The digest of a file that is signed as it is."""
    if hashlib.sha256(document).hexdigest() != shown_sha256:
        raise Suspicious("Tệp phải ký không phải tệp đang hiện; không ký.")
    return hashlib.new(digest_name, document).digest()


def document_digest(document: bytes, digest_name: str, shown_sha256: str) -> bytes:
    """The digest over the whole prepared document but the empty place of the signature."""
    found = list(_RANGE.finditer(document))
    if not found:
        raise Suspicious("Tệp không có chỗ cho chữ ký; không ký.")
    zero, first, second, rest = (int(part) for part in found[-1].groups())
    hole = document[first:second]
    whole = zero == 0 and second + rest == len(document)
    empty = len(hole) > 2 and hole[:1] == b"<" and hole[-1:] == b">" and not hole[1:-1].strip(b"0")
    if not whole or not empty:
        raise Suspicious("Chữ ký sẽ không bao trùm toàn bộ tệp; không ký.")
    if not _begins_with(document[:first], shown_sha256):
        raise Suspicious("Tệp phải ký không bắt đầu bằng đúng văn bản đã duyệt; không ký.")
    digest = hashlib.new(digest_name, document[:first])
    digest.update(document[second:])
    return digest.digest()


def _begins_with(document: bytes, sha256: str) -> bool:
    """Whether the file of this SHA-256 is the document's beginning: it ends with one of the marks
    that end a PDF and all that was appended later."""
    running, at = hashlib.sha256(), 0
    for mark in re.finditer(rb"%%EOF\r?\n?", document):
        for end in {mark.start() + 5, mark.end() - 1, mark.end()}:
            if at <= end:
                part = running.copy()
                part.update(document[at:end])
                if part.hexdigest() == sha256:
                    return True
        running.update(document[at : mark.start()])
        at = mark.start()
    return False


def _read(attributes: bytes) -> dict:
    """The attributes by name; they must be in DER, the form that is signed."""
    try:
        read = cms.CMSAttributes.load(attributes, strict=True)
        values = {each["type"].native: each["values"] for each in read}
        twice = len(values) != len(read) or any(len(each) != 1 for each in values.values())
        if twice or read.copy().dump(force=True) != attributes:
            raise Suspicious("Nội dung phải ký không ở dạng chuẩn; không ký.")
    except (ValueError, TypeError, KeyError):
        raise Suspicious("Không đọc được nội dung phải ký; không ký.") from None
    return {name: each[0] for name, each in values.items()}


def _names(said: tsp.SigningCertificateV2, certificate: bytes) -> bool:
    named = said["certs"][0]
    algorithm = named["hash_algorithm"]["algorithm"].native
    digest = hashlib.new(algorithm, x509.Certificate.load(certificate).dump()).digest()
    return len(said["certs"]) == 1 and named["cert_hash"].native == digest
