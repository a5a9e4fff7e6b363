"""Verifying the signatures of a PDF (Thông tư 41/2017/TT-BTTTT): whole, whose, and trusted then?

Each signature is judged by itself, and whatever goes wrong while judging one makes that one
inconclusive: never an error page, never "valid". Nothing is fetched from any network.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asn1crypto import x509
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from adapters.signing.certificates import facts_of
from adapters.signing.pdf import broken_as_refusal, entry, open_pdf, signature_fields
from adapters.signing.policies import OURS, RECEIVED, FillingByPermission
from adapters.signing.report import Report, SignatureFacts
from adapters.signing.trust import (
    WEAK_DIGESTS,
    certificate_trust,
    load_roots,
    signing_time,
)
from domain.verdicts import Verdict

_SUBFILTERS = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/PBAD.PAdES")
_CHANGES = {
    ModificationLevel.NONE: "none",
    ModificationLevel.LTA_UPDATES: "form-filling",
    ModificationLevel.FORM_FILLING: "form-filling",
}


@dataclass(frozen=True)
class _Court:
    """What every signature of one file is judged by."""

    policy: FillingByPermission
    roots: list[x509.Certificate]
    at: datetime | None


def validate(pdf: bytes, trust_roots: Sequence[bytes], at: datetime) -> Report:
    """Judge every signature of a received PDF, at time `at`, trusting these roots (DER) only.

    Refuses what is no readable PDF: "pdf-empty", "pdf-not-pdf", "pdf-encrypted", "pdf-broken"; and
    "trust-root-broken".
    """
    return _report(open_pdf(pdf), _Court(RECEIVED, load_roots(trust_roots), at))


def validate_strict(pdf: bytes, trust_roots: Sequence[bytes], at: datetime | None = None) -> Report:
    """Judge a PDF of our own making: strict reading, and only number and date may be filled.

    Without `at`, certificates are judged at the time each signature claims.
    """
    return _report(open_pdf(pdf, strict=True), _Court(OURS, load_roots(trust_roots), at))


def _report(reader: PdfFileReader, court: _Court) -> Report:
    with broken_as_refusal():
        filled = [
            (name, field) for name, (signed, field) in signature_fields(reader).items() if signed
        ]
    judged = [_judge(reader, name, field, court) for name, field in filled]
    judged.sort(key=lambda each: each[0])
    return Report(tuple(facts for _, facts in judged))


def _judge(
    reader: PdfFileReader, name: str, field: IndirectObject, court: _Court
) -> tuple[int, SignatureFacts]:
    """(Revision of the file this signature closes, its facts)."""
    unread = SignatureFacts(name, Verdict.BROKEN, details=("signature-unreadable",))
    try:
        signature = EmbeddedPdfSignature(reader, field.get_object(), name)
        known = _identity(signature, name)
    except Exception:  # a damaged signature dictionary or CMS can lead to any error
        return reader.xrefs.total_revisions, unread
    try:
        return signature.signed_revision, _verdict(signature, known, court)
    except Exception:  # signing.md, trap 7: difference analysis raises bare errors on real files
        details = (*known.details, "not-judged")
        return signature.signed_revision, replace(
            known, verdict=Verdict.INCONCLUSIVE, details=details
        )


def _identity(signature: EmbeddedPdfSignature, name: str) -> SignatureFacts:
    certificate = facts_of(signature.signer_cert)
    weak = signature.md_algorithm in WEAK_DIGESTS
    return SignatureFacts(
        field=name,
        verdict=Verdict.INCONCLUSIVE,
        kind=certificate.kind,
        signer_name=certificate.subject_name,
        organisation=certificate.organisation,
        issuer=certificate.issuer,
        serial=certificate.serial,
        certificate_sha256=certificate.sha256,
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
        digest_algorithm=signature.md_algorithm,
        weak_algorithm=weak,
        details=("algorithm-weak",) if weak else (),
    )


def _verdict(
    signature: EmbeddedPdfSignature, known: SignatureFacts, court: _Court
) -> SignatureFacts:
    if str(entry(signature.sig_object, "/SubFilter")) not in _SUBFILTERS:
        return _with(known, Verdict.INCONCLUSIVE, "signature-format-unsupported")
    intact, genuine = _cryptography(signature)
    time = signing_time(signature, court.roots)
    known = replace(known, signed_at=time.at, time_source=time.source)
    known = replace(known, details=known.details + time.details)
    if not genuine:
        return _with(known, Verdict.BROKEN, "signature-not-genuine")
    if not intact:
        return _with(replace(known, later_changes="other"), Verdict.MODIFIED, "content-changed")
    return _trusted(signature, _changes(signature, known, court), time, court)


def _cryptography(signature: EmbeddedPdfSignature) -> tuple[bool, bool]:
    """(Does the digest fit the content, does the signature fit the certificate's key)."""
    try:
        return validate_sig_integrity(
            signature.signer_info,
            signature.signer_cert,
            expected_content_type="data",
            actual_digest=signature.compute_digest(),
        )
    except SignatureValidationError as error:
        if error.ades_subindication in (None, AdESFailure.FORMAT_FAILURE):
            return False, False
        raise


def _changes(
    signature: EmbeddedPdfSignature, known: SignatureFacts, court: _Court
) -> SignatureFacts:
    """What the file gained after this signature, and whether that was allowed."""
    signature.compute_integrity_info(diff_policy=court.policy)
    allowed = signature.summarise_integrity_info()["docmdp_ok"]
    whole = signature.coverage == SignatureCoverageLevel.ENTIRE_FILE
    difference = signature.diff_result
    level = getattr(difference, "modification_level", ModificationLevel.OTHER)
    known = replace(known, covers_whole_file=whole, later_changes=_CHANGES.get(level, "other"))
    if allowed and isinstance(difference, DiffResult):
        return known
    if signature.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return _with(known, Verdict.MODIFIED, "coverage-incomplete")
    return _with(known, Verdict.MODIFIED, "changed-after-signing")


def _trusted(
    signature: EmbeddedPdfSignature, known: SignatureFacts, time: object, court: _Court
) -> SignatureFacts:
    trust = certificate_trust(signature, court.roots, time, court.at)
    known = replace(
        known,
        trusted=trust.trusted,
        revocation=trust.revocation,
        details=known.details + trust.details,
    )
    if known.verdict is Verdict.MODIFIED:
        return known
    if "timestamp-broken" in known.details:
        return replace(known, verdict=Verdict.INCONCLUSIVE)
    return replace(known, verdict=Verdict.VALID if trust.trusted else Verdict.UNTRUSTED)


def _with(facts: SignatureFacts, verdict: Verdict, detail: str) -> SignatureFacts:
    return replace(facts, verdict=verdict, details=(*facts.details, detail))
