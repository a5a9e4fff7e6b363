"""The ledger: one message's whole life on one page, what an operator may do with a delivery, and
payloads whose time is over."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.axis.errors import AxisRefusal
from domain.errors import Conflict, Forbidden, Invalid
from domain.roles import SYSTEM, Actor, Role
from models.audit import AuditEntry
from models.exchange import OutboxItem
from models.files import StoredFile
from models.hub import Delivery, HubMessage
from models.uplinks import Relay, Uplink, UplinkArrival
from services import audit_chain
from services.hub import deliveries, holding, retention
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, drain, poll_now
from tests.hub.packages import BINH_MINH, BINH_SON, SON_TINH, TINH_HA, accept, edoc, fetch, status
from tests.visitor import Visitor


@pytest.fixture
def visitor(hub_app):
    return Visitor(hub_app, "hub.vanhanh", PASSWORD)


def the(office, recipient: str = BINH_SON) -> Delivery:
    office.session().rollback()
    office.session().expire_all()
    query = select(Delivery).where(Delivery.recipient_code == recipient)
    return office.session().scalars(query).first()


def take(office, recipient: str = BINH_SON) -> None:
    doc_id = the(office, recipient).doc_id
    fetch(office, recipient, doc_id)
    deliveries.acknowledge(office, recipient, doc_id, "done")


def waiting(office, recipient: str = BINH_SON) -> int:
    return deliveries.count_waiting(office, recipient, "edoc")


def test_a_package_held_back_is_neither_offered_nor_handed_out(office, operator):
    accept(office, SON_TINH, edoc())
    holding.park(office, operator, the(office).id, "Bên gửi báo gửi nhầm")
    assert waiting(office) == 0
    with pytest.raises(AxisRefusal, match="axis-delivery-held"):
        fetch(office, BINH_SON, the(office).doc_id)
    with pytest.raises(Conflict, match="wrong-state"):
        holding.park(office, operator, the(office).id, "Lần nữa")
    holding.unpark(office, operator, the(office).id, "Bên gửi xác nhận đúng")
    assert waiting(office) == 1
    take(office)
    with pytest.raises(Conflict, match="wrong-state"):
        holding.park(office, operator, the(office).id, "Đã nhận rồi")


def test_a_confirmed_package_is_offered_again_to_who_lost_it(office, operator):
    accept(office, SON_TINH, edoc())
    with pytest.raises(Conflict, match="wrong-state"):
        holding.again(office, operator, the(office).id, "Vẫn đang chờ")
    take(office)
    holding.again(office, operator, the(office).id, "Nút phục hồi từ bản sao lưu")
    assert (waiting(office), the(office).state) == (1, "INITIAL")
    [entry] = office.session().query(AuditEntry).filter_by(tag="hub:delivery_again")
    assert entry.details["reason"] == "Nút phục hồi từ bản sao lưu"
    assert entry.details["state"] == "DONE"
    assert list(audit_chain.verify(office.session())) == []


def test_every_step_needs_a_reason_and_the_right(office, operator):
    accept(office, SON_TINH, edoc())
    officer = Actor(name="Ai đó", person_id=1, agency_id=1, role=Role.OFFICER)
    for act in (holding.again, holding.park, holding.unpark):
        with pytest.raises(Invalid, match="required"):
            act(office, operator, the(office).id, "  ")
        with pytest.raises(Forbidden):
            act(office, officer, the(office).id, "Vì sao")
    assert waiting(office) == 1


def test_a_confirmation_on_its_way_counts_though_the_package_was_held_back(office, operator):
    accept(office, SON_TINH, edoc())
    fetch(office, BINH_SON, the(office).doc_id)
    holding.park(office, operator, the(office).id, "Muộn một chút")
    deliveries.acknowledge(office, BINH_SON, the(office).doc_id, "done")
    assert (the(office).state, the(office).parked_at) == ("DONE", None)


def test_one_page_tells_a_messages_whole_life(office, operator, visitor):
    accept(office, SON_TINH, edoc(to=(BINH_SON, BINH_MINH)))
    take(office)
    accept(office, BINH_SON, status("03"))
    message = the(office).message_id
    url = f"/hub/messages/{message}"
    held = f"{url}/deliveries/{the(office, BINH_MINH).id}"
    assert "Hãy điền" in visitor.submit(f"{held}/park", {"reason": ""}, page=url).text
    assert visitor.submit(f"{held}/park", {"reason": "Chờ xác minh"}, page=url).status_code == 303
    page = visitor.get(url).text
    for words in ("Trục nhận gói tin", "Trục giao gói tin", "Trục nhận xác nhận", "03 ·",
                  "Tạm giữ gói tin", "Chờ xác minh", "Giao lại", "Thôi giữ"):  # fmt: skip
        assert words in page, words
    assert visitor.submit(f"{held}/unpark", {"reason": "Đã rõ"}, page=url).status_code == 303
    assert (
        visitor.submit(f"{url}/deliveries/999/park", {"reason": "x"}, page=url).status_code == 404
    )


FILTERS = {
    "q=ra+soat+tai+san": True,
    "q=45/UBND-NV": True,
    "q=45/ubnd": True,
    f"q={BINH_SON}": True,
    "q=khong+co": False,
    "state=PARKED": True,
    "state=DONE": False,
    "since=2020-01-01": True,
    "since=2999-01-01": False,
    "until=2020-01-01": False,
    "since=1/1/2020&until=1/1/2999": True,
    "since=la": True,
}


def test_messages_are_found_by_what_is_known_of_them(office, operator, visitor):
    accept(office, SON_TINH, edoc())
    holding.park(office, operator, the(office).id, "Để lọc")
    shown = {query: visitor.get(f"/hub/messages?{query}").text for query in FILTERS}
    missing = "Không có gói tin nào như vậy"
    assert {query: missing not in page for query, page in shown.items()} == FILTERS


def test_a_message_is_found_by_either_of_its_ids(office, visitor):
    doc_id = accept(office, SON_TINH, edoc())
    for wanted in (doc_id, the(office).doc_id):
        assert "rà soát tài sản" in visitor.get(f"/hub/messages?q={wanted}").text


# Payloads whose time is over.


@pytest.fixture
def nights(hub_app, office, clock):
    """Goes ahead by so many days, then lets the night's work be done."""

    def go(days: int) -> None:
        retention.ensure(office)
        clock.ahead += timedelta(days=days)
        poll_now(hub_app)
        assert drain(hub_app, kinds={"remove_payloads"}) == 1
        office.session().rollback()
        office.session().expire_all()

    return go


def kept(office) -> bool:
    message = office.session().scalars(select(HubMessage)).one()
    stored = office.session().get(StoredFile, message.payload_sha256) is not None
    assert stored == office.files.exists(message.payload_sha256)
    assert stored == (message.payload_removed_at is None)
    return stored


def test_a_payload_goes_when_all_have_it_and_its_time_is_over(hub_app, office, nights, operator):
    accept(office, SON_TINH, edoc(to=(BINH_SON, BINH_MINH)))
    take(office)
    nights(400)
    assert kept(office), "one has not got it"
    take(office, BINH_MINH)
    nights(300)
    assert kept(office), "the last one got it less than a year ago"
    nights(100)
    assert not kept(office)
    with pytest.raises(AxisRefusal, match="axis-payload-removed"):
        fetch(office, BINH_SON, the(office).doc_id)
    with pytest.raises(Conflict, match="payload-removed"):
        holding.again(office, operator, the(office).id, "Quá muộn")
    visitor = Visitor(hub_app, "hub.vanhanh", PASSWORD)  # a year later
    page = visitor.get(f"/hub/messages/{the(office).message_id}").text
    assert "Nội dung đã xóa khỏi trục" in page
    assert "V/v báo cáo rà soát tài sản công" in page, "what is known of it stays"
    assert list(audit_chain.verify(office.session())) == []


def test_what_went_on_and_what_came_over_an_uplink_goes_with_it(office, nights):
    accept(office, SON_TINH, edoc())
    message, files = the(office).message, []
    with transaction(office, SYSTEM) as work:
        uplink = Uplink(name="U", kind="axis", endpoint="http://u", system_id="U",
                        credentials_sealed=b"", created_at=work.now)  # fmt: skip
        work.session.add(uplink)
        work.session.flush()
        for text in ("đi", "đến"):
            files.append(work.store(text.encode(), "application/xml"))
        facts = {"uplink_id": uplink.id, "message_id": message.id, "created_at": work.now}
        work.session.add(Relay(state="sent", payload_sha256=files[0], **facts))
        work.session.add(UplinkArrival(remote_doc_id="1", original_sha256=files[1], **facts))
    nights(400)
    assert all(map(office.files.exists, files)), "nobody has confirmed it"
    take(office)
    nights(400)
    assert not kept(office)
    assert not any(map(office.files.exists, files))


def test_the_same_bytes_for_one_more_recipient_bring_the_payload_back(office, nights):
    first = accept(office, SON_TINH, edoc())
    take(office)
    nights(400)
    assert accept(office, SON_TINH, edoc()) == first, "a repetition needs it not"
    assert not kept(office)
    assert accept(office, SON_TINH, edoc(), "edoc", [TINH_HA]) == first
    assert kept(office)
    assert fetch(office, TINH_HA, the(office, TINH_HA).doc_id) == edoc()


def test_the_night_comes_once_a_day_and_not_where_everything_is_kept(hub_app, office, nights):
    nights(1)
    nights(1)
    [item] = office.session().query(OutboxItem).filter_by(kind=retention.KIND)
    assert (item.state, item.repeat_seconds) == ("due", 24 * 3600)
    object.__setattr__(office.settings, "payload_days", 0)
    item.state = "done"
    office.session().commit()
    retention.ensure(office)
    assert office.session().query(OutboxItem).filter_by(kind=retention.KIND).count() == 1
