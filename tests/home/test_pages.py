"""The first page, the registers and the search box, as different people see them."""

from datetime import timedelta

import pytest

from demo import province
from domain.roles import SYSTEM
from models.exchange import OutboxItem
from services.outgoing import create, perform
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, find_actor, make_node
from tests.visitor import Visitor

DISTRICT = "000.00.32.H48"
PAGES = ["/", "/registers/incoming", "/registers/outgoing", "/search/?q=bao+cao", "/search/"]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = make_node(tmp_path_factory.mktemp("home") / "node", province.SON_TINH)
    with app.app_context():
        office = app.extensions["office"]
        officer = find_actor(office, "st.chuyenvien", DISTRICT)
        leader = find_actor(office, "st.chutich", DISTRICT)
        create(
            office,
            officer,
            {
                "source": "form",
                "type_name": "Công văn",
                "subject": "V/v báo cáo đường thủy lợi",
                "body": "Đề nghị báo cáo.",
                "signer_id": str(leader.appointment_id),
                "recipients": ["000.00.31.H48"],
            },
        )
    return app


@pytest.fixture
def visitor(app):
    return lambda name: Visitor(app, name, PASSWORD)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["st.vanthu", "st.chutich", "st.chanhvp"])
def test_the_pages_of_the_office_hold_for_everyone_who_sees_all(visitor, name, page):
    visitor(name).get(page)


def test_an_officer_finds_the_own_draft_without_accents(visitor):
    officer = visitor("st.chuyenvien")
    assert "đường thủy lợi" in officer.get("/search/?q=duong+thuy+loi").text
    assert "Dự thảo của tôi" in officer.get("/").text


def test_another_agency_of_the_node_finds_nothing(visitor):
    assert "đường thủy lợi" not in visitor("st.th.vanthu").get("/search/?q=duong+thuy").text


def test_an_officer_may_not_open_the_registers(visitor):
    visitor("st.cvtaichinh").get("/registers/incoming", status=403)


def test_percent_and_underscore_are_letters_not_wildcards(visitor):
    assert "đường thủy lợi" not in visitor("st.chuyenvien").get("/search/?q=%25%25").text


@pytest.mark.parametrize("query", ["year=abc&page=-3", "since=hôm-qua&until=2026-99-99", "page=99"])
def test_senseless_filters_are_no_error(visitor, query):
    visitor("st.vanthu").get(f"/registers/incoming?{query}")


def test_what_one_was_told_is_listed_opened_and_marked_as_read(app, visitor):
    with app.app_context():
        office = app.extensions["office"]
        officer = find_actor(office, "st.chuyenvien", DISTRICT)
        signer = str(find_actor(office, "st.chutich", DISTRICT).appointment_id)
        form = {"source": "form", "type_name": "Công văn", "subject": "Thông báo thử",
                "body": "Đề nghị báo cáo.", "signer_id": signer}  # fmt: skip
        perform(office, officer, create(office, officer, form), "submit", {})
    head = visitor("st.truongphong")
    page = head.get("/notifications/")
    assert "Thông báo thử" in page.text
    assert "Trình dự thảo" in page.text
    assert ">Mới<" in page.text
    head.submit("/notifications/read", {"list": "1"}, page="/notifications/")
    assert ">Mới<" not in head.get("/notifications/").text
    assert "Thông báo thử" not in visitor("st.cvtaichinh").get("/notifications/").text


@pytest.mark.parametrize("page", ["/", "/exchange/"])
def test_a_page_says_when_nobody_takes_up_the_work(app, visitor, page):
    clerk = visitor("st.vanthu")
    assert "việc nền" not in clerk.get(page).text
    with app.app_context(), transaction(app.extensions["office"], SYSTEM) as work:
        item = work.enqueue("exchange", "send", 0)
        work.session.flush()
        item_id, item.due_at = item.id, work.now - timedelta(minutes=1)
    assert "1 việc nền chờ đã quá 30 giây" in clerk.get(page).text
    with app.app_context(), transaction(app.extensions["office"], SYSTEM) as work:
        work.session.delete(work.session.get(OutboxItem, item_id))
    assert "việc nền" not in clerk.get(page).text
