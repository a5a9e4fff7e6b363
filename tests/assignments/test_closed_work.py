"""What stands open on a document that is done is waited for by nobody."""

import pytest
from lxml import html

from domain.errors import Conflict
from models.assignments import Assignment
from services import assignments, home
from services.assignments.waiting import is_closed
from tests.conftest import PASSWORD
from tests.visitor import Visitor

LATE = "Quá hạn"


@pytest.fixture
def visit(node):
    return lambda username: Visitor(node, username, PASSWORD)


@pytest.fixture
def done(steps):
    """A document whose lead has finished while support and inform were never begun."""
    lead = steps.lead(steps.directed())
    steps.assigned("st.truongphong", lead, "start")
    return steps.assigned("st.truongphong", lead, "complete", result="Xong").document


def texts(page, label: str) -> list[str]:
    cells = html.fromstring(page.text).xpath(f"//td[@data-label='{label}']")
    return [" ".join(cell.text_content().split()) for cell in cells]


@pytest.mark.parametrize(
    ("kind", "username", "action"),
    [("support", "st.tptaichinh", "start"), ("inform", "st.chanhvp", "acknowledge")],
)
def test_open_work_of_a_document_that_is_done_is_closed(
    steps, visit, clock, done, kind, username, action
):
    clock(2026, 12, 20)
    office, actor = steps.office, steps.actor
    left = steps.of_kind(done, kind)
    assert left.is_moot
    counts = {each.key: each.count for each in home.queues(office, actor(username))}
    assert [counts[key] for key in ("to_hand_on", "to_do", "to_know")] == [0, 0, 0]
    with pytest.raises(Conflict) as refused:
        steps.assigned(username, left, action)
    assert refused.value.code == "wrong-state"
    page = visit(username).get("/assignments/?state=done")
    assert "Không còn cần làm" in " ".join(texts(page, "Trạng thái"))
    assert LATE not in page.text
    for tab in ("mine", "unit", "inform"):
        listed = assignments.listing(office, actor(username), tab, 1).rows
        assert left.id not in {each.id for each in listed}


def test_the_page_of_a_document_that_is_done_asks_for_nothing(visit, done):
    page = visit("st.tptaichinh").get(f"/incoming/{done.id}").text
    assert page.count("Không còn cần làm") == 2
    assert "/start" not in page
    assert "Việc cần làm" not in page
    assert 'class="button secondary" href="/outgoing/new?answers=' in page


def test_who_is_only_informed_has_seen_or_not_seen(steps, visit):
    inform = steps.of_kind(steps.directed(), "inform")
    chief = visit("st.chanhvp")
    assert texts(chief.get("/assignments/?state=inform"), "Trạng thái") == ["Chưa xem"]
    assert "badge wait" not in chief.get("/assignments/?state=inform").text.split("<tbody>")[1]
    steps.assigned("st.chanhvp", inform, "acknowledge")
    assert texts(chief.get("/assignments/?state=done"), "Trạng thái") == ["Đã xem"]


@pytest.mark.parametrize(
    ("username", "name"), [("st.chanhvp", "Toàn cơ quan"), ("st.truongphong", "Của đơn vị")]
)
def test_the_tab_of_all_units_is_named_for_what_it_lists(visit, clock, username, name):
    page = visit(username).get("/assignments/").text
    tabs = html.fromstring(page).xpath("//nav[@class='tabs']//a")
    assert tabs[1].text.strip() == name


def test_closed_says_the_same_in_python_and_in_sql(steps, office, done):
    steps.directed()
    session = office.session()
    closed = set(session.query(Assignment.id).filter(is_closed()))
    every = session.query(Assignment).all()
    assert {(each.id,) for each in every if each.is_closed} == closed
    assert len(closed) == 3
