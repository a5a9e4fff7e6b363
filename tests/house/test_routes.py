"""No address without a guard, none that vanishes unnoticed, none open to a stranger."""

import re

import pytest
from werkzeug.routing import Rule

from blueprints import guards
from config import NodeRole
from demo import province
from tests.conftest import make_node
from tests.house.source import ROOT
from tests.lint_templates import faults

LIST = ROOT / "tests" / "house" / "routes.txt"
# Called by machines, which prove themselves: answered in JSON, tested in tests/axis,
# tests/federation and tests/signing_token.
MACHINES = ("axis.", "federation_api.", "signing_token.")
PUBLIC = {"static", "entrance.login", "entrance.sign_in", "entrance.language"}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    return make_node(tmp_path_factory.mktemp("routes"), province.SON_TINH)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    return make_node(tmp_path_factory.mktemp("routes-hub"), province.HUB, role=NodeRole.HUB)


def listed(app) -> list[str]:
    rules = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        rules.append(f"{methods:<9} {rule.rule}  {rule.endpoint}")
    return sorted(rules)


def test_every_blueprint_is_registered_with_a_guard(node):
    guards = node.extensions["guards"]
    for rule in node.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        assert rule.endpoint.split(".")[0] in guards, rule.endpoint


def test_the_list_of_addresses_is_the_one_written_down(node):
    """After a wanted change: VANTHU_WRITE_ROUTES=1 in the environment writes the list anew."""
    import os

    if os.environ.get("VANTHU_WRITE_ROUTES"):
        LIST.write_text("\n".join(listed(node)) + "\n")
    assert listed(node) == LIST.read_text().splitlines()


def address(rule: Rule) -> str:
    """An address of this rule with plausible values in its places."""
    return re.sub(r"<(?:\w+(?:\(([^)]*)\))?:)?\w+>", lambda m: first(m[1]), rule.rule)


def first(choices: str | None) -> str:
    """Of `any(register, refuse)` its first choice; any other place takes a number."""
    return (choices or "1").split(",")[0].strip()


def test_every_address_leads_to_its_rule(node):
    """Else a door would count as closed only because nobody stood before it."""
    doors = node.url_map.bind("localhost")
    for rule in node.url_map.iter_rules():
        for method in rule.methods & {"GET", "POST"}:
            assert doors.match(address(rule), method=method)[0] == rule.endpoint, rule.rule


OF_ANOTHER_ROLE = {"node": guards.operates_hub, "hub": guards.signed_in_on_district}


@pytest.mark.parametrize("place", ["node", "hub"])
def test_a_stranger_gets_nothing_but_the_login_page(place, request, monkeypatch):
    app = request.getfixturevalue(place)
    monkeypatch.setitem(app.config, "WTF_CSRF_CHECK_DEFAULT", False)  # else it stands before
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC or rule.endpoint.startswith(MACHINES):
            continue
        guard = app.extensions["guards"][rule.endpoint.split(".")[0]]
        for method in rule.methods & {"GET", "POST"}:
            answer = client.open(address(rule), method=method)
            if guard in (OF_ANOTHER_ROLE[place], guards.public_verification):  # off by default
                assert answer.status_code == 404, f"{method} {rule.rule}"
            else:
                to_login = answer.status_code == 302 and "/account/login" in answer.location
                refused = method == "POST" and answer.status_code == 401
                assert to_login or refused, f"{method} {rule.rule}: {answer.status_code}"


def test_a_post_without_its_token_does_nothing(node):
    client = node.test_client()
    for rule in node.url_map.iter_rules():
        if "POST" in rule.methods and not rule.endpoint.startswith(MACHINES):
            answer = client.post(address(rule))
            assert answer.status_code == 422, f"{rule.rule}: {answer.status_code}"


def test_no_template_has_inline_code():
    assert faults() == []
