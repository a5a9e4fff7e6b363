"""Every page as a person reads it who chose English: names and documents stay Vietnamese, what the
program itself says does not."""

import pytest
from sqlalchemy import select

from config import NodeRole
from demo import province
from domain.copies import DELEGATED
from domain.document_types import DOCUMENT_TYPES
from domain.roles import SYSTEM
from models.agencies import Agency
from services import incoming
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, make_node
from tests.house.test_language import VIETNAMESE, catalogue, forms
from tests.incoming.arrivals import arrival
from tests.visitor import Visitor, parse

DISTRICT = ("st.vanthu", "st.chutich", "st.cvtaichinh", "st.quantri")
# Endpoints without arguments that are no pages, lead on, or are not for one who is signed in.
NO_PAGES = {
    "admin.seal",
    "axis.operation",
    "entrance.login",
    "outgoing.group_lines",
    "federation_api.operation",
    "outgoing.recipients",
    "registers.index",
    "signing_token.tasks",
    "static",
}
# What only the program fills: never a name or a document.
CHROME = ("nav", "button", "th", "legend", "dt", "label", "h2", "h3")
SAID = ("aria-label", "placeholder", "title", "data-label", "alt")
OTHER_LANGUAGE = "Tiếng Việt"
# Titles of people and types of documents are names, though some are also words of ours.
NAMES = {
    person.title
    for node in (province.SON_TINH, province.HUB)
    for agency in node.agencies
    for person in agency.people
}
TYPES = {DELEGATED, *(each.name for each in DOCUMENT_TYPES)}
NAMES |= TYPES
OURS = {text for message in catalogue() for text in forms(message.id)} - NAMES


def addresses(app) -> dict[str, str]:
    """Address and endpoint of every page that needs no argument."""
    return {
        rule.rule: rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments and rule.endpoint not in NO_PAGES
    }


def english(app, username: str) -> Visitor:
    visitor = Visitor(app, username, PASSWORD)
    visitor.submit("/account/language", {"language": "en"})
    return visitor


def untranslated(page: str) -> set[str]:
    """Vietnamese in the frame of the page, and texts of ours anywhere on it."""
    tree = parse(page, fragment=False)
    frame = {" ".join(each.itertext()) for each in tree.iter() if each.tag in CHROME}
    frame |= {each.get(name, "") for each in tree.iter() for name in SAID}
    shown = {" ".join(text.split()) for text in tree.itertext()} & OURS
    vietnamese = {text.strip() for text in frame | shown if VIETNAMESE.search(text)}
    return vietnamese - {OTHER_LANGUAGE} - TYPES  # types to tick stand in labels


def read(app, usernames) -> tuple[set[str], dict[str, set[str]]]:
    """Endpoints these people can open between them, and what is Vietnamese there."""
    opened, faults = set(), {}
    for username in usernames:
        visitor = english(app, username)
        for address, endpoint in addresses(app).items():
            answer = visitor.client.get(address)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            opened.add(endpoint)
            if found := untranslated(answer.text):
                faults[f"{username} {address}"] = found
    return opened, faults


@pytest.fixture
def district(tmp_path):
    offered = {"public_verification": True}
    app = make_node(tmp_path / "sontinh", province.SON_TINH, settings=offered)
    with app.app_context(), transaction(app.extensions["office"], SYSTEM) as work:
        code = province.SON_TINH.agencies[0].code
        agency = work.session.scalars(select(Agency).where(Agency.code == code)).one()
        incoming.arrive(work, agency, arrival())
    return app


def test_every_page_of_a_district_can_be_read_in_english(district):
    opened, faults = read(district, DISTRICT)
    assert faults == {}
    missed = set(addresses(district).values()) - opened
    assert {endpoint for endpoint in missed if not endpoint.startswith("hub.")} == set()


def test_every_page_of_the_hub_can_be_read_in_english(tmp_path):
    hub = make_node(tmp_path / "hub", province.HUB, NodeRole.HUB)
    opened, faults = read(hub, ("hub.vanhanh", "hub.quantri"))
    assert faults == {}
    assert {"hub.messages", "hub.directory", "hub.nodes"} <= opened


def test_a_document_can_be_read_in_english(district):
    page = english(district, "st.vanthu").get("/incoming/1").text
    assert untranslated(page) == set()
    assert "Register" in page


def test_the_login_page_changes_its_language(district):
    visitor = Visitor(district)
    visitor.submit("/account/login/language", {"language": "en"}, page="/account/login")
    page = visitor.get("/account/login").text
    assert untranslated(page) == set()
    assert "Sign in" in page
