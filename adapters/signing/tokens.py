"""What the time stamps in a file from elsewhere prove (ETSI EN 319 102-1, 5.2.7 and 5.6).

A time stamp is itself a signature: it is judged at the moment up to which its own existence is
proven, that of a newer good stamp over it, else the moment of judging. When its authority's
certificate has ended by then, nobody tells any more whether the key was stolen since, and whoever
stole it can write any time: such a stamp proves nothing.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from asn1crypto import cms
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from adapters.signing.algorithms import DatedAlgorithms
from adapters.signing.signed import Brought, Signed
from adapters.signing.trust import REVOKED, Anchors, SigningTime, context_of

Doubt = Literal[
    "", "timestamp-untrusted", "timestamp-ended", "timestamp-revoked", "algorithm-refused"
]
Imprint = Callable[[str], bytes]  # the digest that was stamped, by an algorithm's name
_ENDED = (AdESIndeterminate.EXPIRED, AdESIndeterminate.OUT_OF_BOUNDS_NO_POE)


@dataclass(frozen=True)
class Stamped:
    """`fits`: what was stamped is what lies here; `genuine`: the authority's key made it; `doubt`:
    why it proves no time all the same."""

    at: datetime
    fits: bool
    genuine: bool
    doubt: Doubt

    @property
    def proves(self) -> bool:
        return self.fits and self.genuine and not self.doubt


def signing_time(signed: Signed, anchors: Anchors, exists: datetime | None) -> SigningTime:
    """The time of a trusted, fitting time stamp, else what the signer claimed. The signature is
    known to have existed at `exists`; without it each stamp is believed as of its own time.

    A token copied from another signature does not fit this one; it is told, and not believed.
    """
    tokens = extract_tst_data_iter(signed.signer_info, signed=False)
    return time_of(tokens, message_imprint_checker(signed.signer_info), signed, anchors, exists)


def time_of(
    tokens: Iterable[cms.SignedData],
    imprint: Imprint,
    signed: Brought,
    anchors: Anchors,
    exists: datetime | None,
) -> SigningTime:
    """The same by the tokens found with any signature, over this imprint."""
    details: tuple[str, ...] = ()
    for token in tokens:
        found = stamped(token, imprint, signed, anchors, exists)
        if found.proves:
            return SigningTime(found.at, "timestamp")
        fits = found.fits and found.genuine
        details = (found.doubt if fits else "timestamp-broken",)
    return SigningTime(signed.claimed, "none" if signed.claimed is None else "claimed", details)


def stamped(
    token: cms.SignedData,
    imprint: Imprint,
    signed: Brought,
    anchors: Anchors,
    exists: datetime | None,
) -> Stamped:
    """What a token is worth. `imprint` gives the digest it must be over, by an algorithm's name;
    `signed` is where it was found, for certificates and revocation that came along."""
    info = token["encap_content_info"]["content"].parsed
    at = info["gen_time"].native
    moment = max(at, exists or at)
    status = _status(token, imprint, moment, _context(signed, anchors, moment))
    doubt = _doubt(status, at)
    evidence = {"crls": signed.crls + anchors.crls, "ocsps": signed.ocsps + anchors.ocsps}
    if not doubt and any(evidence.values()):
        # Only a revocation counts: what came along is about the day when it was put there.
        asking = _context(signed, anchors, moment, "require", **evidence)
        revoked = _status(token, imprint, moment, asking).trust_problem_indic in REVOKED
        doubt = "timestamp-revoked" if revoked else ""
    algorithm = info["message_imprint"]["hash_algorithm"]
    if not doubt and not DatedAlgorithms(moment).digest_algorithm_allowed(algorithm, None).allowed:
        doubt = "algorithm-refused"
    return Stamped(at, status.intact, status.valid, doubt)


def _context(
    signed: Brought, anchors: Anchors, moment: datetime, mode: str = "soft-fail", **evidence: list
) -> ValidationContext:
    return context_of(
        anchors, anchors.stamping, moment, moment, mode, others=signed.others, **evidence
    )


def _status(
    token: cms.SignedData, imprint: Imprint, moment: datetime, context: ValidationContext
) -> TimestampSignatureStatus:
    policy = DatedAlgorithms(moment)
    judging = validate_tst_signed_data(token, context, imprint, algorithm_policy=policy)
    return TimestampSignatureStatus(**asyncio.run(judging))


def _doubt(status: TimestampSignatureStatus, at: datetime) -> Doubt:
    if status.trusted and at >= status.signing_cert.not_valid_before:
        return ""
    return "timestamp-ended" if status.trust_problem_indic in _ENDED else "timestamp-untrusted"
