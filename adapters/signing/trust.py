"""Whom a signature can be traced to: certificates and their revocation.

Trust comes from the given roots alone, never from the operating system's; nothing is ever fetched.
Revocation is judged from what the file carries and what the caller knows beside it; without either
it is unknown.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from asn1crypto import crl, ocsp, x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.generic_cms import (
    CertvalidatorOperationResult,
    validate_cert_usage,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from adapters.signing.algorithms import DatedAlgorithms
from adapters.signing.certificates import SIGNING_USAGES, facts_of
from adapters.signing.signed import VIETNAM, Brought
from adapters.signing.telling import NOTHING_TOLD, Told, told_by
from adapters.signing.ways import way
from domain.errors import Invalid

__all__ = ["VIETNAM", "Anchors", "Evidence", "TrustList", "certificate_trust"]

CLOCK_SKEW = timedelta(minutes=10)
_USAGE = KeyUsageConstraints(key_usage=set(SIGNING_USAGES))
REVOKED = (AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE)


@dataclass(frozen=True)
class TrustList:
    """Certificates as DER: roots trusted for signatures and for time stamps, and certificates that
    are not trusted but help to find the way to a root."""

    signing: tuple[bytes, ...] = ()
    stamping: tuple[bytes, ...] = ()
    helpers: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, roots: "TrustList | Sequence[bytes]") -> "TrustList":
        """Plain roots are trusted for both."""
        if isinstance(roots, TrustList):
            return roots
        return cls(tuple(roots), tuple(roots))


@dataclass(frozen=True)
class Evidence:
    """What is known beside the file, as DER, from whoever may ask the network: revocation lists,
    OCSP responses, certificates of issuers. What cannot be read is passed over. `asked_at` is when
    whoever may do so asked last; the file provably existed at `proven_at` (an archive stamp)."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    certificates: tuple[bytes, ...] = ()
    asked_at: datetime | None = None
    proven_at: datetime | None = None

    def day(self, at: datetime | None) -> datetime | None:
        """From when on nothing that happens can hurt the signatures in the file any more: what was
        proven then is judged as of then."""
        return min(filter(None, (at, self.proven_at)), default=None)


@dataclass(frozen=True)
class Anchors:
    """A trust list and evidence, read."""

    signing: list[x509.Certificate]
    stamping: list[x509.Certificate]
    helpers: list[x509.Certificate]
    crls: list[crl.CertificateList]
    ocsps: list[ocsp.OCSPResponse]
    asked_at: datetime | None = None


@dataclass(frozen=True)
class SigningTime:
    at: datetime | None
    source: Literal["timestamp", "claimed", "none"]
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trust:
    """`chain` names the certificates from the signer's to the root, as far as they were found;
    `told` is by what the revocation is known."""

    trusted: bool
    revocation: Literal["good", "revoked", "unknown"]
    details: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    told: Told = NOTHING_TOLD


def load_anchors(roots: TrustList | Sequence[bytes], evidence: Evidence) -> Anchors:
    """A root that cannot be read is a fault of administration: Invalid("trust-root-broken")."""
    trusted = TrustList.of(roots)
    helpers = (*trusted.helpers, *evidence.certificates)
    return Anchors(
        load_roots(trusted.signing),
        load_roots(trusted.stamping),
        _readable(x509.Certificate, helpers),
        _readable(crl.CertificateList, evidence.crls),
        _readable(ocsp.OCSPResponse, evidence.ocsps),
        evidence.asked_at,
    )


def load_roots(roots: Sequence[bytes]) -> list[x509.Certificate]:
    try:
        return [x509.Certificate.load(root, strict=True) for root in roots]
    except (ValueError, TypeError) as error:
        raise Invalid("trust-root-broken") from error


def certificate_trust(
    signed: Brought, anchors: Anchors, time: SigningTime, at: datetime | None
) -> Trust:
    """Whether the signer's certificate leads to a trusted root and was valid when signing.

    `at` is the time of judging; without it a claimed time of signing is believed.
    """
    moment = time.at or at or signed.certificate.not_valid_after
    # A thief of a key can claim any time: only a time stamp makes later trouble harmless.
    proven = moment if time.source == "timestamp" else at or moment
    found = _known_path(signed, anchors, moment, proven)
    chain = _names(found)
    if found.success_result is None:
        return Trust(False, "unknown", (_why_untrusted(found.error_subindic),), chain)
    doubt = _doubt_about_time(signed, time, at)
    if doubt:
        return Trust(False, "unknown", (doubt,), chain)
    crls, ocsps = signed.crls + anchors.crls, signed.ocsps + anchors.ocsps
    if not crls and not ocsps:
        return Trust(True, "unknown", ("revocation-unknown",), chain)
    evidence = {"crls": crls, "ocsps": ocsps}
    asked = proven if time.source == "timestamp" else min(proven, anchors.asked_at or proven)
    context = context_of(
        anchors, anchors.signing, asked, proven, "require", others=signed.others, **evidence
    )
    found = _path(signed, context)
    told = told_by(signed.certificate, crls, ocsps)
    if found.error_subindic in REVOKED:
        return Trust(False, "revoked", ("certificate-revoked",), chain, told)
    if found.success_result is None:  # what there is is stale, or about somebody else
        return Trust(True, "unknown", ("revocation-unknown",), chain)
    return Trust(True, "good", (), chain, told)


def _doubt_about_time(signed: Brought, time: SigningTime, at: datetime | None) -> str | None:
    """A claimed time proves nothing once the certificate has expired, nor if it lies ahead."""
    if time.source == "timestamp" or at is None:
        return None
    if time.at is not None and time.at > at + CLOCK_SKEW:
        return "signed-in-the-future"
    if at > signed.certificate.not_valid_after:
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


def _known_path(
    signed: Brought, anchors: Anchors, moment: datetime, proven: datetime
) -> CertvalidatorOperationResult:
    """The way without a look at revocation, searched once a day for the same certificates."""
    given = ([signed.certificate], signed.others, anchors.signing, anchors.helpers)
    asked = (*(tuple(each.dump() for each in some) for some in given), proven.date())
    return way(
        asked,
        moment,
        lambda: _path(
            signed, context_of(anchors, anchors.signing, moment, proven, others=signed.others)
        ),
    )


def _path(signed: Brought, context: ValidationContext) -> CertvalidatorOperationResult:
    """The way from the signer's certificate to a root, or why there is none."""
    paths = context.path_builder.async_build_paths_lazy(signed.certificate)
    return asyncio.run(validate_cert_usage(signed.certificate, context, _USAGE, paths))


def _names(found: CertvalidatorOperationResult) -> tuple[str, ...]:
    path = found.success_result or found.error_path
    if path is None:
        return ()
    named = [facts_of(certificate).subject_name for certificate in path.iter_certs(True)]
    return tuple(reversed(named))


def context_of(
    anchors: Anchors,
    roots: list[x509.Certificate],
    moment: datetime,
    proven: datetime,
    revocation_mode: str = "soft-fail",
    others: Sequence = (),
    **evidence: list,
) -> ValidationContext:
    return ValidationContext(
        trust_roots=roots,
        moment=moment,
        allow_fetching=False,
        revocation_mode=revocation_mode,
        retroactive_revinfo=True,
        algorithm_usage_policy=DatedAlgorithms(proven),
        other_certs=[*others, *anchors.helpers],
        **evidence,
    )


def _readable(kind: type, given: Sequence[bytes]) -> list:
    read = []
    for der in given:
        with suppress(ValueError, TypeError):
            read.append(kind.load(der, strict=True))
    return read
