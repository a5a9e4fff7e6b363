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


S = IncomingState


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
    ),
)
