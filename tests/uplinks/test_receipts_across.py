"""A recipient behind another hub signs its receipt there: it finds its way to the sender, who can
check it as any other; nobody on the way can make one."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters import receipts as signing
from adapters.axis.client import AxisClient
from demo import province, seed
from models.exchange import ExchangeMessage, OutboxItem
from models.hub import DeliveryState
from models.receipts import Receipt, ReceiptKey
from models.uplinks import Uplink
from tests.conftest import PASSWORD, make_node
from tests.exchange.conftest import BINH_SON, SON_TINH, Line, Node, send_one
from tests.exchange.test_receipts import script
from tests.exchange.test_reconciling import reconcile
from tests.uplinks.conftest import Nation
from tests.visitor import Visitor

UNKNOWN = b'{"status":"FAIL","ErrorCode":"28","ErrorDesc":"Khong co thao tac nay"}'
RECIPIENT = "recipient"


class Across:
    """The sender's node at the province P, the recipient's at the nation's hub or at the province
    Q; all that lies between them."""

    def __init__(self, nation: Nation, folder, behind: str) -> None:
        self.nation, self.behind = nation, getattr(nation, behind)
        self.is_far = behind == "q"
        self.sender = join(folder / "s", province.SON_TINH, nation.p, SON_TINH)
        self.behind.enter(BINH_SON, account=True)
        self.recipient = join(folder / "r", province.BINH_SON, self.behind, BINH_SON)
        nation.p.route(BINH_SON, f"uplink:{nation.p.uplink_id}")
        if self.is_far:
            nation.n.route(BINH_SON, f"system:{nation.n.account_of('000.00.00.H49')}")

    def deliver(self) -> None:
        """To the recipient, and what it says back; the sender has not asked yet."""
        self.sender.work()
        self.nation.p.work()
        if self.is_far:
            self.nation.q.poll()
        self.recipient.poll()
        self.recipient.work()
        self.behind.work()

    def answer(self) -> None:
        for _ in range(2):
            self.nation.carry()
            self.sender.poll()


def join(folder, data, hub, code: str) -> Node:
    line = Line(hub.app)

    def connect(endpoint: str, system_id: str, secret: str) -> AxisClient:
        return AxisClient(endpoint, system_id, secret, transport=line)

    node = Node(make_node(folder, data, connect=connect))
    object.__setattr__(node.office, "clock", node.clock)
    with node.app.app_context():
        seed.seed_hub_links(node.office, "http://hub.example/axis", {code: f"khoa-{code}"})
    return node


@pytest.fixture
def near(nation, tmp_path) -> Across:
    return Across(nation, tmp_path, "n")


@pytest.fixture(params=["n", "q"])
def across(request, nation_on_each, tmp_path) -> Across:
    return Across(nation_on_each, tmp_path, request.param)


def got(node) -> list[Receipt]:
    return node.all(Receipt, Receipt.role == RECIPIENT)


def test_the_receipt_comes_to_the_sender_who_can_check_it(across, tmp_path):
    send_one(across.sender, SON_TINH, [BINH_SON])
    across.deliver()
    across.answer()
    [receipt] = got(across.sender)
    assert (receipt.signer_code, receipt.problem) == (BINH_SON, "")
    [key] = across.recipient.all(ReceiptKey, ReceiptKey.is_own)
    said = signing.verify(receipt.text, key.public)
    [message] = across.sender.all(ExchangeMessage, ExchangeMessage.kind == "edoc")
    assert said["payload_sha256"] != message.payload_sha256, "a hop was added on the way"
    assert said["content_sha256"] == message.content_sha256
    # The script cannot tell a hub's hop from a forger's: it says so, and is sure of the recipient's
    # own bytes.
    path, package = tmp_path / "r.json", across.sender.office.files.path(message.payload_sha256)
    path.write_text(receipt.text)
    theirs = across.recipient.office.files.path(said["payload_sha256"])
    assert script(path, key.public, package)[0] == 2
    assert script(path, key.public, theirs)[0] == 0
    # Word for word the same on all of its way, kept once at each hub.
    texts = [[r.text for r in got(hub)] for hub in (across.nation.p, across.behind)]
    assert texts == [[receipt.text], [receipt.text]]
    assert across.nation.p.deliveries(BINH_SON)[0].state == DeliveryState.DONE
    assert [r.problem for hub in (across.nation.n, across.nation.p) for r in got(hub)] == ["", ""]


def test_a_reconciliation_is_content_with_it(across):
    send_one(across.sender, SON_TINH, [BINH_SON], dispatched_at=across.sender.office.now())
    across.deliver()
    across.answer()
    across.sender.poll()
    across.sender.wait(hours=3)
    assert reconcile(across.sender, "st.vanthu", SON_TINH) == []


def test_a_lost_answer_or_a_hub_that_is_away_loses_no_receipt(nation, tmp_path):
    across = Across(nation, tmp_path, "q")
    send_one(across.sender, SON_TINH, [BINH_SON])
    nation.line.lost = {"passReceipt", "getReceipts"}
    across.deliver()
    across.answer()
    assert got(across.sender) == []
    nation.line.lost, nation.line.away = set(), True
    nation.q.clock.ahead += timedelta(minutes=5)
    nation.q.work()
    nation.line.away = False
    for hub in (nation.q, nation.p):
        hub.clock.ahead += timedelta(minutes=20)
    across.answer()
    assert [r.problem for r in got(across.sender)] == [""]
    assert len(got(nation.n)) == len(got(nation.p)) == 1


def test_an_axis_that_knows_no_receipts_is_seldom_asked_and_the_page_says_so(near):
    line = near.nation.line
    line.said["getReceipts"] = UNKNOWN
    send_one(near.sender, SON_TINH, [BINH_SON])
    near.deliver()
    near.answer()
    assert line.count("getReceipts") == 2, "each province asked once"
    [uplink] = near.nation.p.all(Uplink)
    assert (uplink.last_error, uplink.receipts_refused_at is None) == ("", False)
    assert got(near.sender) == []
    operator = Visitor(near.nation.p.app, "hub.vanhanh", PASSWORD)
    assert "không có biên nhận" in operator.get("/hub/messages/1").text
    assert "không có biên nhận" in operator.get("/hub/uplinks").text
    line.said = {}
    near.nation.p.clock.ahead += timedelta(days=1, minutes=1)
    near.answer()
    assert [r.problem for r in got(near.sender)] == [""]
    operator = Visitor(near.nation.p.app, "hub.vanhanh", PASSWORD)  # a day later
    assert "không có biên nhận" not in operator.get("/hub/messages/1").text


def forged(said: dict, code: str) -> tuple[dict[str, bytes], str]:
    """What a hub above would answer that hands out a receipt, and a key, of its own making."""
    private = signing.new_key()
    public = signing.public_key(private)

    def answer(item: dict) -> bytes:
        common = {"status": "OK", "ErrorCode": "0", "ErrorDesc": ""}
        return json.dumps(common | {"data": [item]}).encode()

    receipt = {"cursor": 7, "to": code, "receipt": signing.issue(said, private)}
    told = {"getReceipts": receipt | {"docId": said["doc"]}, "getReceiptKeys": {"key": public}}
    return {name: answer(item) for name, item in told.items()}, public


def test_the_hub_above_cannot_sign_for_a_system_of_ours(near):
    """Nor teach us a key for it."""
    near.sender.poll()
    send_one(near.sender, SON_TINH, [BINH_SON])
    near.sender.work()
    near.nation.p.work()
    [message] = near.nation.p.messages()
    near.nation.line.said, public = forged(
        {"role": RECIPIENT, "signer": SON_TINH, "doc": near.nation.n.messages()[0].doc_id}, SON_TINH
    )
    near.nation.p.poll()
    [kept] = got(near.nation.p)
    assert (kept.hub_message_id, kept.problem) == (message.id, "receipt-key-unknown")
    assert near.nation.p.all(ReceiptKey, ReceiptKey.public == public) == []


def test_a_receipt_for_other_content_is_told_to_the_sender(near, monkeypatch):
    issue = signing.issue
    send_one(near.sender, SON_TINH, [BINH_SON])
    near.sender.work()
    near.nation.p.work()
    monkeypatch.setattr(
        signing, "issue", lambda facts, key: issue({**facts, "content_sha256": "0" * 64}, key)
    )
    near.recipient.poll()
    near.answer()
    assert [r.problem for r in got(near.sender)] == ["receipt-other-bytes"]


def test_a_system_that_serves_nobody_hands_on_no_receipt_for_another(near):
    send_one(near.sender, SON_TINH, [BINH_SON])
    near.sender.work()
    near.nation.p.work()
    n = near.nation.n
    doc_id = n.deliveries(BINH_SON)[0].doc_id
    for code in ("000.00.00.H49", "000.00.00.H48"):
        axis = AxisClient("http://n.example/axis", code, f"khoa-{code}", transport=Line(n.app))
        with pytest.raises(Exception, match="26"):
            axis.pass_receipt(doc_id, "{}", "0" * 64)
    assert got(n) == []


def test_nothing_is_handed_up_where_nobody_came_from_above(near):
    """A hub's own receipts stay at home."""
    near.recipient.poll()
    with near.nation.n.app.app_context():
        kinds = near.nation.n.office.session().scalars(select(OutboxItem.kind)).all()
    assert "receipt_up" not in kinds
