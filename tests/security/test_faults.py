"""When something breaks after all: one page that says so, with its headers and without secrets,
even while the database fails; and what a caller without a name sends to the axis is refused."""

import json

import pytest
from sqlalchemy import text

from config import NodeRole
from demo import province, seed
from extensions import db
from services import home
from tests.conftest import PASSWORD, make_node
from tests.hub.packages import SECRETS, SON_TINH
from tests.visitor import Visitor

PREFIX = "XroadVnpt-"


def break_statement(*_args):
    """As a statement that the database refuses; on PostgreSQL the transaction is dead after it."""
    db.session.execute(text("select no_such_column"))


def test_a_failed_statement_gives_a_page_with_its_number(node, monkeypatch):
    clerk = Visitor(node, "st.vanthu", PASSWORD)
    with monkeypatch.context() as broken:
        from services.outgoing import queries

        broken.setattr(queries, "listing", break_statement)
        broken.setattr("services.outgoing.listing", break_statement)
        answer = clerk._open("GET", "/outgoing/")
    assert answer.status_code == 500
    assert "<h1" in answer.text
    assert "no_such_column" not in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_where_no_page_can_be_made_a_line_of_text_still_carries_the_headers(node, monkeypatch):
    clerk = Visitor(node, "st.vanthu", PASSWORD)
    with monkeypatch.context() as broken:
        broken.setattr(home, "queues", break_statement)
        answer = clerk._open("GET", "/outgoing/")
    assert answer.status_code == 500
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "given", ["_external=1&_scheme=javascript", "endpoint=static", "_anchor=x", "_method=POST"]
)
def test_what_stands_in_a_query_never_chooses_where_links_lead(node, given):
    clerk = Visitor(node, "st.vanthu", PASSWORD)
    for page in ("/outgoing/", "/incoming/", "/registers/incoming", "/exchange/", "/assignments/"):
        answer = clerk.get(f"{page}?{given}")
        assert 'href="javascript' not in answer.text
        assert "href='javascript" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", 'x"><script>', "a b", "127.0.0.1:99999"])
def test_a_strange_host_never_gets_into_a_page(node, host):
    visitor = Visitor(node)
    for page in ("/", "/account/login", "/nowhere"):
        headers = {"Host": host, "Referer": f"http://{host}/x"}
        answer = visitor._open("GET", page, headers=headers)
        assert answer.status_code < 500
        assert "evil.example" not in answer.text + answer.headers.get("Location", "")
        assert "<script>" not in answer.text
        assert "Content-Security-Policy" in answer.headers


@pytest.fixture
def hub(tmp_path, database):
    app = make_node(tmp_path / "hub", province.HUB, role=NodeRole.HUB)
    with app.app_context():
        seed.seed_hub_accounts(app.extensions["office"], SECRETS)
        db.session.remove()
    return app


@pytest.mark.parametrize(
    "signed",
    [
        {"systemid": "\x00"},
        {"systemid": "\ud800"},
        {"systemid": SON_TINH + "\x00"},
        {"systemid": "x" * 100_000},
        {"systemid": {}},
        [1],
        "x",
        10**400,
    ],
    ids=str,
)
def test_nonsense_of_an_unknown_caller_is_refused_and_is_no_fault(hub, signed, caplog):
    members = signed
    if isinstance(signed, dict):
        members = {PREFIX + name: value for name, value in signed.items()}
    headers = {
        PREFIX + "sign-header": json.dumps(members),
        PREFIX + "hash-header": "0" * 64,
        PREFIX + "sign-header-key": "systemid",
    }
    answer = hub.test_client().post("/axis/getAgenciesList", headers=headers)
    assert answer.status_code == 200
    assert answer.json["status"] == "FAIL"
    assert "Content-Security-Policy" in answer.headers
