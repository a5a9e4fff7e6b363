"""The pages of lines to other axes: set up, closed, opened, routes, what did not get through."""

import pytest

from adapters.axis.connectors import Credentials
from adapters.sealing import unseal
from models.audit import AuditEntry, Notification
from models.uplinks import CodeRoute, Relay, Uplink
from tests.conftest import PASSWORD
from tests.uplinks.conftest import P_CODE, make_hub
from tests.uplinks.test_relaying import send
from tests.visitor import Visitor

FORM = {
    "name": "Trục quốc gia",
    "kind": "token",
    "endpoint": "https://truc.example/v1.0.0",
    "system_id": P_CODE,
    "secret": "khoa-don-vi",
    "client_id": "ung-dung",
    "client_secret": "khoa-ung-dung",
}


@pytest.fixture
def hub(tmp_path):
    return make_hub(tmp_path / "hub", P_CODE)


@pytest.fixture
def page(hub):
    return Visitor(hub.app, "hub.vanhanh", PASSWORD)


def add(page, **changes):
    return page.submit("/hub/uplinks/new", FORM | changes, page="/hub/uplinks/new")


def credentials(hub) -> Credentials:
    [uplink] = hub.all(Uplink)
    key = hub.office.settings.node_key
    return Credentials.read(unseal(uplink.credentials_sealed, key, f"uplink:{uplink.id}").decode())


def test_an_empty_list_says_what_to_do(page):
    assert "Bấm Thêm kết nối" in page.get("/hub/uplinks").text


def test_a_line_is_added_shown_and_its_secrets_are_not(hub, page):
    assert add(page).status_code == 303
    text = page.get("/hub/uplinks").text
    for shown in ("Trục quốc gia", "Cổng REST có token", "https://truc.example/v1.0.0", P_CODE):
        assert shown in text
    form = page.get("/hub/uplinks/1").text
    assert "khoa-" not in text + form
    assert credentials(hub) == Credentials("khoa-don-vi", "ung-dung", "khoa-ung-dung")
    assert "khoa-" not in str([entry.details for entry in hub.all(AuditEntry)])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Hãy điền ô này"),
        ({"kind": "fax"}, "Hãy chọn trong danh sách"),
        ({"endpoint": "ftp://x"}, "Địa chỉ"),
        ({"endpoint": "https://a/b?c=d"}, "Địa chỉ"),
        ({"system_id": "mã sai"}, "Mã định danh chỉ gồm"),
        ({"secret": ""}, "khóa bí mật"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(hub, page, changes, said):
    answer = add(page, **changes)
    assert answer.status_code == 422
    assert said.lower() in answer.text.lower()
    assert hub.all(Uplink) == []


def test_a_change_without_a_secret_keeps_the_present_one(hub, page):
    add(page)
    changed = FORM | {"name": "Trục mới", "secret": "", "client_secret": ""}
    assert page.submit("/hub/uplinks/1", changed, page="/hub/uplinks/1").status_code == 303
    assert hub.all(Uplink)[0].name == "Trục mới"
    assert credentials(hub).secret == "khoa-don-vi"
    page.submit("/hub/uplinks/1", FORM | {"secret": "khoa-moi"}, page="/hub/uplinks/1")
    assert credentials(hub).secret == "khoa-moi"


def test_a_line_is_closed_and_opened(hub, page):
    add(page)
    assert page.submit("/hub/uplinks/1/close").status_code == 303
    assert "Đang đóng" in page.get("/hub/uplinks").text
    assert page.submit("/hub/uplinks/1/close").status_code == 409
    page.submit("/hub/uplinks/1/open")
    assert hub.all(Uplink)[0].is_active


def test_routes_are_added_and_removed(hub, page):
    add(page)
    hub.enter("000.00.31.H48", account=True)
    route = {"pattern": "*.H49", "target": "uplink:1"}
    assert page.submit("/hub/uplinks/routes", route, page="/hub/uplinks").status_code == 303
    again = page.submit("/hub/uplinks/routes", route, page="/hub/uplinks")
    assert (again.status_code, "đã có tuyến" in again.text) == (422, True)
    system = {"pattern": "H31*", "target": f"system:{hub.account_of('000.00.31.H48')}"}
    page.submit("/hub/uplinks/routes", system, page="/hub/uplinks")
    text = page.get("/hub/uplinks").text
    assert "lên Trục quốc gia" in text
    assert "hệ thống 000.00.31.H48 đến lấy" in text
    assert page.submit("/hub/uplinks/routes/1/remove").status_code == 303
    assert [route.pattern for route in hub.all(CodeRoute)] == ["H31*"]
    assert page.submit("/hub/uplinks/routes/1/remove").status_code == 404


@pytest.mark.parametrize(
    ("pattern", "target", "said"),
    [
        ("**", "uplink:1", "Mẫu mã chỉ gồm"),
        ("*a*", "uplink:1", "Mẫu mã chỉ gồm"),
        ("mã", "uplink:1", "Mẫu mã chỉ gồm"),
        ("*", "uplink:9", "Chưa chọn đường đi"),
        ("*", "", "Hãy điền ô này"),
        ("*", "khac:1", "Chưa chọn đường đi"),
    ],
)
def test_a_route_that_leads_nowhere_is_refused(hub, page, pattern, target, said):
    add(page)
    answer = page.submit(
        "/hub/uplinks/routes", {"pattern": pattern, "target": target}, page="/hub/uplinks"
    )
    assert (answer.status_code, said in answer.text) == (422, True)
    assert hub.all(CodeRoute) == []


def test_what_did_not_get_through_is_listed_and_tried_again(nation):
    send(nation, to=("000.00.77.G77",))
    nation.p.work()
    page = Visitor(nation.p.app, "hub.vanhanh", PASSWORD)
    text = page.get("/hub/uplinks").text
    assert "Trục không có nơi nhận này trong danh bạ" in text
    assert page.submit("/hub/uplinks/relays/1/resume").status_code == 303
    assert nation.p.all(Relay)[0].state == "queued"
    [note] = nation.p.all(Notification, Notification.kind == "hub:relay_failed")
    led = page.client.get(f"/notifications/{note.id}")
    assert (led.status_code, led.location) == (302, "/hub/messages/1")


def test_whoever_does_not_run_the_hub_sees_none_of_it(node):
    clerk = Visitor(node, "st.vanthu", PASSWORD)
    assert clerk.client.get("/hub/uplinks").status_code == 404
