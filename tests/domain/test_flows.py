"""Flows as data: every pair of state and action that has no row is refused, none is a dead end, and
people's steps are exactly those somebody has the right to take."""

from itertools import product

import pytest

from domain.assignment_flow import ASSIGNMENT_FLOW, FITTING, AssignmentKind, AssignmentState
from domain.audit_tags import AUDIT_TAGS
from domain.change_flow import CHANGE_FLOW, ChangeState
from domain.copy_flow import COPY_FLOW, CopyState
from domain.errors import Conflict
from domain.incoming_flow import INCOMING_FLOW, IncomingState
from domain.outgoing_flow import OUTGOING_FLOW, OutgoingState
from domain.permissions import ACTIONS

FLOWS = {
    "outgoing": (OUTGOING_FLOW, OutgoingState, {"revoked", "replaced", "cancelled"}),
    "incoming": (INCOMING_FLOW, IncomingState, {"withdrawn"}),
    "assignment": (ASSIGNMENT_FLOW, AssignmentState, {"done"}),
    "copy": (COPY_FLOW, CopyState, {"refused", "cancelled"}),
    "change": (CHANGE_FLOW, ChangeState, {"agreed", "refused", "cancelled", "told"}),
}
PAIRS = [
    pytest.param(flow, state, action, id=f"{name}-{state}-{action}")
    for name, (flow, states, _ends) in FLOWS.items()
    for state, action in product(states, sorted(flow.actions))
]
each_flow = pytest.mark.parametrize("name", FLOWS)


@pytest.mark.parametrize(("flow", "state", "action"), PAIRS)
def test_a_step_is_taken_where_its_row_says_and_nowhere_else(flow, state, action):
    rows = [step for step in flow.steps if step.action == action and state in step.frm]
    assert len(rows) <= 1, "two rows for one step"
    if rows:
        assert flow.step(action, state) is rows[0]
        return
    with pytest.raises(Conflict) as refused:
        flow.step(action, state)
    assert refused.value.code == "wrong-state"
    assert refused.value.fields == {"action": action, "state": state}


@each_flow
def test_an_unknown_action_is_refused_in_every_state(name):
    flow, states, _ends = FLOWS[name]
    for state in states:
        with pytest.raises(Conflict):
            flow.step("no_such_step", state)


@each_flow
def test_every_state_is_reached_and_only_ends_are_final(name):
    flow, states, ends = FLOWS[name]
    reached, grown = {next(iter(states))}, True
    while grown:
        more = {step.to for state in reached for step in flow.from_state(state)}
        grown = not more <= reached
        reached |= more
    assert reached == set(states)
    assert {state for state in states if not list(flow.from_state(state))} == ends


@each_flow
def test_people_have_rights_to_their_steps_and_to_none_of_the_systems(name):
    flow, _states, _ends = FLOWS[name]
    for step in flow.steps:
        assert (flow.permission(step) in ACTIONS) == (not step.by_system), step.action
        assert flow.permission(step) in AUDIT_TAGS


def test_the_signature_needs_the_digest_of_what_was_shown():
    """The PIN too, where this node has the key: tests/signing_feature/test_pins.py."""
    approve = OUTGOING_FLOW.step("approve", OutgoingState.AWAITING_LEADER)
    assert approve.needs == {"digest"}


def test_nothing_leads_back_into_a_draft_once_the_leader_signed():
    signed = [s for s in OutgoingState if s in {"signed", "sealing", "numbered", "issued"}]
    for state in signed:
        assert OutgoingState.DRAFT not in {step.to for step in OUTGOING_FLOW.from_state(state)}


def test_a_return_or_a_refusal_is_never_without_its_reason():
    for flow, action in ((OUTGOING_FLOW, "return"), (OUTGOING_FLOW, "cancel"),
                         (OUTGOING_FLOW, "revoke"), (OUTGOING_FLOW, "take_back"),
                         (INCOMING_FLOW, "refuse"), (INCOMING_FLOW, "close"),
                         (CHANGE_FLOW, "refuse")):  # fmt: skip
        assert all("reason" in step.needs for step in flow.steps if step.action == action)


def test_every_kind_of_assignment_can_be_finished():
    for kind in AssignmentKind:
        ends = {s.action for s in ASSIGNMENT_FLOW.steps if s.to == AssignmentState.DONE}
        assert FITTING[kind] & ends
        assert FITTING[kind] <= ASSIGNMENT_FLOW.actions
