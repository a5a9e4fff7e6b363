"""The page of an incoming document: whose words are whose, and nothing to do where nothing is."""

from datetime import date

import pytest
from lxml import html

from models.incoming import IncomingDocument
from services.incoming.arrival import ArrivalFile
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.incoming.test_registering import scan
from tests.visitor import Visitor

THEIRS = {"Số, ký hiệu", "Số trang", "Số bản", "Hạn bên gửi yêu cầu trả lời"}
OURS = {"Số đến", "Người vào sổ", "Trình lãnh đạo"}


@pytest.fixture
def tree(node):
    """`tree("st.vanthu", document)`: its page, as lxml."""

    def get(username: str, document):
        page = Visitor(node, username, PASSWORD).get(f"/incoming/{document.id}")
        return html.fromstring(page.text)

    return get


def labels(part) -> set[str]:
    return {each.text_content() for each in part.iter("dt")}


def test_what_the_sender_said_stands_apart_from_what_was_done_here(steps, tree):
    document = steps.submitted(asked_by=date(2026, 12, 1))
    with transaction(steps.office, steps.actor("st.vanthu")) as work:
        paper = work.session.get_one(IncomingDocument, document.id).main
        paper.pages, paper.copies = 3, 2
    page = tree("st.vanthu", document)
    theirs, ours = page.xpath("//section[h2='Thông tin văn bản']/dl")
    assert labels(theirs) >= THEIRS
    assert labels(ours) >= OURS
    assert not labels(theirs) & OURS
    assert "Lấy nguyên từ gói tin" in theirs.getnext().text_content()


def test_the_history_ends_sentences_once(steps, tree):
    document = steps.submitted()
    form = {"text": "Trình lãnh đạo trước hạn.", "lead": steps.unit("NV")}
    steps.do("st.chutich", document, "direct", **form)
    notes = tree("st.vanthu", document).xpath("//p[@class='note']/text()")
    assert "Trình lãnh đạo trước hạn.\nChủ trì: Phòng Nội vụ" in notes


def test_the_way_to_what_is_to_be_done_is_shown_only_where_something_is(steps, tree):
    readable = {"files": [ArrivalFile(name="cv.pdf", data=scan())]}
    jump = "//a[contains(@class, 'jump')]"
    assert tree("st.vanthu", steps.arrive(**readable)).xpath(jump)
    closed = steps.do("st.vanthu", steps.registered(**readable), "close", reason="Để biết")
    assert not tree("st.vanthu", closed).xpath(jump)
    directed = steps.directed(**readable)
    assert tree("st.truongphong", directed).xpath(jump)
    assert not tree("st.vanthu", directed).xpath(jump)


def test_refusing_has_a_button_of_its_own_name(steps, tree):
    (details,) = tree("st.vanthu", steps.arrive()).xpath("//details[summary='Từ chối tiếp nhận']")
    (button,) = details.xpath(".//button")
    assert (button.text, button.get("class")) == ("Gửi lý do từ chối", "danger")
