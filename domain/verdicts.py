"""What can be said of an electronic signature: five verdicts, no sixth.

A revocation that nobody could check is not part of the verdict; it is told beside it (Thông tư
41/2017/TT-BTTTT asks for the certificate's state at signing time, and "unknown" is not "good").
"""

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """The verdict of one signature, or of a whole file."""

    VALID = "valid"
    UNTRUSTED = "untrusted"  # intact, but the certificate cannot be trusted (yet)
    MODIFIED = "modified"  # the content was changed after signing
    BROKEN = "broken"  # the signature itself does not hold
    INCONCLUSIVE = "inconclusive"  # could not be judged; never to be read as valid

    @property
    def intact(self) -> bool:
        """Whether the signed content is proven to be what was signed."""
        return self in (Verdict.VALID, Verdict.UNTRUSTED)


class Doubt(StrEnum):
    """What speaks against a file beside its verdict: it may be genuine, and yet not the sender's.
    Kept as `doubt:what the file says`."""

    SEAL_OTHER = "seal-other"  # sealed by another agency than the sender
    NUMBER_OTHER = "number-other"  # bears another number than the package says
    SIGNER_OTHER = "signer-other"  # signed by another person than the package says
    SEALED_FIRST = "sealed-first"  # the agency signed before anybody else (NĐ 30/2020, Điều 32)


_WORST_FIRST = (
    Verdict.BROKEN,
    Verdict.MODIFIED,
    Verdict.INCONCLUSIVE,
    Verdict.UNTRUSTED,
    Verdict.VALID,
)


def worst(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The verdict of a file is that of its worst signature; None when it has no signature."""
    found = set(verdicts)
    return next((verdict for verdict in _WORST_FIRST if verdict in found), None)
