"""Judging one signature, wherever it was found: its cryptography, its algorithms by their date, and
whom its certificate leads to. Changes of the file around it are the finder's to judge."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from asn1crypto import cms, x509
from pyhanko.sign.ades.report import AdESFailure
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from adapters.signing.algorithms import described, grades
from adapters.signing.certificates import facts_of
from adapters.signing.report import SignatureFacts
from adapters.signing.signed import Brought, Signed
from adapters.signing.trust import Anchors, SigningTime, certificate_trust
from domain.algorithms import BER, Grade, worse
from domain.verdicts import Verdict

_GRADED = {
    ("digest", Grade.LEGACY): "algorithm-weak",
    ("key", Grade.LEGACY): "key-weak",
    ("encoding", Grade.LEGACY): "encoding-ber",
    ("digest", Grade.REFUSED): "algorithm-refused",
    ("key", Grade.REFUSED): "key-refused",
    ("encoding", Grade.REFUSED): "encoding-refused",
}


@dataclass(frozen=True)
class Court:
    """What every signature is judged by; without `at`, its claimed time is believed."""

    anchors: Anchors
    at: datetime | None

    def day(self, proven: datetime | None) -> datetime | None:
        """When the signature is proven to have existed, as far as anybody knows."""
        return proven or self.at


def identity(name: str, signer_info: cms.SignerInfo, signer: x509.Certificate) -> SignatureFacts:
    digest = signer_info["digest_algorithm"]["algorithm"].native.lower()
    return replace(signer_facts(signer), field=str(name), digest_algorithm=digest)


def signer_facts(signer: x509.Certificate) -> SignatureFacts:
    """Who signed, before anything is proven."""
    return _signer(signer.dump())


@lru_cache(maxsize=256)
def _signer(der: bytes) -> SignatureFacts:
    """What a certificate says, the same in each of its signatures."""
    signer = x509.Certificate.load(der)
    certificate = facts_of(signer)
    return SignatureFacts(
        field="",
        verdict=Verdict.INCONCLUSIVE,
        kind=certificate.kind,
        signer_name=certificate.subject_name,
        organisation=certificate.organisation,
        position=str(signer.subject.native.get("title", "")),
        subject=signer.subject.human_friendly,
        issuer=certificate.issuer,
        serial=certificate.serial,
        certificate_sha256=certificate.sha256,
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
        key=described(signer.public_key),
    )


def judged_cms(
    known: SignatureFacts, signed: Signed, time: SigningTime, court: Court
) -> tuple[SignatureFacts, bool]:
    """The facts with time and algorithms; True when the signature itself does not hold, so that
    there is nothing more to ask."""
    intact, genuine = _cryptography(signed)
    known = at_its_day(known, time)
    proven = time.at if time.source == "timestamp" else None
    day = court.day(proven) or time.at or signed.certificate.not_valid_after
    known = graded(known, grades(signed.signer_info, signed.certificate, day), day)
    if not genuine:
        return told(known, Verdict.BROKEN, "signature-not-genuine"), True
    if not intact:
        changed = replace(known, later_changes="other")
        return told(changed, Verdict.MODIFIED, "content-changed"), True
    return known, False


def at_its_day(known: SignatureFacts, time: SigningTime) -> SignatureFacts:
    details = known.details + time.details
    return replace(known, signed_at=time.at, time_source=time.source, details=details)


def graded(known: SignatureFacts, found: dict[str, Grade], day: datetime) -> SignatureFacts:
    """How its digest, key (as `grades` says) and encoding stand on the day from which it is proven
    to exist."""
    if known.encoding == "ber":
        found["encoding"] = BER.grade(day.date())
    details = [_GRADED[each] for each in found.items() if each in _GRADED]
    algorithm = worse(list(found.values()))
    return replace(
        known,
        algorithm=algorithm,
        weak_algorithm=algorithm is not Grade.SOUND,
        details=(*known.details, *details),
    )


def trusted(
    known: SignatureFacts, signed: Brought, time: SigningTime, court: Court
) -> SignatureFacts:
    trust = certificate_trust(signed, court.anchors, time, court.at)
    refused = known.algorithm is Grade.REFUSED
    known = replace(
        known,
        trusted=trust.trusted and not refused,
        revocation=trust.revocation,
        revocation_source=trust.told.source,
        revocation_at=trust.told.at,
        revoked_since=trust.told.since,
        chain=trust.chain,
        details=known.details + tuple(each for each in trust.details if each not in known.details),
    )
    if known.verdict is Verdict.MODIFIED:
        return known
    if "timestamp-broken" in known.details:
        return replace(known, verdict=Verdict.INCONCLUSIVE)
    return replace(known, verdict=Verdict.VALID if known.trusted else Verdict.UNTRUSTED)


def told(facts: SignatureFacts, verdict: Verdict, detail: str) -> SignatureFacts:
    return replace(facts, verdict=verdict, details=(*facts.details, detail))


def _cryptography(signed: Signed) -> tuple[bool, bool]:
    """(Does the digest fit the content, does the signature fit the certificate's key)."""
    digest = signed.signer_info["digest_algorithm"]["algorithm"].native
    try:
        return validate_sig_integrity(
            signed.signer_info,
            signed.certificate,
            expected_content_type="data",
            actual_digest=signed.digest(digest),
        )
    except SignatureValidationError as error:
        if error.ades_subindication in (None, AdESFailure.FORMAT_FAILURE):
            return False, False
        raise
