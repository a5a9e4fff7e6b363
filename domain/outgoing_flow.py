"""The life of an outgoing document, from draft to dispatch (NĐ 30/2020, Điều 10–15, 18)."""

from enum import StrEnum

from domain.flow import Flow, Step


class OutgoingState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    FORM_CHECK = "form_check"
    AWAITING_LEADER = "awaiting_leader"
    SIGNING = "signing"
    SIGNED = "signed"
    SEALING = "sealing"
    NUMBERED = "numbered"
    ISSUED = "issued"
    DISPATCHED = "dispatched"
    REVOKED = "revoked"
    REPLACED = "replaced"
    CANCELLED = "cancelled"


S = OutgoingState
SENT = frozenset({S.DISPATCHED, S.REVOKED, S.REPLACED})


def _step(action: str, frm: set[S], to: S, *needs: str, by_system: bool = False) -> Step[S]:
    return Step(action, frozenset(frm), to, frozenset(needs), by_system)


OUTGOING_FLOW: Flow[S] = Flow(
    "outgoing",
    (
        _step("edit", {S.DRAFT}, S.DRAFT),
        _step("submit", {S.DRAFT}, S.IN_REVIEW),
        _step("agree", {S.IN_REVIEW}, S.FORM_CHECK),
        _step("return", {S.IN_REVIEW, S.FORM_CHECK, S.AWAITING_LEADER}, S.DRAFT, "reason"),
        _step("forward", {S.FORM_CHECK}, S.AWAITING_LEADER),
        # Law 8: the approval names the digest of the bytes shown. The PIN of a key on this node is
        # asked for with it; a person's own token asks for its PIN itself.
        _step("approve", {S.AWAITING_LEADER}, S.SIGNING, "digest"),
        _step("leader_signed", {S.SIGNING}, S.SIGNED, by_system=True),
        # Several leaders sign one after the other, each in a field of their own.
        _step("next_signer", {S.SIGNING}, S.AWAITING_LEADER, by_system=True),
        _step("leader_failed", {S.SIGNING}, S.AWAITING_LEADER, by_system=True),
        # The leader signs first; number and seal come after (NĐ 30/2020, Điều 14, 32.2.d).
        _step("issue", {S.SIGNED}, S.SEALING, "issued_date"),
        _step("reseal", {S.NUMBERED}, S.SEALING),
        _step("sealed", {S.SEALING}, S.ISSUED, by_system=True),
        _step("seal_failed", {S.SEALING}, S.NUMBERED, by_system=True),
        # Agencies are dissolved or merged between submission and dispatch; the file stays.
        _step("readdress", {S.ISSUED}, S.ISSUED),
        _step("dispatch", {S.ISSUED}, S.DISPATCHED),
        # The same document, the same bytes, for more recipients.
        _step("add_recipients", {S.DISPATCHED}, S.DISPATCHED),
        # A wrong dispatch is asked back from one recipient; a revocation binds all of them
        # (NĐ 30/2020, Điều 18.4). Data around the document may be corrected, its bytes never.
        _step("take_back", {S.DISPATCHED}, S.DISPATCHED, "dispatch", "reason"),
        _step("update", {S.DISPATCHED}, S.DISPATCHED, "reason"),
        _step("revoke", {S.DISPATCHED}, S.REVOKED, "reason"),
        _step("replaced", {S.DISPATCHED}, S.REPLACED, by_system=True),
        _step("cancel", {S.DRAFT}, S.CANCELLED, "reason"),
    ),
)
