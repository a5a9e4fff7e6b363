"""The two layers of exchange, never mixed: transport (did the package move?) and business (what did
the recipient do with it?), each per recipient."""

from enum import StrEnum


class TransportState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    PARKED = "parked"
    CANCELLED = "cancelled"  # called off before it left


class BusinessCode(StrEnum):
    """Status codes of the package format (`StatusCode`, two digits)."""

    ARRIVED = "01"
    REFUSED = "02"
    REGISTERED = "03"
    ASSIGNED = "04"
    IN_PROGRESS = "05"
    DONE = "06"
    TAKE_BACK = "13"
    AGREED = "15"
    DISAGREED = "16"


PROGRESS = (
    BusinessCode.ARRIVED,
    BusinessCode.REGISTERED,
    BusinessCode.ASSIGNED,
    BusinessCode.IN_PROGRESS,
    BusinessCode.DONE,
)


def merge(current: str | None, received: str) -> str | None:
    """The business state after a status came in: statuses arrive doubled, skipped and out of order,
    and never move a document backwards; 02 is final; 13, 15 and 16 are another conversation."""
    if current == BusinessCode.REFUSED or received not in {*PROGRESS, BusinessCode.REFUSED}:
        return current
    if received == BusinessCode.REFUSED:
        return received if current in (None, BusinessCode.ARRIVED) else current
    if current is None or PROGRESS.index(received) > PROGRESS.index(current):
        return received
    return current
