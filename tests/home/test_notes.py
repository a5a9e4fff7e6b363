"""What the home page and the list of notifications tell, and what the home page offers."""

import pytest

from domain.roles import SYSTEM
from services import outgoing
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.outgoing.drafts import drafted
from tests.visitor import Visitor


@pytest.fixture
def visit(node):
    return lambda username: Visitor(node, username, PASSWORD)


def test_the_home_page_says_what_happened_to_a_draft_by_whom_and_why(office, actor, visit):
    draft = drafted(office, actor("st.chuyenvien"))
    outgoing.perform(office, actor("st.chuyenvien"), draft, "submit", {})
    form = {"reason": "Thiếu căn cứ pháp lý"}
    outgoing.perform(office, actor("st.truongphong"), draft, "return", form)
    for page in ("/", "/notifications/"):
        told = visit("st.chuyenvien").get(page).text
        for text in ("Trả lại dự thảo", actor("st.truongphong").name, "Thiếu căn cứ pháp lý"):
            assert text in told


def test_what_the_system_did_is_told_in_the_language_of_the_reader(office, actor, visit):
    clerk = actor("st.vanthu")
    draft = drafted(office, actor("st.chuyenvien"))
    with transaction(office, SYSTEM) as work:
        doc = outgoing.load(office, clerk, draft)
        failed = {"by": SYSTEM.name, "failure": "certificate-expired"}
        work.notify(clerk.person_id, "outgoing:seal_failed", doc, "V/v x", **failed)
    visitor = visit("st.vanthu")
    assert "Hệ thống" in visitor.get("/notifications/").text
    visitor.submit("/account/language", {"language": "en"})
    for page in ("/", "/notifications/"):
        told = visitor.get(page).text
        assert "Hệ thống" not in told
        assert "The system" in told or "System" in told
        assert "certificate" in told.lower()


@pytest.mark.parametrize(
    ("username", "offered"), [("st.vanthu", True), ("st.chuyenvien", False), ("st.quantri", False)]
)
def test_whoever_registers_is_offered_to_register_first(visit, username, offered):
    page = visit(username).get("/").text
    assert ('class="button" href="/incoming/new"' in page) is offered
    assert ('class="button" href="/outgoing/new"' in page) is (username == "st.chuyenvien")
