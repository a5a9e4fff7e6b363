"""Every address with values nobody types: numbers no database holds, characters none keeps, days
that are none. What comes back may be a page or a refusal, never a fault of ours."""

import re
from urllib.parse import quote, urlencode
from zlib import crc32

import pytest
from werkzeug.routing import Rule

from config import NodeRole
from demo import province
from extensions import db
from models.agencies import Agency
from services import incoming
from services.unit_of_work import transaction
from tests import databases
from tests.conftest import PASSWORD, find_actor, make_node
from tests.house.source import ROOT
from tests.incoming.arrivals import arrival
from tests.outgoing.drafts import drafted
from tests.visitor import Visitor

IDS = (str(2**63), str(10**30))
VALUES = (
    *("a\x00b", str(2**63 - 1), str(10**30), "-1", "²", "nan"),
    *("9999-12-31", "0001-01-01", "x" * 5000, "%_\\"),
)
LEFT_OUT = {"static", "accounts.logout", "accounts.change_password", "admin.verify_audit"}
# These would end a visitor's own session: tried with impossible ids only.
OWN = {
    *("accounts.end_session", "admin.activate_person", "admin.reset_password"),
    *("admin.end_person_sessions", "admin.end_appointment"),
}
# Thousands of requests: on the database that refuses most.
strict = pytest.mark.parametrize("database", [databases.strictest()], indirect=True)


def parameter_names() -> set[str]:
    """All names that views and forms read, so that a new one is tried without being added here."""
    reads = re.compile(r'\.get(?:list)?\(\s*"(\w+)"')
    fields = re.compile(r"^    (\w+) = \w*(?:Field|Day|Number)\(", re.MULTILINE)
    found = {"number_left", "number_page", "seal_width"}
    for folder in ("blueprints", "services"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            found |= set(reads.findall(text)) | set(fields.findall(text))
    return found - {"csrf_token", "HX-Request"}


def address(rule: Rule, given: str) -> str:
    def value(match: re.Match) -> str:
        if match[1] and match[1].startswith("any"):
            return match[1].partition("(")[2].split(",")[0]
        return quote(given if given.isdigit() or match[1] != "int" else "1", safe="")

    return re.sub(r"<(?:(\w+(?:\([^)]*\))?):)?(\w+)>", value, rule.rule)


def requests(app):
    """(method, address, form) of everything to be tried by one person."""
    names = sorted(parameter_names())
    for rule in app.url_map.iter_rules():
        if rule.endpoint in LEFT_OUT or rule.endpoint.startswith(("axis.", "entrance.")):
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):
            for given in IDS if "<" in rule.rule else ():
                yield method, address(rule, given), {}
            for given in tried(rule, method) if rule.endpoint not in OWN else ():
                filled = dict.fromkeys(names, given)
                if method == "GET":
                    yield method, f"{address(rule, '1')}?{urlencode(filled)}", {}
                else:
                    yield method, address(rule, "1"), filled


def tried(rule: Rule, method: str) -> tuple[str, ...]:
    """All values where tests are thorough; else a third of them, other ones at each address."""
    if databases.is_thorough():
        return VALUES
    return VALUES[crc32(f"{method} {rule.rule}".encode()) % 3 :: 3]


@pytest.fixture
def node(tmp_path, database):
    app = make_node(tmp_path / "sontinh", province.SON_TINH)
    with app.app_context():
        office = app.extensions["office"]
        officer = find_actor(office, "st.chuyenvien", "000.00.32.H48")
        drafted(office, officer)
        clerk = find_actor(office, "st.vanthu")
        with transaction(office, clerk) as work:
            incoming.arrive(work, work.session.get(Agency, clerk.agency_id), arrival())
        db.session.remove()
    return app


@pytest.fixture
def hub(tmp_path, database):
    return make_node(tmp_path / "hub", province.HUB, role=NodeRole.HUB)


def faults(app, people: dict[str, str]) -> list[str]:
    """Tries everything; `people` names who visits which beginning of an address."""
    visitors = {start: Visitor(app, username, PASSWORD) for start, username in people.items()}
    tokens = {start: visitor.token("/account/") for start, visitor in visitors.items()}
    found = []
    for number, (method, where, form) in enumerate(requests(app)):
        start = next(start for start in people if where.startswith(start))
        sent = {"csrf_token": tokens[start], **form} if method == "POST" else None
        headers = {"HX-Request": "true"} if number % 3 == 0 else {}
        answer = visitors[start].client.open(where, method=method, data=sent, headers=headers)
        if answer.status_code >= 500:
            value = next(iter(form.values()), "")
            found.append(f"{answer.status_code} {method} {where[:90]} {value[:30]!r}")
        assert "Content-Security-Policy" in answer.headers, where
    for visitor in visitors.values():
        assert visitor.client.get("/account/").status_code == 200, "signed out on the way"
    return found


@strict
def test_no_value_makes_a_district_node_fail(node):
    people = {"/admin": "st.quantri", "/outgoing": "st.chuyenvien", "/": "st.vanthu"}
    assert faults(node, people) == []


@strict
def test_no_value_makes_a_hub_fail(hub):
    assert faults(hub, {"/admin": "hub.quantri", "/": "hub.vanhanh"}) == []
