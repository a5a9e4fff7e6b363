"""The policy: what no role may, that asking for one thing and filtering a list agree."""

from itertools import product

import pytest

from domain.errors import Forbidden
from domain.permissions import (
    ACTIONS,
    DELEGATES,
    GRANTS,
    Relation,
    allowing,
    relations_granting,
    require,
)
from domain.roles import STAFF, SYSTEM, Actor, Role

DOCUMENTS = {a for a in ACTIONS if a.split(":")[0] in {"outgoing", "incoming", "assignment"}}


def actor(role: Role | None) -> Actor:
    return Actor("Người Thử", person_id=1, appointment_id=1, agency_id=1, unit_id=1, role=role)


@pytest.mark.parametrize("role", [*Role, None])
def test_without_a_relation_nothing_is_allowed(role):
    for action in ACTIONS:
        assert allowing(actor(role), action, frozenset()) is None


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OPERATOR, None])
def test_who_keeps_the_machines_running_reads_no_document(role):
    for action in DOCUMENTS | {"exchange:download", "registers:view"}:
        assert allowing(actor(role), action, set(Relation)) is None, action


def test_the_system_itself_has_no_persons_rights():
    assert all(allowing(SYSTEM, action, set(Relation)) is None for action in ACTIONS)


@pytest.mark.parametrize("role", Role)
def test_one_document_and_a_list_are_decided_alike(role):
    who = actor(role)
    for action, relation in product(sorted(ACTIONS), Relation):
        listed = relation in relations_granting(who, action)
        assert listed == (allowing(who, action, {relation}) is not None), (action, relation)


def test_an_action_nobody_defined_is_refused_by_name():
    with pytest.raises(Forbidden) as refused:
        require(actor(Role.LEADER), "outgoing:burn", set(Relation))
    assert refused.value.code == "not-allowed"
    assert refused.value.fields == {"action": "outgoing:burn"}


def test_only_the_named_signer_approves_and_only_the_clerk_issues():
    for role, relation in product(Role, Relation):
        may = allowing(actor(role), "outgoing:approve", {relation}) is not None
        leads = role in {Role.LEADER, Role.DEPUTY_LEADER} and relation == Relation.SIGNER
        assert may == (leads or (role in DELEGATES and relation == Relation.DELEGATE))
        for action in ("outgoing:issue", "outgoing:reseal", "outgoing:dispatch"):
            may = allowing(actor(role), action, {relation}) is not None
            assert may == (role == Role.CLERK and relation == Relation.AGENCY)


def test_who_may_act_on_a_document_may_also_see_it():
    for grant in GRANTS:
        subject, action = grant.action.split(":")
        if subject not in {"outgoing", "incoming"} or action in {"create", "view"}:
            continue
        for role in grant.roles & STAFF:
            held = {grant.relation, Relation.AGENCY}
            assert allowing(actor(role), f"{subject}:view", held), (role, grant)


def test_no_grant_is_written_twice():
    rows = [(g.action, role, g.relation) for g in GRANTS for role in g.roles]
    assert len(rows) == len(set(rows))
