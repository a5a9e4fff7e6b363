"""What a certificate in the trust list is trusted for, and whether it still is."""

from enum import StrEnum


class TrustPurpose(StrEnum):
    BOTH = "both"
    SIGNING = "signing"
    STAMPING = "stamping"
    HELPER = "helper"  # not trusted; an intermediate that helps to find the way to a root


class TrustState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REMOVED = "removed"


FOR_SIGNATURES = (TrustPurpose.BOTH, TrustPurpose.SIGNING)
FOR_STAMPS = (TrustPurpose.BOTH, TrustPurpose.STAMPING)
