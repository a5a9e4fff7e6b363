"""Revoking, taking back, updating, replacing: what each does at the recipient, what comes back,
over the real hub and between two agencies of one node."""

import pytest
from sqlalchemy import select

from domain.change_flow import ChangeKind, ChangeState
from domain.errors import Conflict, Forbidden, Invalid
from domain.exchange_flow import TransportState
from domain.incoming_flow import IncomingState
from domain.outgoing_flow import OutgoingState
from models.audit import Notification
from models.changes import Change
from models.exchange import Direction, Dispatch, ExchangeMessage
from models.hub import HubMessage
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services import changes, incoming, outgoing
from tests.conftest import find_actor
from tests.exchange.conftest import (
    BINH_MINH,
    BINH_SON,
    SON_TINH,
    TINH_HA,
    arrivals,
    dispatch,
    issue,
    items,
    send_one,
)

CLERKS = {BINH_SON: "bs.vanthu", SON_TINH: "st.vanthu", TINH_HA: "st.th.vanthu"}
REASON = "Gửi nhầm dự thảo chưa thống nhất"


def act(node, document_id: int, action: str, **form):
    """What the sender's clerk does with a document."""
    with node.app.app_context():
        clerk = find_actor(node.office, "st.vanthu", SON_TINH)
        return outgoing.perform(node.office, clerk, document_id, action, form).state


def reply(node, action: str, code: str = BINH_SON, reason: str = "") -> None:
    """What the recipient's clerk answers to the one thing that was asked."""
    (change,) = asked(node)
    with node.app.app_context():
        clerk = find_actor(node.office, CLERKS[code], code)
        changes.perform(node.office, clerk, change.id, action, {"reason": reason})


def asked(node, direction=Direction.IN) -> list[Change]:
    return node.all(Change, Change.direction == direction, Change.state == ChangeState.ASKED)


def dispatch_of(node, document_id: int) -> int:
    (found,) = node.all(Dispatch, Dispatch.document_id == document_id)
    return found.id


def register(node, document_id: int, action: str = "register", **form) -> None:
    with node.app.app_context():
        clerk = find_actor(node.office, "bs.vanthu", BINH_SON)
        incoming.perform(node.office, clerk, document_id, action, form)


def state_at(node, code: str = BINH_SON) -> list[IncomingState]:
    return [each.state for each in arrivals(node, code)]


@pytest.fixture
def sent(world) -> int:
    """A document that Bình Sơn has received."""
    document_id = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    return document_id


def test_a_wrong_dispatch_is_given_back_when_the_clerk_agrees(world, sent):
    register(world.a, arrivals(world.a, BINH_SON)[0].id)
    act(world.b, sent, "take_back", dispatch=dispatch_of(world.b, sent), reason=REASON)
    world.exchange()
    assert state_at(world.a) == [IncomingState.REGISTERED], "nothing happens before the answer"
    (change,) = asked(world.a)
    assert (change.kind, change.reason) == (ChangeKind.TAKE_BACK, REASON)
    reply(world.a, "agree")
    assert state_at(world.a) == [IncomingState.WITHDRAWN]
    world.exchange()
    (ours,) = world.b.all(Change)
    assert (ours.state, ours.answered_by) == (ChangeState.AGREED, change_clerk(world.a))


def change_clerk(node) -> str:
    with node.app.app_context():
        return find_actor(node.office, "bs.vanthu", BINH_SON).name


def test_a_refusal_carries_its_reason_to_the_sender_and_may_be_asked_again(world, sent):
    dispatch_id = dispatch_of(world.b, sent)
    act(world.b, sent, "take_back", dispatch=dispatch_id, reason=REASON)
    with pytest.raises(Conflict, match="already-asked"):
        act(world.b, sent, "take_back", dispatch=dispatch_id, reason=REASON)
    world.exchange()
    with pytest.raises(Invalid, match="required"):
        reply(world.a, "refuse")
    reply(world.a, "refuse", reason="Đã trình lãnh đạo chỉ đạo")
    world.exchange()
    (ours,) = world.b.all(Change)
    assert (ours.state, ours.answer) == (ChangeState.REFUSED, "Đã trình lãnh đạo chỉ đạo")
    told = world.b.all(Notification, Notification.kind == "change:refused")
    assert told
    assert all(note.details["reason"] == "Đã trình lãnh đạo chỉ đạo" for note in told)
    assert state_at(world.a) == [IncomingState.ARRIVED]
    act(world.b, sent, "take_back", dispatch=dispatch_id, reason="Xin đề nghị lại")
    world.exchange()
    reply(world.a, "agree")
    world.exchange()
    assert [each.state for each in world.b.all(Change)] == [ChangeState.REFUSED, ChangeState.AGREED]
    with pytest.raises(Conflict, match="already-given-back"):
        act(world.b, sent, "take_back", dispatch=dispatch_id, reason="Lần nữa")


def test_what_has_not_left_is_called_off_here_and_nothing_is_sent(world):
    document_id = send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH, TINH_HA])
    first, _, inside = world.b.all(Dispatch, Dispatch.document_id == document_id)
    for each in (first, inside):
        act(world.b, document_id, "take_back", dispatch=each.id, reason=REASON)
    world.exchange()
    assert not arrivals(world.a, BINH_SON)
    assert not arrivals(world.b, TINH_HA)
    assert len(arrivals(world.a, BINH_MINH)) == 1
    states = [each.transport_state for each in world.b.all(Dispatch)]
    assert states == [TransportState.CANCELLED, TransportState.DELIVERED, TransportState.CANCELLED]
    assert {each.state for each in world.b.all(Change)} == {ChangeState.CANCELLED}
    assert len(world.hub.all(HubMessage, HubMessage.kind == "edoc")) == 1
    assert not world.hub.all(HubMessage, HubMessage.status_code == "13")


def test_when_nobody_is_left_the_package_does_not_leave(world):
    document_id = send_one(world.b, SON_TINH, [BINH_SON])
    act(world.b, document_id, "take_back", dispatch=dispatch_of(world.b, document_id),
        reason=REASON)  # fmt: skip
    world.exchange()
    assert not world.hub.all(HubMessage)
    (message,) = world.b.all(ExchangeMessage)
    assert message.state == TransportState.CANCELLED
    assert {item.state for item in items(world.b, "send")} == {"done"}


def test_a_request_does_not_overtake_a_document_whose_fate_is_unknown(world):
    document_id = send_one(world.b, SON_TINH, [BINH_SON])
    world.line.lost.add("sendEdoc")
    world.b.work()
    act(world.b, document_id, "take_back", dispatch=dispatch_of(world.b, document_id),
        reason=REASON)  # fmt: skip
    world.b.work()
    assert asked(world.b, Direction.OUT), "it may have arrived: it must be asked for"
    world.line.lost.clear()
    for _ in range(3):
        world.b.wait(minutes=5)
        world.exchange()
    (change,) = asked(world.a)
    assert change.kind == ChangeKind.TAKE_BACK
    assert len(arrivals(world.a, BINH_SON)) == 1


def test_a_revocation_cancels_the_document_at_once_and_reports_it(world, sent):
    (document,) = arrivals(world.a, BINH_SON)
    register(world.a, document.id)
    assert act(world.b, sent, "revoke", reason="Ban hành sai thẩm quyền") == OutgoingState.REVOKED
    world.exchange()
    assert state_at(world.a) == [IncomingState.WITHDRAWN]
    (change,) = world.a.all(Change)
    assert (change.state, change.reason) == (ChangeState.AGREED, "Ban hành sai thẩm quyền")
    world.exchange()
    (ours,) = world.b.all(Change)
    assert ours.state == ChangeState.AGREED
    told = world.a.all(Notification, Notification.kind == "incoming:withdraw")
    assert {note.details["reason"] for note in told} == {"Ban hành sai thẩm quyền"}


def test_a_revocation_stops_the_work_and_hides_the_document_from_who_had_it(world, sent):
    (document,) = arrivals(world.a, BINH_SON)
    with world.a.app.app_context():
        office = world.a.office
        leader = find_actor(office, "bs.chutich", BINH_SON)
        head = find_actor(office, "bs.truongphong", BINH_SON)
        clerk = find_actor(office, "bs.vanthu", BINH_SON)
        form = {"director": leader.appointment_id}
        incoming.perform(office, clerk, document.id, "register", form)
        form = {"text": "Giao tham mưu", "lead": head.unit_id}
        incoming.perform(office, leader, document.id, "direct", form)
        assert incoming.listing(office, head, {"state": "all"}, 1).total == 1
    act(world.b, sent, "revoke", reason=REASON)
    world.exchange()
    with world.a.app.app_context():
        (assignment,) = office.session().get(IncomingDocument, document.id).assignments
        assert assignment.is_moot
        assert incoming.listing(office, head, {"state": "all"}, 1).total == 0
        assert incoming.listing(office, clerk, {"state": "all"}, 1).total == 1
        told = office.session().scalars(
            select(Notification.person_id).where(Notification.kind == "incoming:withdraw")
        )
        assert {leader.person_id, head.person_id, clerk.person_id} <= set(told)


def test_the_same_revocation_twice_does_nothing_more(world, sent):
    act(world.b, sent, "revoke", reason=REASON)
    world.b.work()
    world.line.lost.add("updateStatus")
    world.a.poll()
    world.line.lost.clear()
    world.exchange()
    assert len(world.a.all(Change)) == 1
    assert state_at(world.a) == [IncomingState.WITHDRAWN]


def test_an_update_is_shown_field_by_field_and_taken_over_when_agreed(world, sent):
    register(world.a, arrivals(world.a, BINH_SON)[0].id)
    act(world.b, sent, "update", subject="Báo cáo quý III năm 2026", urgency="2",
        due_date="2026-12-15", reason="Sửa trích yếu và hạn")  # fmt: skip
    world.exchange()
    (change,) = asked(world.a)
    found = {row["field"]: (row["before"], row["after"]) for row in change.differences}
    assert found == {
        "subject": (
            "Báo cáo tình hình chuyển đổi số quý IV năm 2026",
            "Báo cáo quý III năm 2026",
        ),
        "urgency": (0, 2),
        "asked_by": ("2026-12-01", "2026-12-15"),
    }
    reply(world.a, "agree")
    with world.a.app.app_context():
        document = world.a.office.session().get(IncomingDocument, change.incoming_id)
        assert document.main.subject == "Báo cáo quý III năm 2026"
        assert (document.main.urgency, document.asked_by.isoformat()) == (2, "2026-12-15")
        assert "quy iii" in document.search_text
    world.exchange()
    assert {each.state for each in world.b.all(Change)} == {ChangeState.AGREED}


def test_an_update_that_changes_nothing_is_refused_and_a_refused_one_changes_nothing(world, sent):
    with pytest.raises(Invalid, match="nothing-changed"):
        act(world.b, sent, "update", reason="Không đổi gì")
    act(world.b, sent, "update", subject="Trích yếu khác", reason="Sửa")
    world.exchange()
    reply(world.a, "refuse", reason="Đã xử lý theo bản cũ")
    world.exchange()
    (document,) = arrivals(world.a, BINH_SON)
    subject = world.a.read(lambda s: s.get(IncomingDocument, document.id).main.subject)
    assert subject == "Báo cáo tình hình chuyển đổi số quý IV năm 2026"
    (ours,) = world.b.all(Change)
    assert (ours.state, ours.answer) == (ChangeState.REFUSED, "Đã xử lý theo bản cũ")


def test_a_recipient_taken_off_the_list_is_told_and_gives_the_document_back(world):
    document_id = send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.exchange()
    act(world.b, document_id, "update", dropped=[BINH_SON], reason="Gửi thừa nơi nhận")
    world.exchange()
    (change,) = asked(world.a)
    assert change.drops_us
    assert change.incoming_id == arrivals(world.a, BINH_SON)[0].id
    reply(world.a, "agree")
    assert state_at(world.a, BINH_SON) == [IncomingState.WITHDRAWN]
    assert state_at(world.a, BINH_MINH) == [IncomingState.ARRIVED]


def replacement(world, old_id: int, recipients: list[str]) -> int:
    new_id = issue(world.b, SON_TINH, recipients, replaces_id=old_id)
    with world.b.app.app_context():
        clerk = find_actor(world.b.office, "st.vanthu", SON_TINH)
        outgoing.perform(world.b.office, clerk, new_id, "dispatch", {})
    return new_id


def test_a_replacement_takes_the_place_of_the_old_one_when_it_is_registered(world, sent):
    (old,) = arrivals(world.a, BINH_SON)
    register(world.a, old.id)
    new_id = replacement(world, sent, [BINH_SON])
    assert world.b.all(OutgoingDocument, OutgoingDocument.id == sent)[0].state == (
        OutgoingState.REPLACED
    )
    world.exchange()
    _, new = arrivals(world.a, BINH_SON)
    assert state_at(world.a) == [IncomingState.REGISTERED, IncomingState.ARRIVED]
    register(world.a, new.id)
    assert state_at(world.a) == [IncomingState.REPLACED, IncomingState.REGISTERED]
    (change,) = world.a.all(Change)
    assert (change.incoming_id, change.new_incoming_id) == (old.id, new.id)
    world.exchange()
    (ours,) = world.b.all(Change)
    assert (ours.state, ours.outgoing_id, ours.new_outgoing_id) == (
        ChangeState.AGREED, sent, new_id)  # fmt: skip


def test_a_refused_replacement_leaves_the_old_one_in_force(world, sent):
    (old,) = arrivals(world.a, BINH_SON)
    register(world.a, old.id)
    replacement(world, sent, [BINH_SON])
    world.exchange()
    _, new = arrivals(world.a, BINH_SON)
    register(world.a, new.id, "refuse", reason="Thiếu chữ ký")
    world.exchange()
    assert state_at(world.a) == [IncomingState.REGISTERED, IncomingState.REFUSED]
    (ours,) = world.b.all(Change)
    assert (ours.state, ours.answer) == (ChangeState.REFUSED, "Thiếu chữ ký")


def test_a_replacement_for_some_recipients_leaves_the_old_one_to_the_others(world):
    old_id = send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.exchange()
    replacement(world, old_id, [BINH_SON, TINH_HA])
    (old,) = world.b.all(OutgoingDocument, OutgoingDocument.id == old_id)
    assert old.state == OutgoingState.DISPATCHED
    world.exchange()
    assert len(arrivals(world.a, BINH_SON)) == 2
    assert [each.peer_code for each in world.b.all(Change, Change.direction == Direction.OUT)] == [
        BINH_SON
    ]


def test_neighbours_on_one_node_do_the_same_without_the_hub(world):
    document_id = send_one(world.b, SON_TINH, [TINH_HA])
    world.b.work()
    calls = len(world.line.calls)
    act(world.b, document_id, "update", subject="Trích yếu sửa lại", reason="Sửa")
    reply(world.b, "agree", TINH_HA)
    (document,) = arrivals(world.b, TINH_HA)
    subject = world.b.read(lambda s: s.get(IncomingDocument, document.id).main.subject)
    assert subject == "Trích yếu sửa lại"
    act(world.b, document_id, "revoke", reason=REASON)
    assert state_at(world.b, TINH_HA) == [IncomingState.WITHDRAWN]
    out = world.b.all(Change, Change.direction == Direction.OUT)
    assert {each.state for each in out} == {ChangeState.AGREED}
    assert len(world.line.calls) == calls


def test_only_a_clerk_of_the_agency_answers(world, sent):
    act(world.b, sent, "take_back", dispatch=dispatch_of(world.b, sent), reason=REASON)
    world.exchange()
    (change,) = asked(world.a)
    with world.a.app.app_context():
        officer = find_actor(world.a.office, "bs.chuyenvien", BINH_SON)
        with pytest.raises(Forbidden):
            changes.perform(world.a.office, officer, change.id, "agree", {})


def test_a_change_of_a_document_that_never_came_is_kept_and_shown(world, sent):
    with world.a.app.app_context():
        session = world.a.office.session()
        (document,) = session.scalars(select(IncomingDocument))
        document.document_uid, document.sender_code = "khac", "000.00.99.H48"
        session.commit()
    act(world.b, sent, "revoke", reason=REASON)
    world.exchange()
    kept = world.a.all(ExchangeMessage, ExchangeMessage.state == TransportState.PARKED)
    assert [each.problem for each in kept] == ["awaits-revoke"]


def test_dispatching_twice_is_not_helped_by_changes(world, sent):
    with pytest.raises(Conflict):
        dispatch(world.b, sent)
