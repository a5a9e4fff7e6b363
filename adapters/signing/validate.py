"""Verifying the signatures of a PDF (Thông tư 41/2017/TT-BTTTT): whole, whose, and trusted then?

Each signature is judged by itself, and whatever goes wrong while judging one makes that one
inconclusive: never an error page, never "valid". Nothing is fetched from any network.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from adapters.signing.algorithms import grades, is_ber
from adapters.signing.anatomy import (
    byte_range_fault,
    has_loose_end,
    page_number,
    purpose,
    rectangle,
)
from adapters.signing.corner import corner
from adapters.signing.judging import Court, graded, identity, judged_cms, told, trusted
from adapters.signing.pdf import broken_as_refusal, entry, open_pdf, signature_fields
from adapters.signing.policies import OURS, RECEIVED, FillingByPermission
from adapters.signing.report import Report, SignatureFacts
from adapters.signing.signed import Signed, in_pdf
from adapters.signing.tokens import signing_time, stamped
from adapters.signing.trust import Evidence, SigningTime, TrustList, load_anchors
from domain.errors import Invalid
from domain.verdicts import Verdict

MOST_SIGNATURES = 200
_SUBFILTERS = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/PBAD.PAdES")
_STAMP = "/ETSI.RFC3161"
_CHANGES = {
    ModificationLevel.NONE: "none",
    ModificationLevel.LTA_UPDATES: "form-filling",
    ModificationLevel.FORM_FILLING: "form-filling",
}


@dataclass(frozen=True)
class _File:
    """`data` only where the words of a page may be read too: of files from elsewhere."""

    reader: PdfFileReader
    policy: FillingByPermission
    court: Court
    data: bytes | None = None


@dataclass(frozen=True)
class _Stamp:
    """A trusted time stamp over the document, and the revision it closes."""

    revision: int
    at: datetime


def validate(
    pdf: bytes,
    trust_roots: TrustList | Sequence[bytes],
    at: datetime,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
) -> Report:
    """Judge every signature of a received PDF, at time `at`, trusting these roots (DER) only.

    Refuses what is no readable PDF: "pdf-empty", "pdf-not-pdf", "pdf-encrypted", "pdf-broken"; and
    "too-many-signatures", "trust-root-broken".
    """
    court = Court(load_anchors(trust_roots, evidence), evidence.day(at))
    return _proven(_report(_File(open_pdf(pdf), RECEIVED, court, pdf)), evidence)


def validate_strict(
    pdf: bytes | BinaryIO,
    trust_roots: TrustList | Sequence[bytes],
    at: datetime | None = None,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
) -> Report:
    """Judge a PDF of our own making: strict reading, and only number and date may be filled.

    Without `at`, certificates are judged at the time each signature claims.
    """
    court = Court(load_anchors(trust_roots, evidence), evidence.day(at))
    return _proven(_report(_File(open_pdf(pdf, strict=True), OURS, court)), evidence)


def _proven(report: Report, evidence: Evidence) -> Report:
    if evidence.proven_at is None:
        return report
    return Report(tuple(replace(each, proven_at=evidence.proven_at) for each in report.signatures))


def _report(file: _File) -> Report:
    with broken_as_refusal():
        fields = signature_fields(file.reader)
    filled = [(name, field) for name, (signed, field) in fields.items() if signed]
    if len(filled) > MOST_SIGNATURES:
        raise Invalid("too-many-signatures", field="file", most=MOST_SIGNATURES)
    opened = {name: _opened(file.reader, name, field) for name, field in filled}
    judged, stamps = _judge_stamps(file, [each for each in opened.values() if each])
    last = file.reader.xrefs.total_revisions
    judged += [(last, _unreadable(name)) for name, each in opened.items() if each is None]
    judged += [
        _judge(file, each, stamps)
        for each in opened.values()
        if each and _subfilter(each) != _STAMP
    ]
    judged.sort(key=lambda each: each[0])
    return Report(tuple(facts for _, facts in judged))


def _judge_stamps(
    file: _File, found: list[EmbeddedPdfSignature]
) -> tuple[list[tuple[int, SignatureFacts]], list[_Stamp]]:
    """(Each time stamp over the document with the revision it closes, those that prove a time). The
    newest comes first: a good one proves that those under it existed then."""
    judged, good = [], []
    stamps = [each for each in found if _subfilter(each) == _STAMP]
    for each in sorted(stamps, key=lambda each: each.signed_revision, reverse=True):
        revision, facts = _judge_stamp(file, each, good)
        judged.append((revision, facts))
        if facts.verdict is Verdict.VALID:
            good.append(_Stamp(revision, facts.signed_at))
    return judged, good


def _exists(court: Court, signature: EmbeddedPdfSignature, stamps: list[_Stamp]) -> datetime | None:
    """Since when a signature is known to have been there."""
    after = [each.at for each in stamps if each.revision > signature.signed_revision]
    return min([*after, *filter(None, (court.at,))], default=None)


def _opened(reader: PdfFileReader, name: str, field: IndirectObject) -> EmbeddedPdfSignature | None:
    try:
        signature = EmbeddedPdfSignature(reader, field.get_object(), name)
        identity(name, signature.signer_info, signature.signer_cert)
    except Exception:  # a damaged signature dictionary or CMS can lead to any error
        return None
    return signature


def _unreadable(name: str) -> SignatureFacts:
    return SignatureFacts(name, Verdict.BROKEN, details=("signature-unreadable",))


def _subfilter(signature: EmbeddedPdfSignature) -> str:
    return str(entry(signature.sig_object, "/SubFilter"))


def _judge(
    file: _File, signature: EmbeddedPdfSignature, stamps: list[_Stamp]
) -> tuple[int, SignatureFacts]:
    """(Revision of the file this signature closes, its facts)."""
    known = _placed(signature, file)
    try:
        return signature.signed_revision, _verdict(file, signature, known, stamps)
    except Exception:  # signing.md, trap 7: difference analysis raises bare errors on real files
        return signature.signed_revision, told(known, Verdict.INCONCLUSIVE, "not-judged")


def _placed(signature: EmbeddedPdfSignature, file: _File) -> SignatureFacts:
    """Who signed where, before anything is proven."""
    known = identity(signature.field_name, signature.signer_info, signature.signer_cert)
    known = replace(
        known,
        encoding="ber" if is_ber(signature.pkcs7_content) else "der",
        revision=signature.signed_revision + 1,
        revisions=file.reader.xrefs.total_revisions,
    )
    try:
        page, found = page_number(signature), purpose(signature, known.kind)
        if found == "corner" and file.data and page:
            found = corner(file.data, page, rectangle(signature.sig_field))
        return replace(known, purpose=found, page=page)
    except Exception:  # a damaged widget says nothing about the signature
        return known


def _verdict(
    file: _File, signature: EmbeddedPdfSignature, known: SignatureFacts, stamps: list[_Stamp]
) -> SignatureFacts:
    if _subfilter(signature) not in _SUBFILTERS:
        return told(known, Verdict.INCONCLUSIVE, "signature-format-unsupported")
    if fault := byte_range_fault(signature):
        return told(known, Verdict.BROKEN, fault)
    signed = in_pdf(signature)
    time = _time(file.court, signature, signed, stamps)
    known, ended = judged_cms(known, signed, time, file.court)
    if ended:
        return known
    return trusted(_changes(file, signature, known), signed, time, file.court)


def _time(
    court: Court, signature: EmbeddedPdfSignature, signed: Signed, stamps: list[_Stamp]
) -> SigningTime:
    """Its own time stamp's, else that of the first one over the document that came after it."""
    time = signing_time(signed, court.anchors, _exists(court, signature, stamps))
    after = [each.at for each in stamps if each.revision > signature.signed_revision]
    if time.source == "timestamp" or not after:
        return time
    return SigningTime(min(after), "timestamp", (*time.details, "time-from-document-stamp"))


def _judge_stamp(
    file: _File, signature: EmbeddedPdfSignature, newer: list[_Stamp]
) -> tuple[int, SignatureFacts]:
    known = replace(_placed(signature, file), purpose="timestamp", kind="unknown")
    exists = _exists(file.court, signature, newer)
    try:
        return signature.signed_revision, _stamp_verdict(file, signature, known, exists)
    except Exception:  # as with signatures
        return signature.signed_revision, told(known, Verdict.INCONCLUSIVE, "not-judged")


def _stamp_verdict(
    file: _File, signature: EmbeddedPdfSignature, known: SignatureFacts, exists: datetime | None
) -> SignatureFacts:
    if fault := byte_range_fault(signature):
        return told(known, Verdict.BROKEN, fault)
    digest, around = signature.compute_digest, in_pdf(signature)
    found = stamped(signature.signed_data, digest, around, file.court.anchors, exists)
    known = replace(known, signed_at=found.at, time_source="timestamp")
    day = found.at if found.proves else exists or found.at
    known = graded(known, grades(signature.signer_info, signature.signer_cert, day), day)
    if not found.genuine:
        return told(known, Verdict.BROKEN, "signature-not-genuine")
    if not found.fits:
        return told(known, Verdict.MODIFIED, "timestamp-broken")
    known = _changes(file, signature, replace(known, trusted=found.proves))
    if known.verdict is Verdict.MODIFIED:
        return known
    if found.doubt:
        return told(known, Verdict.UNTRUSTED, found.doubt)
    return replace(known, verdict=Verdict.VALID)


def _changes(file: _File, signature: EmbeddedPdfSignature, known: SignatureFacts) -> SignatureFacts:
    """What the file gained after this signature, and whether that was allowed."""
    signature.compute_integrity_info(diff_policy=file.policy)
    allowed = signature.summarise_integrity_info()["docmdp_ok"]
    whole = signature.coverage == SignatureCoverageLevel.ENTIRE_FILE
    difference = signature.diff_result
    level = getattr(difference, "modification_level", ModificationLevel.OTHER)
    known = replace(
        known,
        covers_whole_file=whole,
        later_changes=_CHANGES.get(level, "other"),
        changed_fields=tuple(sorted(getattr(difference, "changed_form_fields", ())))[:50],
    )
    if not whole and has_loose_end(file.reader):
        return told(replace(known, later_changes="other"), Verdict.MODIFIED, "loose-end")
    if allowed and isinstance(difference, DiffResult):
        return known
    if signature.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return told(known, Verdict.MODIFIED, "coverage-incomplete")
    return told(known, Verdict.MODIFIED, "changed-after-signing")
