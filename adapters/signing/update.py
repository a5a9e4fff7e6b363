"""Signing in two steps: a file is made ready for one signature, then the signature is put in.

The first step appends an update with all that people see and all that is signed, and a hole of
zeros for the CMS; what comes of it (`SignatureToMake`) can be kept while a person's token or a
signing service does its part. It says itself what may change afterwards (DocMDP, FieldMDP) and
checks itself that the file's state allows the signature: no library stands behind it that would.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.generic import pdf_string as string
from pyhanko.sign.fields import MDPPerm

from adapters.signing.baked import written
from adapters.signing.cms import CmsTemplate, template_for
from adapters.signing.finding import Field
from adapters.signing.increment import Increment
from adapters.signing.pdf import entry
from adapters.signing.schemes import DIGESTS, Scheme
from adapters.signing.trust import VIETNAM
from domain.errors import Invalid

STAMP_ROOM = 12_000  # bytes for a time stamp token with its certificates
_PLACE = b"[0 0000000000 0000000000 0000000000]"  # of the byte range, until it is known
_SLACK = 64
_NO_MARKS = str.maketrans("", "", "-:T")

Stamp = Callable[[bytes], bytes]  # signature value -> RFC 3161 token (DER)


@dataclass(frozen=True)
class Wish:
    """What a signature is to be. `certifies`: it is a certification signature, after which no more
    than this permission is allowed (the file must not be signed before). Otherwise it approves, and
    closes the fields that its own field locks. `name` and `reason` go into the dictionary."""

    field: str
    at: datetime
    certifies: MDPPerm | None = None
    name: str = ""
    reason: str = ""
    digest: str = "sha256"
    stamped: bool = False  # leaves room for a time stamp


@dataclass(frozen=True)
class SignatureToMake:
    """A file ready for one signature. `attributes` (DER) is what the key signs with `digest_name`;
    `document_digest` is what they hold of the file."""

    field: str
    before: bytes
    earlier: bool  # signatures are in it already
    tail: bytes  # the update: follows the file's own bytes
    hole: tuple[int, int]  # where in `tail` the hexadecimal digits of the CMS go
    document_digest: bytes
    digest_name: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    scheme: Scheme
    hashed: object = field(default=None, compare=False, repr=False)  # `before`, while at hand

    @cached_property
    def attributes(self) -> bytes:
        return self._template.attributes(self.document_digest)

    @property
    def room(self) -> int:
        """The most bytes a CMS may have."""
        return (self.hole[1] - self.hole[0]) // 2

    def signed(self, signature: bytes, stamp: Stamp | None = None) -> bytes:
        """The update with the CMS of this signature value over `attributes`, time-stamped if
        wanted. The signed file is `before` and this."""
        token = stamp(signature) if stamp else None
        return self.filled(self._template.assembled(self.attributes, signature, token))

    def filled(self, cms: bytes) -> bytes:
        """The update with this CMS; Invalid("signature-room-too-small") if it does not fit."""
        if len(cms) > self.room:
            raise Invalid("signature-room-too-small", room=self.room, needed=len(cms))
        start, end = self.hole
        digits = cms.hex().encode("ascii").ljust(end - start, b"0")
        return _put(self.tail, start, digits)

    def packed(self) -> bytes:
        """All but `before`, to be kept until the signature comes; `unpacked` reads it."""
        return json.dumps(
            {
                "field": self.field,
                "earlier": self.earlier,
                "tail": _text(self.tail),
                "hole": self.hole,
                "document_digest": self.document_digest.hex(),
                "digest_name": self.digest_name,
                "certificate": _text(self.certificate.dump()),
                "chain": [_text(each.dump()) for each in self.chain],
                "scheme": self.scheme,
            }
        ).encode()

    @classmethod
    def unpacked(cls, packed: bytes, before: bytes) -> "SignatureToMake":
        record = json.loads(packed)
        return cls(
            field=record["field"],
            before=before,
            earlier=record["earlier"],
            tail=base64.b64decode(record["tail"]),
            hole=tuple(record["hole"]),
            document_digest=bytes.fromhex(record["document_digest"]),
            digest_name=record["digest_name"],
            certificate=_certificate(record["certificate"]),
            chain=tuple(_certificate(each) for each in record["chain"]),
            scheme=Scheme(record["scheme"]),
        )

    @cached_property
    def _template(self) -> CmsTemplate:
        return template_for(self.certificate, self.chain, self.digest_name, self.scheme)


def make_ready(
    before: bytes,
    update: Increment,
    field: Field,
    wish: Wish,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    signature_bytes: int,
    scheme: Scheme,
) -> SignatureToMake:
    """The last objects of an update (signature dictionary, permissions, flags), and the update
    closed over them: after this nothing may be added. `field` is an empty signature field whose
    appearance is drawn already."""
    template = template_for(certificate, chain, wish.digest, scheme)
    room = _room(template, signature_bytes) + (STAMP_ROOM if wish.stamped else 0)
    head, middle, rest = _dictionary(update, field, wish)
    signature = update.add(b"".join((head, b"0" * (2 * room), middle, _PLACE, rest)))
    _enter(update, field, signature, wish)
    tail, offsets = update.close()
    start = offsets[signature.idnum] + tail[offsets[signature.idnum] :].index(head) + len(head)
    tail = _with_range(tail, (start, start + 2 * room), len(before), len(middle))
    hole = (start, start + 2 * room)
    hashed = hashlib.new(wish.digest, before)
    digest = hashed.copy()
    digest.update(memoryview(tail)[: hole[0] - 1])
    digest.update(memoryview(tail)[hole[1] + 1 :])
    return SignatureToMake(
        field=wish.field,
        before=before,
        earlier=update.was_signed,
        tail=tail,
        hole=hole,
        document_digest=digest.digest(),
        digest_name=wish.digest,
        certificate=certificate,
        chain=tuple(chain),
        scheme=scheme,
        hashed=hashed,
    )


@lru_cache(maxsize=256)
def _room(template: CmsTemplate, signature_bytes: int) -> int:
    attributes = template.attributes(bytes(DIGESTS[template.digest]))
    return len(template.assembled(attributes, bytes(signature_bytes))) + _SLACK


def _with_range(tail: bytes, hole: tuple[int, int], size: int, gap: int) -> bytes:
    """The byte range: all of the file but the digits and the brackets around them."""
    first, second = size + hole[0] - 1, size + hole[1] + 1
    value = b"[0 %d %d %d]" % (first, second, size + len(tail) - second)
    return _put(tail, hole[1] + gap, value.ljust(len(_PLACE)))


def _put(data: bytes, at: int, new: bytes) -> bytes:
    """The data with these bytes in the place of as many there, copied once."""
    view = memoryview(data)
    return b"".join((view[:at], new, view[at + len(new) :]))


def _dictionary(update: Increment, field: Field, wish: Wish) -> tuple[bytes, bytes, bytes]:
    """The signature dictionary around the CMS and around the byte range."""
    at = wish.at.astimezone(VIETNAM).replace(microsecond=0, tzinfo=None)
    told = at.isoformat().translate(_NO_MARKS)  # strftime takes ten times as long
    entries = generic.DictionaryObject(
        {
            name("/Filter"): name("/Adobe.PPKLite"),
            name("/SubFilter"): name("/ETSI.CAdES.detached"),
            name("/M"): string(f"D:{told}+07'00'"),
        }
    )
    for key, value in (("/Name", wish.name), ("/Reason", wish.reason)):
        if value:
            entries[name(key)] = string(value)
    references = _references(update, field, wish)
    if references:
        entries[name("/Reference")] = generic.ArrayObject(references)
    rest = written(entries)[2:]
    return b"<</Type /Sig\n/Contents <", b">\n/ByteRange ", b"\n" + rest


def _references(update: Increment, field: Field, wish: Wish) -> list[generic.DictionaryObject]:
    """What may change after this signature (ISO 32000-1, 12.8.2.2 and 12.8.2.4)."""
    references = []
    if wish.certifies is not None:
        permission = {name("/P"): generic.NumberObject(wish.certifies.value)}
        references.append(_reference("/DocMDP", permission))
    lock = entry(field.dictionary, "/Lock")
    if lock is not None:
        keys = ("/Action", "/Fields", "/P")  # /P as Acrobat writes it for an approval
        copied = {name(key): lock.raw_get(key) for key in keys if key in lock}
        reference = _reference("/FieldMDP", copied)
        reference[name("/Data")] = update.reader.trailer.raw_get("/Root")
        references.append(reference)
    return references


def _reference(method: str, parameters: dict) -> generic.DictionaryObject:
    fixed = {name("/Type"): name("/TransformParams"), name("/V"): name("/1.2")}
    return generic.DictionaryObject(
        {
            name("/Type"): name("/SigRef"),
            name("/TransformMethod"): name(method),
            name("/TransformParams"): generic.DictionaryObject(fixed | parameters),
        }
    )


def _enter(update: Increment, field: Field, signature: generic.IndirectObject, wish: Wish) -> None:
    """The signature as its field's value, and what the file says of itself from now on."""
    field.dictionary[name("/V")] = signature
    update.change(field.reference)
    form = update.root["/AcroForm"]
    if entry(form, "/SigFlags") != 3 or "/NeedAppearances" in form:
        form[name("/SigFlags")] = generic.NumberObject(3)  # signed; append only (table 219)
        form.pop("/NeedAppearances", None)
        update.change_holder(form)
    if wish.certifies is not None:
        allowed = {name("/DocMDP"): signature}
        update.root[name("/Perms")] = generic.DictionaryObject(allowed)
        update.change_root()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _certificate(text: str) -> x509.Certificate:
    return x509.Certificate.load(base64.b64decode(text))
