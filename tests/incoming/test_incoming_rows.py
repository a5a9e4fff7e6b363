"""Acting in a row changes more than the row: counts of tabs and menu come along, and what was
done; all of it in few bytes."""

import re

import pytest
from lxml import html
from sqlalchemy import select

from models.assignments import Assignment
from tests.conftest import PASSWORD
from tests.visitor import Visitor

HTMX = {"HX-Request": "true"}
MOST = 5 * 1024


@pytest.fixture
def visit(node):
    return lambda username: Visitor(node, username, PASSWORD)


def partials(answer) -> dict[str, str]:
    """Each piece for elsewhere on the page, by where it goes."""
    assert len(answer.data) <= MOST
    found = re.findall(
        r'<template hx type="partial" hx-target="([^"]+)" hx-swap="innerHTML">(.*?)</template>',
        answer.text,
        re.DOTALL,
    )
    return dict(found)


def words(text: str) -> list[str]:
    tree = html.fromstring(f"<div>{text}</div>")
    return [" ".join(each.text_content().split()) for each in tree.iter("a", "p")]


def test_registering_in_a_row_brings_the_counts_and_says_the_number(steps, visit):
    steps.arrive()
    document, visitor = steps.arrive(files=[]), visit("st.vanthu")
    form = {"version": "1", "row": "arrived", "director": steps.appointment("st.chutich")}
    answer = visitor.submit(f"/incoming/{document.id}/register", form, **HTMX)
    assert answer.text.lstrip().startswith("<tr id=")
    found = partials(answer)
    tabs = words(found["#list .tabs ul"])
    assert tabs[:2] == ["Chờ tiếp nhận 1", "Chờ chỉ đạo 1"]
    assert "Văn bản đến 1" in words(found["nav.main ul"])
    assert words(found["#notices"]) == ["Đã vào sổ với số đến 1 và trình Trần Quang Vinh."]
    active = html.fromstring(found["#list .tabs ul"]).xpath("//a[@aria-current]/@href")
    assert active == ["/incoming/?state=arrived"]


def test_handing_on_and_completing_in_a_row_bring_the_counts_and_say_to_whom(steps, visit):
    lead = steps.lead(steps.directed())
    head, person = visit("st.truongphong"), steps.actor("st.chuyenvien")
    form = {"version": lead.version, "person": person.person_id, "state": "mine"}
    answer = head.submit(f"/assignments/{lead.id}/hand_on", form, **HTMX)
    row = answer.text.split("<template", maxsplit=1)[0]
    assert person.name in row
    found = partials(answer)
    assert "Của tôi 0" in words(found["#list .tabs ul"])
    assert "Công việc" in words(found["nav.main ul"])
    assert words(found["#notices"]) == ["Đã giao người xử lý."]
    steps.office.session().rollback()
    child = steps.office.session().scalars(select(Assignment).where(Assignment.parent_id > 0)).one()
    officer = visit("st.chuyenvien")
    officer.submit(f"/assignments/{child.id}/start", {"state": "mine"}, **HTMX)
    done = {"result": "Đã trả lời", "state": "mine"}
    found = partials(officer.submit(f"/assignments/{child.id}/complete", done, **HTMX))
    assert {"Của tôi 0", "Đã xong 1"} <= set(words(found["#list .tabs ul"]))
    assert words(found["#notices"]) == ["Đã báo cáo kết quả."]


def test_what_was_refused_has_a_tab_of_its_own(steps, visit):
    refused = steps.refused()
    visitor = visit("st.vanthu")
    assert f"vb-{refused.id}" in visitor.get("/incoming/?state=refused").text
    page = visitor.get("/incoming/?state=done")
    assert f"vb-{refused.id}" not in page.text
    assert {"Đã xong 0", "Đã từ chối 1"} <= set(words(page.text))


def test_the_list_can_be_freed_of_its_filters_as_others(visit, clock):
    assert "Bỏ lọc" in visit("st.vanthu").get("/incoming/").text
