"""Steps that a person may decide for many documents at once: which state a document waits in, which
of its files the decision is about, whether a key signs. One PIN is one authorisation for them all;
each document is still its own step, its own transaction and its own result."""

from dataclasses import dataclass

from domain.outgoing_flow import OutgoingState
from domain.permissions import Relation

MOST = 200  # documents of one batch


@dataclass(frozen=True)
class BatchKind:
    """`action` is the step of the flow; `file` names the digest of the bytes it is decided on."""

    action: str
    relation: Relation
    waits_in: OutgoingState
    file: str
    signs: bool = True


KINDS = {
    kind.action: kind
    for kind in (
        BatchKind("approve", Relation.SIGNER, OutgoingState.AWAITING_LEADER, "to_sign_sha256"),
        BatchKind("issue", Relation.AGENCY, OutgoingState.SIGNED, "signed_sha256"),
        BatchKind("dispatch", Relation.AGENCY, OutgoingState.ISSUED, "issued_sha256", signs=False),
    )
}
