"""A node behind a firewall tells its hub by itself: the same report into the same tables."""

import json

import httpx
import pytest
from sqlalchemy import func, select, update

from domain.roles import SYSTEM
from models.exchange import OutboxItem
from models.federation import Handout, NodeReport
from models.hub import HubAccount
from services.federation import handouts, sites, telling
from services.unit_of_work import transaction
from tests.federation.conftest import ROOT, SON_TINH, TINH_HA, call, reason
from tests.federation.test_feed import told_by_the_chain
from tests.federation.test_node_api import arrive
from tests.federation.test_pulling import kept

TELL = "federation_tell"


@pytest.fixture
def settings():
    return {"federation_push_seconds": 60}


@pytest.fixture
def silent(hub, site, operator):
    """The node has no address that the hub could ask."""
    with hub.app.app_context():
        fields = sites.SiteFields(SON_TINH, "Nút Sơn Tịnh", "")
        sites.change(hub.office, operator, site().id, fields)
    return site


def tell(node) -> None:
    node.work(TELL)
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        again = update(OutboxItem).where(OutboxItem.kind == TELL)
        work.session.execute(again.values(due_at=work.now))


def trouble(node) -> str:
    with node.app.app_context():
        return handouts.trouble(node.office)


def test_what_is_told_is_kept_as_if_it_had_been_asked_for(hub, node, silent):
    arrive(node)
    tell(node)
    assert trouble(node) == ""
    assert kept(hub) == told_by_the_chain(node)
    assert silent().counters["incoming"]["states"] == {"arrived": 1}
    arrive(node)
    tell(node)
    assert kept(hub) == told_by_the_chain(node)
    assert silent().waiting_in == 2
    with hub.session() as session:
        assert all(session.scalars(select(NodeReport.was_pushed)))
    with node.session() as session:
        newest = session.scalars(select(Handout).order_by(Handout.id.desc())).first()
        assert (newest.was_pushed, newest.system_id) == (True, SON_TINH)
        assert json.loads(newest.body)["statuses"]["next_cursor"] == silent().cursor


def test_another_line_to_the_same_hub_is_used_where_the_first_is_none(hub, node, silent, operator):
    with hub.app.app_context():
        fields = sites.SiteFields(TINH_HA, "", "")
        sites.change(hub.office, operator, silent().id, fields)
    tell(node)
    assert trouble(node) == ""
    assert silent().agencies == [SON_TINH, TINH_HA]


def test_a_hub_that_does_not_know_the_node_says_so_on_the_page_too(hub, node, silent, operator):
    with hub.app.app_context():
        sites.remove(hub.office, operator, silent().id)
    tell(node)
    assert trouble(node) == "federation-site-unknown"
    page = node.visit("st.quantri").get("/federation/").text
    assert "Trục chưa khai báo nút nào" in page


def test_only_a_known_and_open_system_may_tell_and_only_what_is_a_report(hub, node, silent):
    target = f"{ROOT}/reports"
    good = call(node.url, f"{ROOT}/report").content
    assert reason(httpx.post(hub.url + target, content=good)) == "federation-unsigned"
    bad = {
        "[]": b"[]",
        "nul": good.replace(b'"software":"vanthu"', b'"software":"van\\u0000thu"'),
        "half a letter": good.replace(b'"software":"vanthu"', b'"software":"\\ud800"'),
        "more": good.replace(b'"software"', b'"subject":"V/v","software"'),
    }
    for name, body in bad.items():
        answer = call(hub.url, target, "POST", body)
        assert (answer.status_code, reason(answer)) == (400, "federation-body"), name
    answer = call(hub.url, target, "POST", good.replace(b'"cursor":0', b'"cursor":7'))
    assert (answer.status_code, reason(answer)) == (409, "federation-cursor")
    answer = call(hub.url, target, "POST", b" " * (4 * 1024 * 1024 + 1))
    assert (answer.status_code, reason(answer)) == (413, "federation-large")
    answer = call(hub.url, f"{ROOT}/known", system=TINH_HA)
    assert (answer.status_code, reason(answer)) == (403, "federation-site-unknown")
    assert hub.one(select(func.count(NodeReport.id))) == 0
    assert call(hub.url, target, "POST", good).status_code == 200
    with hub.app.app_context(), transaction(hub.office, SYSTEM) as work:
        work.session.execute(update(HubAccount).values(is_locked=True))
    answer = call(hub.url, target, "POST", good)
    assert (answer.status_code, reason(answer)) == (403, "federation-account-locked")


def test_a_hub_that_is_away_is_told_later(hub, node, silent):
    def away(request):
        raise httpx.ConnectError("nobody there", request=request)

    node.work("nothing")
    with node.app.app_context():
        [item] = node.office.session().scalars(select(OutboxItem).where(OutboxItem.kind == TELL))
        lease = telling.outbox.claim(node.office, item.id)
        telling.tell(node.office, lease, transport=httpx.MockTransport(away))
    assert trouble(node) == "federation-hub-away:ConnectError"
    tell(node)
    tell(node)
    assert trouble(node) == ""


def test_without_the_setting_nothing_is_told(node, site):
    object.__setattr__(node.office.settings, "federation_push_seconds", 0)
    node.work(TELL)
    assert node.one(select(func.count(OutboxItem.id)).where(OutboxItem.kind == TELL)) == 0
