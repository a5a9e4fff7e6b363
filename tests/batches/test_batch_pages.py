"""The pages of deciding many documents at once, by a visitor without scripts and by htmx."""

import re

import pytest
from sqlalchemy import func, select

from models.batches import Reading, SigningBatch
from models.outgoing import OutgoingDocument
from tests.conftest import PASSWORD, PIN
from tests.visitor import Visitor


@pytest.fixture
def leader(node):
    return Visitor(node, "st.chutich", PASSWORD)


@pytest.fixture
def clerk(node):
    return Visitor(node, "st.vanthu", PASSWORD)


def values(page, checked: bool | None = None) -> list[str]:
    boxes = re.findall(r'name="docs" value="([^"]+)"( checked)?', page.text)
    return [value for value, ticked in boxes if checked is None or bool(ticked) == checked]


def test_a_leader_signs_all_from_the_first_screen_in_three_actions(desk, leader):
    documents = desk.waiting(3)
    assert "/signing/" in leader.get("/").text
    page = leader.get("/signing/")  # 1
    assert values(page, checked=True) == []  # none was opened
    assert page.text.count("Chưa mở xem") == 3
    page = leader.get("/batches/approve?tick=all")  # 2
    assert len(values(page, checked=True)) == 3
    form = {"docs": values(page), "pin": PIN, "unopened": "1", "form_token": "t1"}
    answer = leader.submit("/batches/approve", form, page="/signing/")  # 3
    assert answer.status_code == 303
    desk.work()
    result = leader.get(answer.location)
    assert result.text.count(">Xong<") == 3 + 0
    assert "Xong cả 3 văn bản" in result.text
    assert all(doc.subject in result.text for doc in documents)
    assert "Ký nhiều văn bản" in leader.get("/signing/").text


def test_what_was_opened_is_ticked_and_needs_no_further_word(desk, leader, clerk):
    first, second = desk.waiting(2)
    address = f"/documents/outgoing/{first.id}/{first.prepared_sha256}/pages/1.webp"
    assert leader.client.get(address).status_code == 200
    assert leader.client.get(address).status_code == 200
    clerk.client.get(address.replace(str(first.id), str(second.id), 1))
    desk.look_anew()
    assert desk.office.session().scalar(select(func.count(Reading.id))) == 1
    page = leader.get("/signing/")
    assert values(page, checked=True) == [f"{first.id}:{first.prepared_sha256}"]
    form = {"docs": values(page, checked=True), "pin": PIN}
    assert leader.submit("/batches/approve", form, page="/signing/").status_code == 303


def test_a_refused_form_keeps_what_was_ticked_and_never_shows_the_pin(desk, leader):
    desk.waiting(2)
    page = leader.get("/signing/")
    form = {"docs": values(page)[:1], "pin": "86420975"}
    answer = leader.submit("/batches/approve", form, page="/signing/")
    assert answer.status_code == 422
    assert "bạn chưa mở xem" in answer.text
    assert values(answer, checked=True) == values(page)[:1]
    answer = leader.submit("/batches/approve", form | {"unopened": "1"}, page="/signing/")
    assert "PIN không đúng; còn 4 lần thử" in answer.text
    assert "86420975" not in answer.text
    answer = leader.submit("/batches/approve", {"pin": PIN}, page="/signing/")
    assert "Chưa chọn văn bản nào" in answer.text
    many = {"docs": [f"{n}:{'0' * 64}" for n in range(1, 202)], "pin": PIN}
    answer = leader.submit("/batches/approve", many, page="/signing/")
    assert "Mỗi lần chỉ làm được 200 văn bản" in answer.text


def test_the_page_of_a_batch_asks_again_by_itself_can_be_stopped_and_ends(desk, leader):
    documents = desk.waiting(2)
    batch_id = desk.sign_all(documents)
    address = f"/batches/{batch_id}"
    for turn, pause in ((0, "2s"), (5, "5s"), (10, "10s"), (20, "30s")):
        text = leader.get(f"{address}?turn={turn}", **{"HX-Request": "true"}).text
        assert f"delay:{pause}" in text
        assert "Đã xong 0 trên 2 văn bản" in text
        assert len(text) < 5000
    assert leader.submit(f"{address}/stop", page=address).status_code == 303
    page = leader.get(address)
    assert page.text.count("Đã dừng, chưa làm") == 2
    assert "data-poll" not in page.text
    assert "Dừng, trả lại" not in page.text
    assert leader.get(address, **{"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_a_clerk_issues_in_the_order_shown_and_is_told_what_is_wrong_with_the_date(desk, clerk):
    documents = desk.waiting(2)
    desk.sign_all(documents)
    desk.work()
    assert "/batches/issue" in clerk.get("/outgoing/?state=issuing").text
    page = clerk.get("/batches/issue")
    assert [v.split(":")[0] for v in values(page, checked=True)] == [str(d.id) for d in documents]
    form = {"docs": values(page)[::-1], "pin": PIN, "issued_date": "2020-01-02"}
    answer = clerk.submit("/batches/issue", form, page="/batches/issue")
    assert answer.status_code == 422
    assert values(answer, checked=True) == values(page)
    form["issued_date"] = desk.office.today().isoformat()
    answer = clerk.submit("/batches/issue", form, page="/batches/issue")
    desk.work()
    text = clerk.get(answer.location).text
    assert text.count(">Xong<") == 2
    numbers = [desk.now(doc.id).number_entry.number for doc in documents]
    assert numbers == [2, 1]


def test_each_page_of_batches_belongs_to_those_who_may(desk, node, leader, clerk):
    batch_id = desk.sign_all(desk.waiting(1))
    clerk.get("/batches/approve", status=403)
    leader.get("/batches/issue", status=403)
    clerk.get(f"/batches/{batch_id}", status=404)
    clerk.get("/batches/999", status=404)
    leader.get("/batches/cancel", status=404)
    assert clerk.submit(f"/batches/{batch_id}/stop", page="/").status_code == 404
    assert "văn thư ở mục Văn bản đi" in clerk.get("/signing/").text


def test_two_hundred_documents_cost_no_more_statements_than_two(desk, leader):
    """The list and the result; `Visitor.get` holds both to twelve."""
    template = desk.waiting(1)[0]
    session = desk.office.session()
    columns = {c.key: getattr(template, c.key) for c in OutgoingDocument.__table__.columns}
    rows = [columns | {"id": 1000 + n, "document_uid": f"u{n}"} for n in range(199)]
    session.execute(OutgoingDocument.__table__.insert(), rows)
    session.commit()
    page = leader.get("/signing/")
    assert len(values(page)) == 200
    form = {"docs": values(page), "pin": PIN, "unopened": "1"}
    answer = leader.submit("/batches/approve", form, page="/signing/")
    assert len(leader.statements) < 40, leader.statements
    leader.get(answer.location)
    assert session.scalar(select(func.count(SigningBatch.id))) == 1
