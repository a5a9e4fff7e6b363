"""Verifying the signatures that Word, Excel and the like put inside a file (ECMA-376, part 2, 13;
XAdES): each by itself, and whatever goes wrong while judging one makes that one inconclusive.

A signature of this kind names the parts it covers and may leave parts out; office programs show
them all the same ("Every Signature is Broken", USENIX Security 2023: content brought in beside what
was signed). So a signature that does not cover all that can be shown is never valid here.
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO

from asn1crypto import cms, x509

from adapters.signing.algorithms import grades_of
from adapters.signing.certificates import facts_of
from adapters.signing.covering import Changed, Covered, covered
from adapters.signing.judging import Court, at_its_day, graded, signer_facts, told, trusted
from adapters.signing.packages import SIGNATURES, Package, open_package
from adapters.signing.report import Report, SignatureFacts
from adapters.signing.signed import Brought
from adapters.signing.tokens import time_of
from adapters.signing.trust import Evidence, SigningTime, TrustList, load_anchors
from adapters.signing.xades import Properties, properties
from adapters.signing.xmldsig import (
    DSIG,
    Unreadable,
    Unsupported,
    certificate,
    digest,
    is_value_of,
    method,
    parse,
)
from domain.errors import Invalid
from domain.verdicts import Verdict

MOST_SIGNATURES = 20
_TYPE = "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"


def validate_office(
    data: bytes,
    trust_roots: TrustList | Sequence[bytes],
    at: datetime,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
) -> Report:
    """Judge every signature inside an office file, at time `at`, trusting these roots (DER) only.

    Refuses "office-broken", "office-too-large", "too-many-signatures", "trust-root-broken".
    """
    court = Court(load_anchors(trust_roots, evidence), evidence.day(at))
    package = open_package(data)
    found = [_judge(package, name, court) for name in _names(package)]
    return Report(tuple(replace(each, proven_at=evidence.proven_at) for each in found))


def holds_signature(data: bytes) -> bool:
    """Whether a file was signed in Word, Excel or the like."""
    return _holds(data, SIGNATURES.strip("/") + "/")


def holds_other_signature(data: bytes) -> bool:
    """Whether it was signed in a program that writes OpenDocument: nobody judges these here."""
    return _holds(data, "meta-inf/documentsignatures.xml")


def _holds(data: bytes, beginning: str) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = (name.lower().lstrip("/") for name in archive.namelist())
            return any(name.startswith(beginning) for name in names)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def signers_in(data: bytes) -> Iterator[tuple[list[x509.Certificate], list[cms.SignedData]]]:
    """Of each signature the certificates it carries, the signer's first, and its time stamps."""
    package = open_package(data)
    for name in _names(package):
        try:
            signature = parse(package.read(name))
            carried = _certificates(signature)
            known = properties(signature, ())
            yield [_signer(signature, carried), *carried, *known.certificates], known.tokens
        except (Unreadable, Unsupported):
            continue


def _names(package: Package) -> list[str]:
    try:
        names = [
            each
            for each in sorted(package.parts)
            if package.content_type(each) == _TYPE
            or (each.startswith(SIGNATURES) and each.endswith(".xml"))
        ]
    except Unreadable as error:
        raise Invalid("office-broken", field="file") from error
    if len(names) > MOST_SIGNATURES:
        raise Invalid("too-many-signatures", field="file", most=MOST_SIGNATURES)
    return names


def _judge(package: Package, name: str, court: Court) -> SignatureFacts:
    known = SignatureFacts(name.rpartition("/")[2], Verdict.BROKEN, purpose="office")
    try:
        signature = parse(package.read(name))
        signer = _signer(signature, _certificates(signature))
        known = replace(signer_facts(signer), field=known.field, purpose="office")
        return _verdict(package, signature, signer, known, court)
    except Changed as change:
        changed = replace(known, later_changes="other", changed_fields=change.parts)
        return told(changed, Verdict.MODIFIED, "content-changed")
    except Unsupported:
        return told(known, Verdict.INCONCLUSIVE, "signature-format-unsupported")
    except Unreadable:
        return told(known, Verdict.BROKEN, "signature-unreadable")
    except Exception:  # as with the signatures of a PDF
        return told(known, Verdict.INCONCLUSIVE, "not-judged")


def _verdict(
    package: Package, signature, signer: x509.Certificate, known: SignatureFacts, court: Court
) -> SignatureFacts:
    if not is_value_of(signer, signature):
        return told(known, Verdict.BROKEN, "signature-not-genuine")
    found = covered(package, signature)
    known_to_xades = properties(signature, found.signed)
    if not known_to_xades.names(signer):
        return told(known, Verdict.BROKEN, "signature-not-genuine")
    brought = _brought(signature, signer, known_to_xades)
    time = _time(signature, known_to_xades, brought, court)
    known = at_its_day(replace(known, digest_algorithm=method(signature)[1]), time)
    day = court.day(time.at if time.source == "timestamp" else None) or signer.not_valid_after
    known = graded(known, grades_of({method(signature)[1], *found.digests}, signer, day), day)
    known = replace(known, covers_whole_file=not found.missing, later_changes="none")
    return _within_bounds(trusted(known, brought, time, court), found)


def _within_bounds(known: SignatureFacts, found: Covered) -> SignatureFacts:
    """Only where all that can be shown was signed, the signature says what the file says."""
    known = replace(known, uncovered=found.missing[:50])
    if found.missing:
        return told(known, Verdict.INCONCLUSIVE, "parts-not-signed")
    if found.outside:
        return told(known, Verdict.INCONCLUSIVE, "content-outside")
    return known


def _time(signature, known: Properties, brought: Brought, court: Court) -> SigningTime:
    def imprint(name: str) -> bytes:
        return digest(name, known.stamped)

    return time_of(known.tokens, imprint, brought, court.anchors, court.at)


def _certificates(signature) -> list[x509.Certificate]:
    path = f"{{{DSIG}}}KeyInfo/{{{DSIG}}}X509Data/{{{DSIG}}}X509Certificate"
    return [certificate(each) for each in signature.findall(path)]


def _signer(signature, carried: list[x509.Certificate]) -> x509.Certificate:
    """The one whose key made the signature, else the first."""
    if not carried or signature.tag != f"{{{DSIG}}}Signature":
        raise Unreadable
    return next((each for each in carried if is_value_of(each, signature)), carried[0])


def _brought(signature, signer: x509.Certificate, known: Properties) -> Brought:
    own = facts_of(signer).sha256
    others = [*_certificates(signature), *known.certificates]
    return Brought(
        certificate=signer,
        claimed=known.claimed,
        others=[each for each in others if facts_of(each).sha256 != own],
        crls=list(known.crls),
        ocsps=list(known.ocsps),
    )
