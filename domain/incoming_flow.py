"""The life of an incoming document, from arrival to done (NĐ 30/2020, Điều 21–24)."""

from enum import StrEnum

from domain.flow import Flow, Step


class IncomingState(StrEnum):
    ARRIVED = "arrived"
    REFUSED = "refused"
    REGISTERED = "registered"
    AWAITING_DIRECTION = "awaiting_direction"
    DIRECTED = "directed"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


S = IncomingState
# No longer in force: the sender revoked it or took it back, or a newer document has its place.
VOID = frozenset({S.WITHDRAWN, S.REPLACED})
CLOSED = VOID | {S.DONE, S.REFUSED}
_IN_FORCE = {S.ARRIVED, S.REGISTERED, S.AWAITING_DIRECTION, S.DIRECTED, S.IN_PROGRESS, S.DONE}


def _step(action: str, frm: set[S], to: S, *needs: str, by_system: bool = False) -> Step[S]:
    return Step(action, frozenset(frm), to, frozenset(needs), by_system)


INCOMING_FLOW: Flow[S] = Flow(
    "incoming",
    (
        _step("register", {S.ARRIVED}, S.REGISTERED),
        _step("refuse", {S.ARRIVED}, S.REFUSED, "reason"),
        _step("submit", {S.REGISTERED}, S.AWAITING_DIRECTION),
        _step("direct", {S.AWAITING_DIRECTION}, S.DIRECTED, "text"),
        _step("started", {S.DIRECTED}, S.IN_PROGRESS, by_system=True),
        _step("completed", {S.DIRECTED, S.IN_PROGRESS}, S.DONE, by_system=True),
        # A document that asks for nothing is closed with a note, not left open for ever.
        _step("close", {S.REGISTERED, S.AWAITING_DIRECTION}, S.DONE, "reason"),
        # The sender, told why, sends the same document once more: it is looked at anew.
        _step("come_again", {S.REFUSED}, S.ARRIVED, by_system=True),
        # Whatever has become of it: a revoked document is cancelled (NĐ 30/2020, Điều 18.4).
        _step("withdraw", _IN_FORCE | {S.REPLACED}, S.WITHDRAWN, by_system=True),
        _step("replaced", _IN_FORCE, S.REPLACED, by_system=True),
    ),
)
