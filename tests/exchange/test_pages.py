"""The exchange pages as people meet them."""

import pytest

from models.exchange import ExchangeMessage
from tests.conftest import PASSWORD
from tests.exchange.conftest import BINH_SON, SON_TINH, TINH_HA, send_one
from tests.visitor import Visitor

NOT_A_PACKAGE = b'{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":"PGEvPg=="}'


@pytest.fixture
def clerk(world):
    return Visitor(world.b.app, "st.vanthu", PASSWORD)


def test_a_hub_that_is_away_is_told_with_what_waits(world, clerk):
    world.line.away = True
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.poll()
    text = clerk.get("/exchange/?tab=waiting").text
    assert "Trục đang không liên lạc được, 1 gói đang chờ" in text
    assert "Báo cáo tình hình chuyển đổi số" in text
    world.line.away = False
    world.b.poll()
    assert "Trục liên lạc tốt" in clerk.get("/exchange/").text


def test_a_refused_package_is_shown_with_the_words_of_the_axis_and_tried_again(world, clerk):
    world.line.said["sendEdoc"] = (
        b'{"status":"FAIL","ErrorCode":"18","ErrorDesc":"Don vi nhan khong ton tai","DocId":""}'
    )
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    page = clerk.get("/exchange/?tab=attention").text
    assert "Trục không có nơi nhận này trong danh bạ" in page
    assert "Don vi nhan khong ton tai" in page
    world.line.said.clear()
    answer = clerk.submit("/exchange/messages/1/resume", page="/exchange/messages/1")
    assert answer.status_code == 303
    world.b.work()
    (message,) = world.b.all(ExchangeMessage)
    assert message.state == "sent"


def test_every_tab_and_every_message_has_a_page(world, clerk):
    send_one(world.b, SON_TINH, [BINH_SON, TINH_HA])
    world.exchange()
    for tab in ("needs", "answer", "waiting", "attention", "sent", "received", "no-such-tab"):
        clerk.get(f"/exchange/?tab={tab}")
    for message in world.b.all(ExchangeMessage):
        clerk.get(f"/exchange/messages/{message.id}")


def test_a_neighbours_delivery_that_waits_is_shown(world, clerk):
    send_one(world.b, SON_TINH, [TINH_HA])
    assert "Nơi nhận chưa nhận được" in clerk.get("/exchange/?tab=waiting").text
    answer = clerk.submit("/exchange/dispatches/1/resume", page="/exchange/?tab=waiting")
    assert answer.status_code == 303
    world.b.work()
    assert "Đang chuyển trong máy chủ này" not in clerk.get("/exchange/").text


def test_a_package_that_was_not_taken_is_shown_until_somebody_looked_into_it(world, clerk):
    world.line.said["getEdoc"] = NOT_A_PACKAGE
    send_one(world.a, BINH_SON, [SON_TINH])
    world.a.work()
    world.b.poll()
    (message,) = world.b.all(ExchangeMessage)
    page = clerk.get("/exchange/?tab=attention").text
    assert f"/exchange/messages/{message.id}/seen" in page
    clerk.get(f"/exchange/messages/{message.id}")
    answer = clerk.submit(f"/exchange/messages/{message.id}/seen", page="/exchange/")
    assert answer.status_code == 303
    assert f"/exchange/messages/{message.id}" not in clerk.get("/exchange/?tab=attention").text
    assert f"/exchange/messages/{message.id}" in clerk.get("/exchange/?tab=received").text
    again = clerk.submit(f"/exchange/messages/{message.id}/seen", page="/exchange/")
    assert again.status_code == 409


def test_the_raw_package_can_be_taken_and_that_is_audited(world, clerk):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    answer = clerk.client.get("/exchange/messages/1/raw")
    assert answer.data.startswith(b"<?xml")
    assert "attachment" in answer.headers["Content-Disposition"]
    from models.audit import AuditEntry

    (entry,) = world.b.all(AuditEntry, AuditEntry.tag == "document:view_file")
    assert entry.person_name == "Nguyễn Thị Hồng Vân"


def test_another_agency_of_the_node_sees_nothing_of_it(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    stranger = Visitor(world.b.app, "st.th.vanthu", PASSWORD)
    stranger.get("/exchange/messages/1", status=404)
    assert stranger.client.get("/exchange/messages/1/raw").status_code == 404
    answer = stranger.submit("/exchange/messages/1/resume", page="/exchange/")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("username", "page", "raw"), [("st.quantri", 200, 403), ("st.cvtaichinh", 403, 403)]
)
def test_an_administrator_sees_the_queue_and_no_document_an_officer_neither(
    world, username, page, raw
):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    visitor = Visitor(world.b.app, username, PASSWORD)
    visitor.get("/exchange/", status=page)
    assert visitor.client.get("/exchange/messages/1/raw").status_code == raw
