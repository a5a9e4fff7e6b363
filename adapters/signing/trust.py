"""Whom a signature can be traced to, and when it was made: certificates, time stamps, revocation.

Trust comes from the given roots alone, never from the operating system's; nothing is ever fetched.
Revocation is judged from what the file carries; mostly that is nothing, and then it is unknown.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from asn1crypto import x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import collect_timing_info, extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy

from adapters.signing.certificates import SIGNING_USAGES
from domain.errors import Invalid

VIETNAM = timezone(timedelta(hours=7))
CLOCK_SKEW = timedelta(minutes=10)
# Government signatures of 2025 still use SHA-1: it is told as a warning, not refused.
WEAK_DIGESTS = frozenset({"sha1", "md5", "md2"})
_POLICY = CMSAlgorithmUsagePolicy.lift_policy(
    DisallowWeakAlgorithmsPolicy(weak_hash_algos={"md2", "md5"}, rsa_key_size_threshold=1024)
)
_USAGE = KeyUsageConstraints(key_usage=set(SIGNING_USAGES))
_REVOKED = (AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE)


@dataclass(frozen=True)
class SigningTime:
    at: datetime | None
    source: Literal["timestamp", "claimed", "none"]
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trust:
    trusted: bool
    revocation: Literal["good", "revoked", "unknown"]
    details: tuple[str, ...] = ()


def load_roots(roots: Sequence[bytes]) -> list[x509.Certificate]:
    """The trusted roots; a root that cannot be read is a fault of administration, and refused."""
    try:
        return [x509.Certificate.load(root, strict=True) for root in roots]
    except (ValueError, TypeError) as error:
        raise Invalid("trust-root-broken") from error


def signing_time(signature: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> SigningTime:
    """The time of a trusted, fitting time stamp, else what the signer claimed.

    A token copied from another signature does not fit this one; it is told, and not believed.
    """
    claimed = _aware(signature.self_reported_timestamp)
    details: tuple[str, ...] = ()
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        stamped = token["encap_content_info"]["content"].parsed["gen_time"].native
        # Both timing chains are judged at the token's own time: the authority was valid then.
        context = _context(roots, stamped)
        timing = asyncio.run(
            collect_timing_info(
                signature.signer_info, context, signature.compute_digest, algorithm_policy=_POLICY
            )
        )
        status = timing["timestamp_validity"]
        if status.intact and status.valid and status.trusted:
            return SigningTime(status.timestamp, "timestamp", details)
        fits = status.intact and status.valid
        details = ("timestamp-untrusted" if fits else "timestamp-broken",)
    return SigningTime(claimed, "none" if claimed is None else "claimed", details)


def certificate_trust(
    signature: EmbeddedPdfSignature,
    roots: list[x509.Certificate],
    time: SigningTime,
    at: datetime | None,
) -> Trust:
    """Whether the signer's certificate leads to a trusted root and was valid when signing.

    `at` is the time of judging; without it a claimed time of signing is believed.
    """
    crls, ocsps, certificates = _carried(signature)
    moment = time.at or at or signature.signer_cert.not_valid_after
    status = _validate(signature, _context(roots, moment, other_certs=certificates))
    if not status.trusted:
        return Trust(False, "unknown", (_why_untrusted(status.trust_problem_indic),))
    doubt = _doubt_about_time(signature, time, at)
    if doubt:
        return Trust(False, "unknown", (doubt,))
    if not crls and not ocsps:
        return Trust(True, "unknown", ("revocation-unknown",))
    # A thief of a key can claim any time: only a time stamp makes a later revocation harmless.
    proven = moment if time.source == "timestamp" else at or moment
    evidence = {"crls": crls, "ocsps": ocsps, "other_certs": certificates}
    status = _validate(signature, _context(roots, proven, "require", **evidence))
    if status.trust_problem_indic in _REVOKED:
        return Trust(False, "revoked", ("certificate-revoked",))
    if not status.trusted:  # what the file carries is stale, or about somebody else
        return Trust(True, "unknown", ("revocation-unknown",))
    return Trust(True, "good")


def _doubt_about_time(
    signature: EmbeddedPdfSignature, time: SigningTime, at: datetime | None
) -> str | None:
    """A claimed time proves nothing once the certificate has expired, nor if it lies ahead."""
    if time.source == "timestamp" or at is None:
        return None
    if time.at is not None and time.at > at + CLOCK_SKEW:
        return "signed-in-the-future"
    if at > signature.signer_cert.not_valid_after:
        return "expired-without-timestamp"
    return None


def _why_untrusted(problem: object) -> str:
    reasons = {
        AdESIndeterminate.NOT_YET_VALID: "certificate-not-yet-valid",
        AdESIndeterminate.EXPIRED: "certificate-expired",
        AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: "certificate-expired",
        AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: "algorithm-refused",
        AdESIndeterminate.SIG_CONSTRAINTS_FAILURE: "certificate-key-usage",
        AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: "certificate-chain",
    }
    return reasons.get(problem, "certificate-unknown-issuer")


def _validate(signature: EmbeddedPdfSignature, context: ValidationContext):
    return asyncio.run(
        async_validate_pdf_signature(
            signature,
            signer_validation_context=context,
            key_usage_settings=_USAGE,
            skip_diff=True,
            algorithm_policy=_POLICY,
        )
    )


def _context(
    roots: list[x509.Certificate],
    moment: datetime,
    revocation_mode: str = "soft-fail",
    **evidence: list,
) -> ValidationContext:
    return ValidationContext(
        trust_roots=roots,
        moment=moment,
        allow_fetching=False,
        revocation_mode=revocation_mode,
        retroactive_revinfo=True,
        algorithm_usage_policy=_POLICY,
        **evidence,
    )


def _carried(signature: EmbeddedPdfSignature) -> tuple[list, list, list]:
    """CRLs, OCSP responses and certificates that the file itself carries."""
    crls, ocsps, certificates = [], [], []
    for attribute in signature.signer_info["signed_attrs"]:
        if attribute["type"].native == "adobe_revocation_info_archival":
            for archive in attribute["values"]:
                crls += list(archive["crl"] or ())
                ocsps += list(archive["ocsp"] or ())
    try:
        store = DocumentSecurityStore.read_dss(signature.reader)
    except NoDSSFoundError:
        return crls, ocsps, certificates
    certificates += list(store.load_certs())
    crls += [_der(reference) for reference in store.crls]
    ocsps += [_der(reference) for reference in store.ocsps]
    return crls, ocsps, certificates


def _der(reference) -> bytes:
    return reference.get_object().data


def _aware(moment: datetime | None) -> datetime | None:
    """A time without zone was written by a machine in Vietnam."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=VIETNAM)
