"""The registers have the columns of NĐ 30/2020, Phụ lục IV, and say to whom each document went."""

import pytest
from lxml import html

from tests.conftest import PASSWORD
from tests.visitor import Visitor

INCOMING = [
    "Ngày đến", "Số đến", "Tác giả", "Số, ký hiệu", "Ngày văn bản", "Tên loại và trích yếu",
    "Đơn vị, người nhận", "Ngày chuyển", "Ký nhận", "Ghi chú",
]  # fmt: skip
OUTGOING = [
    "Số, ký hiệu", "Ngày văn bản", "Tên loại và trích yếu", "Người ký", "Nơi nhận", "Đơn vị lưu",
    "Số lượng bản", "Ngày chuyển", "Ký nhận", "Ghi chú",
]  # fmt: skip


@pytest.fixture
def clerk(node):
    return Visitor(node, "st.vanthu", PASSWORD)


def rows(page) -> list[dict[str, str]]:
    found = html.fromstring(page.text).xpath("//tbody/tr")
    return [
        {cell.get("data-label"): cell.text_content().strip() for cell in row.iter("td")}
        for row in found
    ]


def heads(page) -> list[str]:
    return [each.text_content() for each in html.fromstring(page.text).xpath("//thead//th")]


def test_the_incoming_register_names_units_by_which_the_document_left_the_leader(steps, clerk):
    child = steps.handed_on()
    steps.registered()
    page = clerk.get("/registers/incoming")
    assert heads(page) == INCOMING
    fresh, directed = rows(page)
    units = "Phòng Nội vụ, Phòng Tài chính – Kế hoạch, Văn phòng HĐND và UBND"
    assert (directed["Đơn vị, người nhận"], directed["Ngày chuyển"]) == (units, "20/11/2026")
    assert (fresh["Đơn vị, người nhận"], fresh["Ngày chuyển"]) == ("", "")
    assert child.person.full_name not in page.text


def test_the_incoming_register_costs_as_few_statements_however_many_it_lists(steps, clerk):
    steps.directed()
    clerk.get("/registers/incoming")
    few = len(clerk.statements)
    for _ in range(4):
        steps.directed()
    clerk.get("/registers/incoming", statements=few)


def test_the_outgoing_register_has_a_column_for_everything_the_decree_asks(clerk, steps):
    steps.office.session().rollback()
    clerk.get("/registers/outgoing")
    template = clerk.app.jinja_env.loader.get_source(clerk.app.jinja_env, "registers/outgoing.html")
    for column in OUTGOING:
        assert f'_("{column}")' in template[0]
        assert f"_('{column}')" in template[0]
