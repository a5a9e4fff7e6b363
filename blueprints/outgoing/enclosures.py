"""Enclosures on the page of an outgoing document: which file goes out, how the agency signs it; and
a certified copy that a draft brings along."""

from collections.abc import Mapping, Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from blueprints.signatures import told
from domain.enclosures import Manner
from extensions import current_actor, office
from models.copies import CertifiedCopy
from models.outgoing import Enclosure, OutgoingDocument
from models.signing import Signature
from services.copies import enclosing

PDF = "application/pdf"
BEFORE = {
    Manner.BLOCK: _l("Cơ quan ký số khi phát hành."),
    Manner.ADDED: _l("Tệp đã có chữ ký số; khi phát hành cơ quan ký thêm, chữ ký cũ giữ nguyên."),
    Manner.DETACHED: _l("Khi phát hành, chữ ký của cơ quan nằm ở tệp .p7s gửi kèm."),
}
CLOSED = _l(
    "Tệp đã bị khóa, không thêm được chữ ký vào trong; khi phát hành, chữ ký của cơ quan "
    "nằm ở tệp .p7s gửi kèm. Muốn có dòng ký trên trang 1 thì đính kèm bản chưa khóa."
)
AFTER = {
    Manner.BLOCK: _l("Cơ quan đã ký số."),
    Manner.ADDED: _l("Cơ quan đã ký số thêm; chữ ký cũ giữ nguyên."),
    Manner.DETACHED: _l("Chữ ký của cơ quan ở tệp:"),
    Manner.OWN: _l("Cơ quan đã ký số trước đó, không ký lại."),
}


def digests(doc: OutgoingDocument) -> list[str]:
    """The files whose signatures the page tells."""
    return [sha256 for sha256 in map(_bearing, doc.enclosures) if sha256]


def shown(
    doc: OutgoingDocument, signatures: Sequence[Signature], marks: Mapping[str, dict | None]
) -> list[dict]:
    """`marks`: how far each signed file is preserved, by its digest."""
    return [
        _shown(doc, each, signatures) | {"preserved_as": marks.get(_bearing(each) or "")}
        for each in doc.enclosures
    ]


def enclosed_copy(form) -> CertifiedCopy | None:
    """The certified copy that the draft's form brings along."""
    copy_id = _id(form.copy_id.data)
    return enclosing.named(office(), current_actor(), copy_id) if copy_id else None


def with_copy(sent: dict) -> dict:
    """What the form sends, the signed file of its certified copy among the enclosures."""
    copy_id = _id(sent.get("copy_id"))
    if copy_id is None:
        return sent
    file = enclosing.file_of(office(), current_actor(), copy_id)
    return sent | {"enclosures": [*sent["enclosures"], file]}


def _id(text: object) -> int | None:
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _bearing(each: Enclosure) -> str | None:
    """The file that holds the agency's signature on an enclosure."""
    return each.signed_sha256 or each.signature_sha256


def _shown(doc: OutgoingDocument, each: Enclosure, signatures: Sequence[Signature]) -> dict:
    own = [found for found in signatures if found.file_sha256 == _bearing(each)]
    beside = each.signature_sha256
    return {
        "name": each.name,
        "url": _url(doc, each.sent_sha256),
        "note": _note(doc, each),
        "beside": {"name": each.signature_name, "url": _url(doc, beside)} if beside else None,
        "draft": _url(doc, each.sha256) if each.signed_sha256 else None,
        "signatures": told(own),
    }


def _note(doc: OutgoingDocument, each: Enclosure) -> str:
    if not each.manner:
        return ""
    manner = Manner(each.manner)
    if manner is Manner.OWN or each.signed_sha256 or each.signature_sha256:
        return str(AFTER[manner])
    if doc.issued_sha256:
        return _("Gửi như tệp gốc, không có chữ ký của cơ quan.")
    if manner is Manner.DETACHED and each.media_type == PDF:
        return str(CLOSED)
    return str(BEFORE[manner])


def _url(doc: OutgoingDocument, sha256: str) -> str:
    return url_for("documents.original", kind="outgoing", document_id=doc.id, sha=sha256)
