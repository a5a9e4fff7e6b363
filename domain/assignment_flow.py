"""The life of an assignment: to a unit, handed on to a person, started, done
(NĐ 30/2020, Điều 23–24)."""

from enum import StrEnum

from domain.flow import Flow, Step


class AssignmentKind(StrEnum):
    LEAD = "lead"
    SUPPORT = "support"
    INFORM = "inform"


class AssignmentState(StrEnum):
    NEW = "new"
    HANDED_ON = "handed_on"
    STARTED = "started"
    DONE = "done"


S = AssignmentState

ASSIGNMENT_FLOW: Flow[S] = Flow(
    "assignment",
    (
        Step("hand_on", frozenset({S.NEW}), S.HANDED_ON, frozenset({"person"})),
        Step("start", frozenset({S.NEW}), S.STARTED),
        # Supporting units may only report progress and close their own part.
        Step("progress", frozenset({S.STARTED}), S.STARTED, frozenset({"note"})),
        Step("complete", frozenset({S.STARTED}), S.DONE, frozenset({"result"})),
        # "Nhận để biết" closes at once.
        Step("acknowledge", frozenset({S.NEW}), S.DONE),
        Step("child_done", frozenset({S.HANDED_ON}), S.DONE, by_system=True),
    ),
)

# What each kind of assignment lets its holder do: who is only informed has nothing to finish.
WORKED_ON = frozenset({"hand_on", "start", "progress", "complete", "child_done"})
FITTING: dict[AssignmentKind, frozenset[str]] = {
    AssignmentKind.LEAD: WORKED_ON,
    AssignmentKind.SUPPORT: WORKED_ON,
    AssignmentKind.INFORM: frozenset({"hand_on", "acknowledge", "child_done"}),
}
