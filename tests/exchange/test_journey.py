"""A document's way from one district to another and back, over the real hub and without it."""

from datetime import date

import pytest
from sqlalchemy import select

from domain.exchange_flow import TransportState
from domain.roles import SYSTEM, Actor, Role
from models.audit import AuditEntry, Notification
from models.exchange import Direction, Dispatch, ExchangeMessage, MessageKind, Route, StatusEvent
from models.hub import Delivery, HubMessage
from models.incoming import IncomingDocument, IncomingSource
from models.outgoing import OutgoingDocument
from services.audit_chain import verify
from services.exchange import statuses
from services.unit_of_work import transaction
from tests.exchange.conftest import (
    BINH_MINH,
    BINH_SON,
    BINH_TRUNG,
    PDF,
    SON_TINH,
    TINH_HA,
    arrivals,
    issue,
    send_one,
)


def report(node, document_id: int, code: str, actor=SYSTEM, description: str = "") -> None:
    with node.app.app_context(), transaction(node.office, actor) as work:
        incoming = work.session.get(IncomingDocument, document_id)
        statuses.report(work, incoming, code, description)


def test_a_document_arrives_with_every_field_of_its_package(world):
    send_one(world.b, SON_TINH, [BINH_SON], urgency=2)
    world.exchange()
    (arrived,) = arrivals(world.a, BINH_SON)
    assert arrived.source == IncomingSource.EXCHANGE
    assert (arrived.sender_code, arrived.asked_by) == (SON_TINH, date(2026, 12, 1))
    main, enclosure = world.a.read(lambda s: s.get(IncomingDocument, arrived.id).papers)
    assert (main.reference, main.issued_date) == ("01/UBND-NV", date(2026, 11, 20))
    assert (main.type_name, main.urgency) == ("Công văn", 2)
    assert (main.signer_name, main.signer_position) == ("Trần Quang Vinh", "Chủ tịch")
    assert world.a.office.files.read(main.sha256) == PDF + b"1"
    assert enclosure.file_name == "phụ lục.zip"


def test_the_sender_sees_sent_then_01_by_itself(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    (dispatch,) = world.b.all(Dispatch)
    assert (dispatch.transport_state, dispatch.business_state) == (TransportState.QUEUED, None)
    world.b.work()
    (dispatch,) = world.b.all(Dispatch)
    assert dispatch.transport_state == TransportState.SENT
    assert dispatch.sent_at is not None
    world.a.poll()
    world.b.poll()
    (dispatch,) = world.b.all(Dispatch)
    assert (dispatch.transport_state, dispatch.business_state) == (TransportState.DELIVERED, "01")


def test_statuses_come_back_with_time_and_staff(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    (arrived,) = arrivals(world.a, BINH_SON)
    clerk = Actor("Phạm Thị Lan Chi", 1, 1, arrived.agency_id, 1, Role.CLERK, unit_name="Văn phòng")
    report(world.a, arrived.id, "03", clerk, "Đã vào sổ số 5")
    world.exchange()
    (dispatch,) = world.b.all(Dispatch)
    event = world.b.all(StatusEvent, StatusEvent.code == "03")[0]
    assert dispatch.business_state == "03"
    assert (event.staff, event.department) == ("Phạm Thị Lan Chi", "Văn phòng")
    assert event.description == "Đã vào sổ số 5"
    told = world.a.all(StatusEvent, StatusEvent.code == "03")[0]
    assert event.at == told.at


@pytest.mark.parametrize("order", [["03", "04", "05", "06"], ["06", "04", "03", "05"]])
def test_statuses_in_any_order_end_at_the_furthest(world, order):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    (arrived,) = arrivals(world.a, BINH_SON)
    for code in order:
        report(world.a, arrived.id, code)
        world.exchange()
    (dispatch,) = world.b.all(Dispatch)
    assert dispatch.business_state == "06"
    assert len(world.b.all(StatusEvent)) == 5


def test_each_status_is_told_once(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    (arrived,) = arrivals(world.a, BINH_SON)
    for _ in range(3):
        report(world.a, arrived.id, "03")
    world.exchange()
    assert len(world.b.all(StatusEvent, StatusEvent.code == "03")) == 1
    assert len(world.a.all(StatusEvent, StatusEvent.code == "03")) == 1


def test_a_refusal_with_its_reason_reaches_the_senders_clerk(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    (arrived,) = arrivals(world.a, BINH_SON)
    report(world.a, arrived.id, "02", description="Gửi nhầm cơ quan")
    world.exchange()
    (dispatch,) = world.b.all(Dispatch)
    assert dispatch.business_state == "02"
    told = world.b.all(Notification, Notification.kind == "exchange:recipient_refused")
    assert told[0].details["reason"] == "Gửi nhầm cơ quan"


def test_one_package_serves_all_recipients_and_the_hub_keeps_it_once(world):
    send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH, BINH_TRUNG])
    world.exchange()
    assert len(world.b.all(ExchangeMessage, ExchangeMessage.outgoing_id == 1,
                           ExchangeMessage.direction == Direction.OUT)) == 1  # fmt: skip
    edocs = world.hub.all(HubMessage, HubMessage.kind == MessageKind.EDOC)
    assert len(edocs) == 1
    assert len(world.hub.all(Delivery, Delivery.message_id == edocs[0].id)) == 3
    for code in (BINH_SON, BINH_MINH, BINH_TRUNG):
        assert len(arrivals(world.a, code)) == 1
    assert {d.business_state for d in world.b.all(Dispatch)} == {"01"}


def test_a_neighbour_on_the_node_gets_it_without_the_hub(world):
    world.line.away = True
    send_one(world.b, SON_TINH, [TINH_HA])
    world.b.work()
    (arrived,) = arrivals(world.b, TINH_HA)
    (dispatch,) = world.b.all(Dispatch)
    assert arrived.source == IncomingSource.INTERNAL
    assert dispatch.route == Route.INTERNAL
    assert (dispatch.transport_state, dispatch.business_state) == (TransportState.DELIVERED, "01")
    for code in ("03", "04", "05", "06"):
        report(world.b, arrived.id, code)
    (dispatch,) = world.b.all(Dispatch)
    events = world.b.all(StatusEvent, StatusEvent.dispatch_id == dispatch.id)
    assert dispatch.business_state == "06"
    assert [event.code for event in events] == ["01", "03", "04", "05", "06"]
    assert world.b.all(ExchangeMessage) == []


def test_hub_and_neighbour_together_each_by_their_own_way(world):
    send_one(world.b, SON_TINH, [BINH_SON, TINH_HA])
    world.exchange()
    assert len(arrivals(world.b, TINH_HA)) == len(arrivals(world.a, BINH_SON)) == 1
    (message,) = world.b.all(ExchangeMessage, ExchangeMessage.direction == Direction.OUT)
    raw = world.b.office.files.read(message.payload_sha256).decode()
    assert f"<edXML:OrganId>{TINH_HA}" not in raw
    assert f"<edXML:Place>Cơ quan {TINH_HA}</edXML:Place>" in raw


def test_the_reply_is_linked_to_the_document_it_answers(world):
    first = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    (arrived,) = arrivals(world.a, BINH_SON)
    send_one(world.a, BINH_SON, [SON_TINH, BINH_MINH], answers_id=arrived.id)
    world.exchange()
    (reply,) = arrivals(world.b, SON_TINH)
    assert reply.answers_outgoing_id == first
    assert len(arrivals(world.a, BINH_MINH)) == 1


def test_an_agency_without_a_line_to_the_hub_is_told_before_anything_happens(world):
    from domain.errors import Invalid
    from models.agencies import HubLink
    from tests.exchange.conftest import dispatch

    document_id = issue(world.b, SON_TINH, [BINH_SON])
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        for link in work.session.scalars(select(HubLink)):
            work.session.delete(link)
    with pytest.raises(Invalid, match="hub-link-missing"):
        dispatch(world.b, document_id)
    assert world.b.all(Dispatch) == []
    assert world.b.all(OutgoingDocument)[0].state == "issued"


def test_urgent_work_is_done_first(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    send_one(world.b, SON_TINH, [BINH_SON], urgency=3)
    world.b.work()
    sent = world.b.read(
        lambda s: s.scalars(
            select(Dispatch.document_id).order_by(Dispatch.sent_at, Dispatch.id.desc())
        ).all()
    )
    assert sent == [2, 1]


def test_the_hub_tells_of_delivery_where_the_recipient_sends_no_statuses(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    with world.hub.app.app_context(), transaction(world.hub.office, SYSTEM) as work:
        work.session.scalars(select(Delivery)).one().state = "DONE"
    world.b.wait(seconds=15)
    world.b.poll()
    (dispatch,) = world.b.all(Dispatch)
    assert (dispatch.transport_state, dispatch.business_state) == (TransportState.DELIVERED, None)


def test_the_audit_chains_hold_after_all_that(world):
    send_one(world.b, SON_TINH, [BINH_SON, TINH_HA])
    world.exchange()
    for node in (world.a, world.b, world.hub):
        assert node.all(AuditEntry)
        assert node.read(lambda s: list(verify(s))) == []
