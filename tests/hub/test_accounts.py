"""Accounts of systems: how fast they may call, what is counted and noted, secrets that have become
known, the page of one."""

import json
from datetime import timedelta

import httpx
import pytest

from adapters.axis.client import TemporaryAxisError
from adapters.axis.wire import sign_headers
from domain.errors import Conflict
from models.audit import AuditEntry
from services import audit_chain
from services.hub import accounts
from services.office import utc_now
from tests.conftest import PASSWORD
from tests.hub.packages import BINH_SON, SECRETS, SON_TINH, client, edoc
from tests.visitor import Visitor


@pytest.fixture
def call(hub_app):
    transport = httpx.WSGITransport(hub_app)

    def make(code: str = SON_TINH, **options):
        return client("http://hub.example/axis", code, transport=transport, **options)

    return make


def noted(office, tag: str) -> list[AuditEntry]:
    office.session().rollback()
    return office.session().query(AuditEntry).filter_by(tag=tag).all()


def test_who_calls_too_often_is_told_to_wait_in_json_and_others_are_not(
    hub_app, call, office, clock
):
    object.__setattr__(office.settings, "axis_calls_per_minute", 5)
    for _ in range(5):
        call().received_list()
    headers = sign_headers({}, SON_TINH, SECRETS[SON_TINH], "application/json", utc_now())
    answer = hub_app.test_client().post("/axis/getReceivedEdocList", headers=headers)
    assert answer.content_type == "application/json"
    assert answer.data.isascii()
    told = json.loads(answer.data)
    assert (told["status"], told["ErrorCode"]) == ("FAIL", "42")
    assert "doi 12 giay" in told["ErrorDesc"]
    with pytest.raises(TemporaryAxisError):
        call().send_edoc(edoc())  # a node keeps its message and sends it later
    assert call(BINH_SON).received_list() == []
    clock.ahead += timedelta(seconds=13)
    assert call().received_list() == []


def test_nobody_can_use_up_the_calls_of_another(call, office):
    object.__setattr__(office.settings, "axis_calls_per_minute", 3)
    for _ in range(9):
        with pytest.raises(Exception, match="Sai chu ky"):
            call(secret="sai").received_list()
    assert call().received_list() == []


def test_without_a_limit_anybody_calls_as_often_as_they_like(call, office):
    object.__setattr__(office.settings, "axis_calls_per_minute", 0)
    for _ in range(20):
        call().received_list()


@pytest.fixture
def in_mid_hour(clock):
    """Some minutes from now are of the same hour."""
    clock.ahead += timedelta(minutes=(70 - clock().minute) % 60)


def test_polls_stand_in_the_chain_by_number_and_operation_of_each_hour(
    call, office, clock, in_mid_hour
):
    call().received_list()
    for hours in (0, 1, 30):
        clock.ahead += timedelta(hours=hours, minutes=2)
        for _ in range(3):
            call().received_list()
        call().count_receive_edoc()
    told = [(e.details["calls"], e.details["operations"]) for e in noted(office, "hub:calls")]
    of_hour = {"getReceivedEdocList": 3, "countReceiveEdoc": 1}
    assert told == [(6, {"getReceivedEdocList": 5, "countReceiveEdoc": 1}), (10, of_hour)]
    assert list(audit_chain.verify(office.session())) == []


def test_polls_of_this_hour_are_counted_and_stand_in_no_chain_yet(call, office, clock, in_mid_hour):
    for _ in range(7):
        call().received_list()
    clock.ahead += timedelta(minutes=2)
    call().received_list()
    office.session().expire_all()
    account = accounts.find(office, SON_TINH)
    assert (account.calls, account.recent_calls) == (8, {"getReceivedEdocList": 8})
    tags = {entry.tag for entry in office.session().query(AuditEntry)}
    assert {tag for tag in tags if tag.startswith("hub:")} == {"hub:account_create"}


def test_refusals_at_the_door_are_noted_now_and_then(call, office, clock):
    for _ in range(5):
        with pytest.raises(Exception, match="Sai chu ky"):
            call(secret="sai").received_list()
        with pytest.raises(Exception, match="chua dang ky"):
            call("000.99.99.H48").received_list()
    [entry] = noted(office, "hub:call_refused")
    assert entry.details == {"system_id": SON_TINH, "refusal": "axis-wrong-signature"}
    clock.ahead += timedelta(minutes=11)
    with pytest.raises(Exception, match="Sai chu ky"):
        call(secret="sai").received_list()
    assert len(noted(office, "hub:call_refused")) == 2


def test_a_secret_that_has_become_known_is_dropped_before_its_week_is_over(call, office, operator):
    account_id = accounts.find(office, SON_TINH).id
    with pytest.raises(Conflict, match="wrong-state"):
        accounts.drop_previous(office, operator, account_id)
    _, fresh = accounts.rotate(office, operator, account_id, "")
    assert call().received_list() == []
    accounts.drop_previous(office, operator, account_id)
    with pytest.raises(Exception, match="Sai chu ky"):
        call().received_list()
    assert call(secret=fresh).received_list() == []
    # The page of before must not make another one.
    with pytest.raises(Conflict, match="secret-rotated"):
        accounts.rotate(office, operator, account_id, "")


def test_the_page_of_a_system_shows_what_it_does_and_may_do(hub_app, call, office):
    call().send_edoc(edoc())
    visitor = Visitor(hub_app, "hub.vanhanh", PASSWORD)
    account_id = accounts.find(office, SON_TINH).id
    url = f"/hub/nodes/{account_id}"
    assert f'href="{url}"' in visitor.get("/hub/nodes").text
    page = visitor.get(url).text
    for words in ("Trục nhận gói tin", "Mở tài khoản trục", "12.000", "Cho phép"):
        assert words in page, words
    assert SECRETS[SON_TINH] not in page
    visitor.submit(f"{url}/allow-registering", page=url)
    assert "Tự đăng ký đơn vị" in visitor.get(url).text
    assert visitor.submit(f"{url}/allow-registering", page=url).status_code == 409
    visitor.submit(f"{url}/forbid-registering", page=url)
    assert accounts.find(office, SON_TINH).may_register is False
    assert visitor.submit(f"{url}/drop-secret", page=url).status_code == 409
    visitor.submit(f"/hub/nodes/{account_id}/rotate", {"shown": ""}, page=url)
    assert "Hủy khóa cũ ngay" in visitor.get(url).text
    assert visitor.submit(f"{url}/drop-secret", page=url).status_code == 303
    assert "Hủy khóa cũ ngay" not in visitor.get(url).text
    visitor.get("/hub/nodes/999", status=404)
