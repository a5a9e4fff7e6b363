"""Requests that overtake the document they are about: kept, shown, and done once it is here, once
each, also when messages come doubled or in the same moment."""

import threading

import pytest

from adapters.edxml.package import (
    Attachment,
    Business,
    BusinessKind,
    ReceiverChange,
    Replacement,
)
from domain.change_flow import ChangeKind, ChangeState
from domain.exchange_flow import TransportState
from domain.incoming_flow import IncomingState
from domain.roles import SYSTEM
from extensions import db
from models.audit import AuditEntry, Notification
from models.changes import Change
from models.exchange import ExchangeMessage, OutboxItem, StatusEvent
from models.incoming import Paper
from services import outbox
from services.exchange import receiving
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.exchange.conftest import (
    BINH_SON,
    PDF,
    SON_TINH,
    TINH_HA,
    agency_of,
    arrivals,
    dispatch,
    issue,
)
from tests.exchange.test_bad_packages import package, put_at_hub, received, status
from tests.exchange.test_changes import asked, register, replacement, state_at
from tests.visitor import Visitor

REVOKING = Business(BusinessKind.REVOKE, "Ban hành sai thẩm quyền")


def put(world, business: Business = REVOKING, **changes) -> None:
    put_at_hub(world, package(business=business, **changes))
    world.a.poll()


def states(world) -> list[ChangeState]:
    return [each.state for each in world.a.all(Change)]


def test_a_revocation_waits_and_withdraws_its_document_in_the_moment_it_arrives(world):
    put(world, attachments=())
    put(world, attachments=(), copies=2)  # the same again, in other bytes
    assert states(world) == [ChangeState.CANCELLED, ChangeState.WAITING]
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    assert "Bên gửi thu hồi một văn bản chưa đến đây" in clerk.get("/exchange/?tab=attention").text
    assert "12/UBND-NV" in clerk.get("/exchange/?tab=answer").text
    assert "Yêu cầu chờ văn bản đến" in clerk.get("/notifications/").text
    put_at_hub(world, package())
    put(world, Business(), copies=2)  # and the document, doubled
    (document,) = arrivals(world.a, BINH_SON)
    assert document.state == IncomingState.WITHDRAWN
    assert states(world) == [ChangeState.CANCELLED, ChangeState.AGREED]
    assert [event.code for event in world.a.all(StatusEvent)] == ["01", "15"]
    assert {each.state for each in received(world)} == {TransportState.DELIVERED}
    assert [each.problem for each in received(world)] == ["duplicate", "", "", "duplicate"]
    told = world.a.all(Notification, Notification.kind == "incoming:withdraw")
    assert [note.details["reason"] for note in told] == ["Ban hành sai thẩm quyền"]
    assert "Ban hành sai thẩm quyền" in clerk.get(f"/incoming/{document.id}").text
    assert len(world.a.all(AuditEntry, AuditEntry.tag == "incoming:withdraw")) == 1


def test_what_a_clerk_must_agree_to_is_asked_when_the_document_arrives(world):
    put_at_hub(world, status("13", document_id="van-ban-1"), "status")
    update = Business(BusinessKind.UPDATE, "Sửa trích yếu", "van-ban-1", data_changed=True)
    put(world, update, subject="Trích yếu đã sửa", attachments=())
    assert states(world) == [ChangeState.WAITING, ChangeState.WAITING]
    assert not arrivals(world.a, BINH_SON)
    put(world, Business())
    assert state_at(world.a) == [IncomingState.ARRIVED]
    back, update = asked(world.a)
    assert (back.kind, update.kind) == (ChangeKind.TAKE_BACK, ChangeKind.UPDATE)
    assert [(row["field"], row["after"]) for row in update.differences] == [
        ("subject", "Trích yếu đã sửa")
    ]
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    for change, answer in ((update, "refuse"), (back, "agree")):
        clerk.submit(f"/changes/{change.id}/{answer}", {"reason": "Đã xem"},
                     page=f"/changes/{change.id}")  # fmt: skip
    assert state_at(world.a) == [IncomingState.WITHDRAWN]
    assert [event.code for event in world.a.all(StatusEvent)] == ["01", "16", "15"]


@pytest.mark.parametrize(
    ("decision", "change", "old"),
    [
        (None, ChangeState.ASKED, IncomingState.ARRIVED),
        ("register", ChangeState.AGREED, IncomingState.REPLACED),
        ("refuse", ChangeState.REFUSED, IncomingState.ARRIVED),
    ],
)
def test_an_old_document_that_comes_late_meets_what_has_its_place(world, decision, change, old):
    put(world, Business(BusinessKind.REPLACE, replacements=(Replacement("van-ban-0"),)))
    (new,) = arrivals(world.a, BINH_SON)
    assert states(world) == [ChangeState.WAITING]
    if decision:
        register(world.a, new.id, decision, reason="Thiếu chữ ký")
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    assert "chưa đến cơ quan ta" in clerk.get(f"/incoming/{new.id}").text
    put(world, Business(), document_id="van-ban-0", number="11")
    assert states(world) == [change]
    assert state_at(world.a)[1] == old
    if decision is None:
        register(world.a, new.id)
        assert state_at(world.a) == [IncomingState.REGISTERED, IncomingState.REPLACED]


def test_neighbours_whose_documents_overtake_each_other_end_the_same(world):
    first = issue(world.b, SON_TINH, [TINH_HA])
    dispatch(world.b, first)
    replacement(world, first, [TINH_HA])
    late, _new = world.b.all(OutboxItem, OutboxItem.kind == "deliver")
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        work.session.get(OutboxItem, late.id).due_at = work.now.replace(year=2099)
    world.b.work()
    (new,) = arrivals(world.b, TINH_HA)
    waiting = world.b.all(Change, Change.state == ChangeState.WAITING)
    assert [each.new_incoming_id for each in waiting] == [new.id]
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        work.session.get(OutboxItem, late.id).due_at = work.now
    world.b.work()
    assert state_at(world.b, TINH_HA) == [IncomingState.ARRIVED, IncomingState.ARRIVED]
    (change,) = asked(world.b)
    assert (change.kind, change.new_incoming_id) == (ChangeKind.REPLACE, new.id)


def test_an_update_that_adds_us_and_brings_the_document_is_the_document(world):
    added = (ReceiverChange(BINH_SON, added=True),)
    put(world, Business(BusinessKind.UPDATE, receivers_changed=True, receiver_changes=added))
    assert state_at(world.a) == [IncomingState.ARRIVED]
    assert states(world) == []


def test_an_update_whose_document_never_came_can_be_taken_as_the_document(world):
    put(world, Business(BusinessKind.UPDATE, "Sửa phụ lục", data_changed=True))
    put(world, Business(BusinessKind.UPDATE, "Sửa"), document_id="van-ban-2", attachments=())
    whole, bare = world.a.all(Change)
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    lists = "/exchange/?tab=answer"
    assert "Nhận thành văn bản đến" in clerk.get(lists).text
    refused = clerk.submit(f"/changes/{bare.id}/take", page=lists)
    assert (refused.status_code, "không kèm tệp" in refused.text) == (409, True)
    leader = Visitor(world.a.app, "bs.chutich", PASSWORD)
    assert leader.submit(f"/changes/{whole.id}/take", page="/").status_code == 403
    assert clerk.submit(f"/changes/{whole.id}/take", page=lists).status_code == 303
    (document,) = arrivals(world.a, BINH_SON)
    assert (document.state, document.document_uid) == (IncomingState.ARRIVED, "van-ban-1")
    assert states(world) == [ChangeState.AGREED, ChangeState.WAITING]
    assert [event.code for event in world.a.all(StatusEvent)] == ["01", "15"]
    assert clerk.submit(f"/changes/{whole.id}/take", page=lists).status_code == 409
    put(world, Business())  # comes after all: refused loudly, nothing is doubled
    assert len(arrivals(world.a, BINH_SON)) == 1
    assert received(world)[-1].problem == "same-id-other-bytes"


def test_the_document_that_revokes_waits_with_its_revocation(world):
    put(world, attachments=(Attachment("thu-hoi.pdf", data=PDF + b"thu hoi"),))
    put(world, Business())
    (document,) = arrivals(world.a, BINH_SON)
    papers = world.a.all(Paper, Paper.document_id == document.id)
    assert [paper.file_name for paper in papers] == ["12.pdf", "thu-hoi.pdf"]


def test_of_a_request_and_its_document_in_the_same_moment_both_take_effect(world):
    agency_id = agency_of(world.a, BINH_SON)
    for turn in range(4):
        uid = f"van-ban-{turn}"
        both = [package(document_id=uid, number=f"{turn}"),
                package(document_id=uid, number=f"{turn}", business=REVOKING)]  # fmt: skip
        at_once(world.a, agency_id, both)
    assert state_at(world.a) == [IncomingState.WITHDRAWN] * 4
    assert states(world) == [ChangeState.AGREED] * 4
    assert not world.a.all(ExchangeMessage, ExchangeMessage.state == TransportState.PARKED)


def at_once(node, agency_id: int, packages: list[bytes]) -> None:
    """Each taken by a worker of its own, under a lease of its own."""
    start, failed = threading.Barrier(len(packages)), []

    def take(raw: bytes, lease) -> None:
        with node.app.app_context():
            try:
                start.wait()
                doc_id = f"ma-{hash(raw)}"
                receiving.take(node.office, lease, agency_id, doc_id, node.office.files.put(raw))
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=take, args=(raw, lease(node))) for raw in packages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def lease(node) -> outbox.Lease:
    with node.app.app_context():
        with transaction(node.office, SYSTEM) as work:
            item = work.enqueue("exchange", "poll", 0)
            work.session.flush()
            item_id = item.id
        return outbox.claim(node.office, item_id)


def test_a_request_that_waits_can_be_put_aside_and_still_takes_effect(world):
    put(world)
    (message,) = received(world)
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    clerk.submit(f"/exchange/messages/{message.id}/seen", page="/exchange/?tab=attention")
    assert "Chờ văn bản đến" in clerk.get(f"/exchange/messages/{message.id}").text
    put(world, Business())
    assert state_at(world.a) == [IncomingState.WITHDRAWN]
