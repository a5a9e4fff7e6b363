"""Every step of an incoming document from every state: what the table names happens, all else is
refused and changes nothing."""

import pytest
from sqlalchemy import func, select

from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.incoming_flow import INCOMING_FLOW, IncomingState
from domain.permissions import allowing
from domain.roles import Role
from models.audit import AuditEntry
from services import incoming
from services.incoming import access

HUMAN = sorted({step.action for step in INCOMING_FLOW.steps if not step.by_system})
SYSTEM = sorted({step.action for step in INCOMING_FLOW.steps if step.by_system})
FORBIDDEN = {
    state: [a for a in HUMAN if a not in {s.action for s in INCOMING_FLOW.from_state(state)}]
    for state in IncomingState
}
PEOPLE = {
    Role.CLERK: "st.vanthu",
    Role.LEADER: "st.chutich",
    Role.DEPUTY_LEADER: "st.phochutich",
    Role.CHIEF_OF_OFFICE: "st.chanhvp",
    Role.UNIT_HEAD: "st.truongphong",
    Role.OFFICER: "st.chuyenvien",
    Role.ADMINISTRATOR: "st.quantri",
}


@pytest.fixture
def all_powers(monkeypatch):
    """Permission aside: only the table decides."""
    monkeypatch.setattr("services.incoming.actions.require", lambda *_args: None)


@pytest.mark.parametrize("state", IncomingState)
def test_a_step_the_table_does_not_name_is_refused(state, steps, all_powers):
    document = steps.in_state(state)
    before = steps.office.session().scalar(select(func.count()).select_from(AuditEntry))
    for action in FORBIDDEN[state]:
        with pytest.raises(Conflict) as refused:
            steps.do("st.vanthu", document, action, reason="x", text="x")
        assert refused.value.code == "wrong-state"
    assert incoming.load(steps.office, steps.actor("st.vanthu"), document.id).state == state
    after = steps.office.session().scalar(select(func.count()).select_from(AuditEntry))
    assert after == before


def test_nobody_may_take_a_step_of_the_system(steps):
    document = steps.in_state(IncomingState.DIRECTED)
    for action in [*SYSTEM, "fly"]:
        with pytest.raises(Forbidden):
            steps.do("st.chutich", document, action)


@pytest.mark.parametrize("action", HUMAN)
def test_only_those_with_a_grant_may_act(action, steps):
    step = next(s for s in INCOMING_FLOW.steps if s.action == action)
    for role, username in PEOPLE.items():
        document = steps.in_state(sorted(step.frm)[0])
        person = steps.actor(username)
        relations = access.relations(person, document)
        if not allowing(person, "incoming:view", relations):
            with pytest.raises(NotFound):
                steps.do(username, document, action)
        elif not allowing(person, f"incoming:{action}", relations):
            assert action not in incoming.available(person, document)
            with pytest.raises(Forbidden):
                steps.do(username, document, action)
        else:
            assert action in incoming.available(person, document), role
            _tried(steps, username, document, action)


def _tried(steps, username: str, document, action: str) -> None:
    """Allowed: it happens, or only what was not typed is missing."""
    try:
        steps.do(username, document, action)
    except Invalid as missing:
        if missing.code not in ("required", "leader-unknown"):
            raise


@pytest.mark.parametrize("action", ["refuse", "close", "direct"])
def test_a_step_without_what_it_needs_is_refused(action, steps):
    step = next(s for s in INCOMING_FLOW.steps if s.action == action)
    document = steps.in_state(sorted(step.frm)[0])
    with pytest.raises(Invalid) as refused:
        steps.do("st.vanthu", document, action, reason=" \u200b".strip("\u200b"), text="\n")
    assert refused.value.code == "required"


def test_a_second_tab_gets_a_conflict_and_nothing_is_done_twice(steps):
    document = steps.arrive()
    steps.do("st.vanthu", document, "register", version=1)
    with pytest.raises(Conflict) as late:
        steps.do("st.vanthu", document, "register", version=1)
    assert late.value.code == "wrong-state"


def test_a_stale_version_is_refused(steps):
    document = steps.registered()
    with pytest.raises(Conflict) as stale:
        steps.do("st.vanthu", document, "close", version=1, reason="Xong")
    assert stale.value.code == "stale"


def test_a_verdict_that_comes_in_meanwhile_does_not_make_the_page_stale(steps, office, actor):
    document = steps.arrive()
    with incoming.actions.transaction(office, actor("st.vanthu")) as work:
        access.locked(work, document.id).verdict = "valid"
    done = steps.do("st.vanthu", document, "register", version=1)
    assert (done.state, done.verdict) == (IncomingState.REGISTERED, "valid")


def test_the_state_is_assigned_in_one_place_only():
    from pathlib import Path

    root = Path(__file__).parents[2]
    for path in (root / "services").rglob("*.py"):
        if path.name != "state.py" and "incoming" in path.parts:
            assert ".state = " not in path.read_text(), path
