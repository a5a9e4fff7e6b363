"""The life of a certified copy: asked for, approved by whom the head authorised, numbered and
signed by the clerk (NĐ 30/2020, Điều 25–27, 32)."""

from enum import StrEnum

from domain.copies import Medium
from domain.flow import Flow, Step


class CopyState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    SIGNING = "signing"
    NUMBERED = "numbered"
    ISSUED = "issued"
    REFUSED = "refused"
    CANCELLED = "cancelled"


S = CopyState


def _step(action: str, frm: set[S], to: S, *needs: str, by_system: bool = False) -> Step[S]:
    return Step(action, frozenset(frm), to, frozenset(needs), by_system)


COPY_FLOW: Flow[S] = Flow(
    "copy",
    (
        # As with documents, the approval names the digest of the bytes shown (law 8).
        _step("approve", {S.REQUESTED}, S.APPROVED, "digest"),
        _step("refuse", {S.REQUESTED, S.APPROVED}, S.REFUSED, "reason"),
        _step("cancel", {S.REQUESTED}, S.CANCELLED),
        # An electronic copy: number and the request for the agency's signature at once.
        _step("sign", {S.APPROVED}, S.SIGNING),
        _step("sign_again", {S.NUMBERED}, S.SIGNING),
        _step("signed", {S.SIGNING}, S.ISSUED, by_system=True),
        _step("sign_failed", {S.SIGNING}, S.NUMBERED, by_system=True),
        # A copy on paper: number, the print with its last block; signed and sealed by hand.
        _step("print", {S.APPROVED}, S.ISSUED),
        # Through the exchange; again for recipients who are added later.
        _step("send", {S.ISSUED}, S.ISSUED),
    ),
)
# Steps that only one medium has.
MEDIUM_OF = {
    "sign": Medium.ELECTRONIC,
    "sign_again": Medium.ELECTRONIC,
    "print": Medium.PAPER,
    "send": Medium.ELECTRONIC,
}
