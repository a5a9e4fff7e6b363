"""Flows are data: a step is one row. The same rows draw buttons, decide what may happen, print
`docs/flows.md` and generate the tests of every forbidden pair."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.errors import Conflict

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Step(Generic[S]):
    """One transition. `needs` names the inputs without which it is refused; a step of the system
    (`by_system`) has no button and no permission, a job performs it."""

    action: str
    frm: frozenset[S]
    to: S
    needs: frozenset[str] = frozenset()
    by_system: bool = False


@dataclass(frozen=True)
class Flow(Generic[S]):
    """The steps of one kind of thing; `name` is the prefix of its permissions and audit tags."""

    name: str
    steps: tuple[Step[S], ...]

    def step(self, action: str, state: S) -> Step[S]:
        """The row for this action in this state; refuses with Conflict("wrong-state")."""
        for step in self.steps:
            if step.action == action and state in step.frm:
                return step
        raise Conflict("wrong-state", action=action, state=state)

    def from_state(self, state: S) -> Iterable[Step[S]]:
        return (step for step in self.steps if state in step.frm)

    def permission(self, step: Step[S]) -> str:
        return f"{self.name}:{step.action}"

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(step.action for step in self.steps)
