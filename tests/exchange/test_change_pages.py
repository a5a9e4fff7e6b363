"""Revoking, taking back, updating and replacing as people meet them: what the sender's clerk does
on the document's page, what the recipient's clerk sees and answers, what those who had it read."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.change_flow import ChangeState
from models.changes import Change
from models.exchange import Direction, Dispatch
from tests.conftest import PASSWORD, find_actor
from tests.exchange.conftest import BINH_SON, SON_TINH, arrivals, issue, send_one
from tests.visitor import Visitor


@pytest.fixture
def sent(world) -> int:
    document_id = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    return document_id


@pytest.fixture
def sender(world):
    return Visitor(world.b.app, "st.vanthu", PASSWORD)


@pytest.fixture
def recipient(world):
    return Visitor(world.a.app, "bs.vanthu", PASSWORD)


def act(visitor, document_id: int, action: str, **form):
    page = f"/outgoing/{document_id}"
    return visitor.submit(f"{page}/{action}", form, page=page)


def test_a_document_is_asked_back_and_given_back_through_the_pages(world, sent, sender, recipient):
    (dispatch,) = world.b.all(Dispatch)
    assert "Lấy lại từ một nơi nhận" in sender.get(f"/outgoing/{sent}").text
    answer = act(sender, sent, "take_back", dispatch=dispatch.id, reason="")
    assert answer.status_code == 422
    assert (
        act(sender, sent, "take_back", dispatch=dispatch.id, reason="Gửi nhầm").status_code == 303
    )
    assert "Chờ trả lời" in sender.get("/exchange/").text
    world.exchange()
    assert "Bên gửi đề nghị, chờ trả lời" in recipient.get("/").text
    (change,) = world.a.all(Change)
    assert f"/changes/{change.id}" in recipient.get("/exchange/?tab=answer").text
    page = recipient.get(f"/changes/{change.id}").text
    assert "Gửi nhầm" in page
    refused = recipient.submit(f"/changes/{change.id}/refuse", {"reason": " "},
                               page=f"/changes/{change.id}")  # fmt: skip
    assert refused.status_code == 422
    done = recipient.submit(f"/changes/{change.id}/agree", page=f"/changes/{change.id}")
    assert done.status_code == 303
    assert "Đã thu hồi, trả lại" in recipient.get(f"/incoming/{change.incoming_id}").text
    again = recipient.submit(f"/changes/{change.id}/agree", page="/exchange/?tab=answer")
    assert again.status_code == 409
    world.exchange()
    assert "Đã đồng ý" in sender.get(f"/outgoing/{sent}").text


def test_an_update_is_compared_and_a_refusal_waits_in_the_senders_list(
    world, sent, sender, recipient
):
    act(sender, sent, "update", subject="Trích yếu đã sửa", reason="Sai trích yếu")
    world.exchange()
    (change,) = world.a.all(Change)
    page = recipient.get(f"/incoming/{change.incoming_id}").text
    assert "Trích yếu đã sửa" in page
    assert "Báo cáo tình hình chuyển đổi số quý IV năm 2026" in page
    recipient.submit(f"/changes/{change.id}/refuse", {"reason": "Đã trình bản cũ"},
                     page=f"/incoming/{change.incoming_id}")  # fmt: skip
    world.exchange()
    needs = sender.get("/exchange/").text
    assert "Không đồng ý" in needs
    assert "Đã trình bản cũ" in needs
    (dispatch,) = world.b.all(Dispatch)
    sender.submit(f"/exchange/dispatches/{dispatch.id}/seen", page="/exchange/")
    assert "Đã trình bản cũ" not in sender.get("/exchange/").text


def test_a_revocation_is_read_by_those_who_had_the_document_though_not_the_document(
    world, sent, sender, recipient
):
    (document,) = arrivals(world.a, BINH_SON)
    with world.a.app.app_context():
        leader = find_actor(world.a.office, "bs.chutich", BINH_SON)
        head = find_actor(world.a.office, "bs.truongphong", BINH_SON)
    page = f"/incoming/{document.id}"
    recipient.submit(f"{page}/register", {"director": leader.appointment_id}, page=page)
    chairman = Visitor(world.a.app, "bs.chutich", PASSWORD)
    chairman.submit(f"{page}/direct", {"text": "Giao việc", "lead": head.unit_id}, page=page)
    officer = Visitor(world.a.app, "bs.truongphong", PASSWORD)
    assert officer.get(page).status_code == 200
    act(sender, sent, "revoke", reason="Ban hành sai thẩm quyền")
    world.exchange()
    assert officer.get(page, status=404).status_code == 404
    (change,) = world.a.all(Change)
    told = officer.get(f"/changes/{change.id}").text
    assert "Ban hành sai thẩm quyền" in told
    assert page not in told
    assert "Ban hành sai thẩm quyền" in officer.get("/notifications/").text
    assert "Đã thu hồi, trả lại" in recipient.get(page).text
    stranger = Visitor(world.a.app, "bs.bm.vanthu", PASSWORD)
    stranger.get(f"/changes/{change.id}", status=404)
    assert "Đã thu hồi" in sender.get(f"/outgoing/{sent}").text


def test_a_replacement_is_drafted_from_the_page_with_the_same_recipients(world, sent, sender):
    form = sender.get(f"/outgoing/new?replaces={sent}").text
    assert "Dự thảo thay thế một văn bản đã gửi" in form
    assert BINH_SON in form


def test_late_recipients_wait_in_the_list_and_on_the_home_page(world, sent, sender):
    assert "Mọi văn bản đã gửi đều ổn" in sender.get("/exchange/").text
    with world.b.app.app_context():
        session = world.b.office.session()
        (dispatch,) = session.scalars(select(Dispatch))
        dispatch.sent_at -= timedelta(days=7)
        session.commit()
    assert "Chậm tiếp nhận" in sender.get("/exchange/").text
    assert "Văn bản gửi đi cần xử lý" in sender.get("/").text


def test_nobody_answers_what_was_asked_of_another(world, sent, sender):
    (dispatch,) = world.b.all(Dispatch)
    act(sender, sent, "take_back", dispatch=dispatch.id, reason="Gửi nhầm")
    (ours,) = world.b.all(Change, Change.direction == Direction.OUT)
    answer = sender.submit(f"/changes/{ours.id}/agree", page="/exchange/")
    assert answer.status_code == 404
    assert world.b.all(Change)[0].state == ChangeState.ASKED


def test_a_replacement_whose_old_document_was_revoked_meanwhile_says_so(world):
    old = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    new = issue(world.b, SON_TINH, [BINH_SON], replaces_id=old)
    clerk, said = Visitor(world.b.app, "st.vanthu", PASSWORD), "không còn hiệu lực"
    assert said not in clerk.get(f"/outgoing/{new}").text
    act(clerk, old, "revoke", reason="Ban hành sai")
    assert said in clerk.get(f"/outgoing/{new}").text
