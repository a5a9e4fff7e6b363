"""A recipient refused; the sender looks into it and sends the same document once more: it arrives
anew, and what was said before stays in the history of both."""

import pytest
from sqlalchemy import select

from domain.incoming_flow import IncomingState
from domain.roles import SYSTEM
from models.audit import AuditEntry, Notification
from models.exchange import Dispatch, ExchangeMessage, StatusEvent
from models.incoming import IncomingDocument, Paper
from models.outgoing import OutgoingDocument
from services import incoming
from services.exchange import needing
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, find_actor
from tests.exchange.conftest import BINH_SON, SON_TINH, TINH_HA, arrivals, send_one
from tests.exchange.test_changes import act, replacement
from tests.exchange.test_reconciling import of_recipient, of_sender
from tests.hub.packages import accept
from tests.visitor import Visitor

CLERKS = {BINH_SON: "bs.vanthu", TINH_HA: "st.th.vanthu"}
WHY = "Thiếu phụ lục số 2"


def decide(node, code: str, action: str, **form) -> None:
    """The clerk's step on the newest arrival."""
    document = arrivals(node, code)[-1]
    with node.app.app_context():
        clerk = find_actor(node.office, CLERKS[code], code)
        incoming.perform(node.office, clerk, document.id, action, form)


def refuse(world, node, code: str = BINH_SON) -> None:
    decide(node, code, "refuse", reason=WHY)
    world.exchange()


def send_again(world, dispatch_id: int = 1) -> int:
    clerk = Visitor(world.b.app, "st.vanthu", PASSWORD)
    answer = clerk.submit(f"/exchange/dispatches/{dispatch_id}/resume", page="/exchange/")
    world.exchange()
    return answer.status_code


def needs(world) -> list[str]:
    with world.b.app.app_context():
        clerk = find_actor(world.b.office, "st.vanthu", SON_TINH)
        found, _total = needing.listing(world.b.office, clerk, 1)
        return [reason for each in found for reason in each.reasons]


@pytest.mark.parametrize("code", [BINH_SON, TINH_HA], ids=["by-the-hub", "inside-the-node"])
def test_it_arrives_anew_and_is_registered(world, code):
    document_id = send_one(world.b, SON_TINH, [code])
    world.exchange()
    there = world.a if code == BINH_SON else world.b
    refuse(world, there, code)
    assert needs(world) == ["refused"]
    clerk = Visitor(world.b.app, "st.vanthu", PASSWORD)
    assert "Gửi lại" in clerk.get("/exchange/").text
    assert "/exchange/dispatches/1/resume" in clerk.get(f"/outgoing/{document_id}").text
    assert send_again(world) == 303
    (document,) = arrivals(there, code)
    assert (document.state, document.refusal_reason) == (IncomingState.ARRIVED, "")
    (told,) = there.all(AuditEntry, AuditEntry.tag == "incoming:come_again")
    assert told.details["reason"] == WHY
    assert there.all(Notification, Notification.kind == "incoming:come_again")
    assert WHY in Visitor(there.app, CLERKS[code], PASSWORD).get(f"/incoming/{document.id}").text
    (dispatch,) = world.b.all(Dispatch)
    assert (dispatch.transport_state, dispatch.business_state) == ("delivered", "01")
    assert needs(world) == []
    assert WHY in clerk.get(f"/outgoing/{document_id}").text
    decide(there, code, "register")
    world.exchange()
    (dispatch,) = world.b.all(Dispatch)
    assert dispatch.business_state == "03"
    events = world.b.all(StatusEvent, StatusEvent.dispatch_id == dispatch.id)
    assert [event.code for event in events] == ["01", "02", "01", "03"]
    assert send_again(world) == 404, "who took it gets no second one"


def test_it_may_be_refused_and_sent_again_more_than_once(world):
    send_one(world.b, SON_TINH, [BINH_SON, TINH_HA])
    world.exchange()
    for turn in (1, 2):
        refuse(world, world.a)
        assert needs(world) == ["refused"]
        assert send_again(world) == 303
        assert send_again(world) == 404, "it is there already"
        assert len(arrivals(world.a, BINH_SON)) == 1
        assert len(world.a.all(AuditEntry, AuditEntry.tag == "incoming:come_again")) == turn
    assert len(arrivals(world.b, TINH_HA)) == 1
    sent = world.b.all(ExchangeMessage, ExchangeMessage.kind == "edoc")
    assert len({message.document_uid for message in sent}) == 1
    assert {message.state for message in sent} == {"delivered"}


def test_what_the_sender_mended_meanwhile_comes_along(world):
    document_id = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    refuse(world, world.a)
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        work.session.get(OutgoingDocument, document_id).subject = "Báo cáo, trích yếu đã sửa"
    send_again(world)
    (paper,) = world.a.all(Paper, Paper.ordinal == 1)
    assert paper.subject == "Báo cáo, trích yếu đã sửa"
    (told,) = world.a.all(AuditEntry, AuditEntry.tag == "incoming:come_again")
    assert told.details["changed"] == ["subject"]


def test_a_document_revoked_meanwhile_does_not_come_back(world):
    document_id = send_one(world.b, SON_TINH, [BINH_SON, TINH_HA])
    world.exchange()
    refuse(world, world.a)
    act(world.b, document_id, "revoke", reason="Ban hành sai")
    world.exchange()
    assert send_again(world) == 404
    (document,) = arrivals(world.a, BINH_SON)
    assert document.state == IncomingState.REFUSED


def test_a_refused_replacement_sent_again_takes_the_place_after_all(world):
    old = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    replacement(world, old, [BINH_SON])
    world.exchange()
    refuse(world, world.a)
    newest = world.b.read(lambda s: s.scalar(select(Dispatch.id).order_by(Dispatch.id.desc())))
    assert send_again(world, newest) == 303
    decide(world.a, BINH_SON, "register")
    world.exchange()
    states = [each.state for each in world.a.all(IncomingDocument)]
    assert states == [IncomingState.REPLACED, IncomingState.REGISTERED]
    again = world.b.all(AuditEntry, AuditEntry.tag == "change:agreed")
    assert [entry.details["kind"] for entry in again] == ["replace"]


def test_both_ways_of_sending_again_leave_no_difference_at_the_reconciliation(world):
    sent = [send_one(world.b, SON_TINH, [BINH_SON], dispatched_at=world.b.office.now())
            for _ in range(2)]  # fmt: skip
    world.exchange()
    for document in arrivals(world.a, BINH_SON):
        with world.a.app.app_context():
            clerk = find_actor(world.a.office, "bs.vanthu", BINH_SON)
            incoming.perform(world.a.office, clerk, document.id, "refuse", {"reason": WHY})
    world.exchange()
    # One by a person here, one as a client does that sends its file again.
    assert send_again(world) == 303
    messages = world.b.all(ExchangeMessage, ExchangeMessage.outgoing_id == sent[1])
    data = world.b.office.files.read(next(m.payload_sha256 for m in messages if m.kind == "edoc"))
    with world.hub.app.app_context():
        accept(world.hub.office, SON_TINH, data, "edoc")
    for _ in range(2):
        world.exchange()
    assert [each.state for each in arrivals(world.a, BINH_SON)] == [IncomingState.ARRIVED] * 2
    for node in (world.hub, world.a, world.b):
        node.wait(hours=3)
    assert (of_sender(world), of_recipient(world)) == ([], [])
