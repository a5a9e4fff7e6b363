"""The pages: what the province sees, on the node; the state of the nodes, on the hub."""

import json
import re

from sqlalchemy import func, select, update

from domain.roles import SYSTEM
from models.agencies import Agency, HubLink
from models.federation import Handout, NodeSite
from services.unit_of_work import transaction
from tests.federation.conftest import BINH_SON, ROOT, SON_TINH, TINH_HA, call
from tests.federation.test_node_api import arrive
from tests.federation.test_pulling import ask


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_page_shows_to_the_letter_what_was_handed_out_to_whom_and_when(node):
    clerk = node.visit("st.vanthu")
    assert "Chưa có gì được gửi cho trục" in clerk.get("/federation/").text
    arrive(node)
    answer = call(node.url, f"{ROOT}/report")
    page = clerk.get("/federation/")
    shown = re.search(r"<pre[^>]*>(.*?)</pre>", page.text, re.S).group(1).replace("&#34;", '"')
    assert json.loads(shown) == answer.json()
    words = text_of(page.text)
    assert "Không có nội dung văn bản, trích yếu, tệp hay tên người nào được gửi đi" in words
    assert "trục hỏi từ máy 127.0.0.1" in words
    assert SON_TINH in words
    call(node.url, f"{ROOT}/health")
    newest = clerk.get("/federation/").text
    assert "<dd>health</dd>" in newest
    older = re.findall(r'href="(/federation/\d+)"', newest)[-1]
    assert "<dd>report</dd>" in clerk.get(older).text
    clerk.get("/federation/999", status=404)
    assert "/federation/" in clerk.get("/exchange/").text


def test_only_who_may_see_the_exchange_sees_what_the_province_sees(node):
    node.visit("st.chuyenvien").get("/federation/", status=403)
    node.visit("st.quantri").get("/federation/")


def test_an_agency_on_another_hub_does_not_see_what_this_one_is_told(node):
    call(node.url, f"{ROOT}/health")
    clerk, other = node.visit("st.vanthu"), node.visit("st.th.vanthu")
    assert "health" in clerk.get("/federation/1").text
    assert "health" in other.get("/federation/1").text, "one hub, told of both"
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        beside = select(Agency.id).where(Agency.code == TINH_HA).scalar_subquery()
        moved = update(HubLink).where(HubLink.agency_id == beside)
        work.session.execute(moved.values(endpoint="http://other.example/axis"))
    assert "Chưa có gì được gửi cho trục" in other.get("/federation/").text
    other.get("/federation/1", status=404)
    clerk.get("/federation/1")


def test_what_was_handed_out_is_kept_for_a_while(node, monkeypatch):
    monkeypatch.setattr("services.federation.handouts.KEPT", 2)
    for _ in range(4):
        call(node.url, f"{ROOT}/health")
    assert node.one(select(func.count(Handout.id))) == 2


def test_an_operator_adds_a_node_asks_it_and_reads_what_it_told(hub, node):
    operator = hub.visit("hub.vanhanh")
    state = "/hub/nodes/state"
    assert "Chưa có nút nào" in operator.get(state).text
    assert state in operator.get("/hub/nodes").text
    typed = {"system_id": SON_TINH, "name": "Nút Sơn Tịnh", "address": "http://10.1.1.1"}
    refused = operator.submit(f"{state}/new", typed, page=f"{state}/new")
    assert refused.status_code == 422
    assert "Địa chỉ phải bắt đầu bằng https://" in refused.text
    typed["address"] = node.url
    made = operator.submit(f"{state}/new", typed, page=f"{state}/new")
    assert made.status_code == 303, made.text
    address = made.location
    assert "Chưa có báo cáo" in operator.get(address).text
    for _ in range(30):
        arrive(node)
    assert operator.submit(f"{address}/ask", page=address).status_code == 303
    hub.work("federation_ask")
    page = text_of(operator.get(address).text)
    assert "Chờ tiếp nhận 30" in page
    assert "Văn bản đến" in page
    assert "Nút Sơn Tịnh" in operator.get(state).text
    typed["address"] = ""
    changed = operator.submit(f"{address}/edit", typed, page=f"{address}/edit")
    assert changed.status_code == 303
    assert "nút tự gửi báo cáo" in operator.get(address).text
    assert operator.submit(f"{address}/ask", page=address).status_code == 409
    assert operator.submit(f"{address}/remove", page=address).status_code == 303
    assert hub.one(select(func.count(NodeSite.id))) == 0


def test_a_node_without_an_account_or_twice_is_refused_beside_the_field(hub, site):
    operator = hub.visit("hub.vanhanh")
    new = "/hub/nodes/state/new"
    for code, words in (("000.99.99.H48", "chưa có kết nối"), (SON_TINH, "Đã có một nút")):
        answer = operator.submit(new, {"system_id": code, "address": ""}, page=new)
        assert answer.status_code == 422
        assert words in answer.text


def test_the_list_of_many_nodes_costs_few_statements_and_the_trouble_is_said(hub, node, site):
    arrive(node)
    ask(hub)
    with hub.session(), transaction(hub.office, SYSTEM) as work:
        work.session.execute(update(NodeSite).values(contradicted_at=work.now))
        work.session.add(
            NodeSite(system_id=TINH_HA, problem="federation-node-away:ConnectError", failures=3,
                     created_at=work.now)
        )  # fmt: skip
        work.session.add(NodeSite(system_id=BINH_SON, is_ailing=True, created_at=work.now))
    operator = hub.visit("hub.vanhanh")
    page = text_of(operator.get("/hub/nodes/state").text)
    first, second = page.index("Nhật ký trái với trước "), page.index("Không kết nối được tới nút")
    assert first < second
    address = f"/hub/nodes/state/{site().id}"
    assert "bị lùi lại hoặc bị sửa" in operator.get(address).text
    answer = operator.submit(f"{address}/clear", {"reason": ""}, page=address)
    assert answer.status_code == 422
    answer = operator.submit(f"{address}/clear", {"reason": "Khôi phục"}, page=address)
    assert answer.status_code == 303
    assert site().contradicted_at is None


def test_who_does_not_run_the_hub_sees_no_nodes(node):
    node.visit("st.quantri").get("/hub/nodes/state", status=404)
