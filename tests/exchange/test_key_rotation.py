"""Another key for receipts: one click with a reason, the old receipts stay good, everybody hears of
the new key before the first receipt that it signs."""

import pytest

from adapters import receipts as signing
from domain.errors import Conflict, Forbidden, Invalid
from domain.roles import SYSTEM
from extensions import db
from models.audit import AuditEntry
from models.receipts import Receipt, ReceiptKey
from services import audit_chain, receipt_keys
from services.exchange import receipts
from services.hub import receipts as at_hub
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, find_actor
from tests.exchange.conftest import BINH_SON, SON_TINH, send_one
from tests.security.test_races import at_once
from tests.visitor import Visitor

ADMINISTRATOR = "bs.quantri"
# The same rows on one kind of database: the statements are held to both elsewhere.
once = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def own(node) -> ReceiptKey:
    return node.all(ReceiptKey, ReceiptKey.is_own)[0]


def exchanged(world) -> None:
    send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    world.exchange()


def rotate(node, shown: str, reason: str = "Thay khóa hằng năm", who: str = ADMINISTRATOR) -> None:
    with node.app.app_context():
        actor = find_actor(node.office, who, BINH_SON)
        receipts.rotate_key(node.office, actor, shown, reason)


def rotate_hub(hub, shown: str) -> None:
    with hub.app.app_context():
        actor = find_actor(hub.office, "hub.vanhanh")
        at_hub.rotate_key(hub.office, actor, shown, "Nghi lộ khóa")


def test_old_receipts_stay_good_and_new_ones_are_good_too(world):
    exchanged(world)
    nodes = (world.a, world.hub)
    former = [own(node).key_id for node in nodes]
    rotate(world.a, former[0])
    rotate_hub(world.hub, former[1])
    exchanged(world)
    kept = world.b.all(Receipt)
    assert [r.problem for r in kept] == [""] * 4
    signers = {r.key_id for r in kept}
    assert signers == {*former, *(own(node).key_id for node in nodes)}
    # Everybody knows until when the old ones were good; of their private halves nothing is left.
    for node, key_id in zip(nodes, former, strict=True):
        [old] = node.all(ReceiptKey, ReceiptKey.key_id == key_id)
        assert (old.private_sealed, old.is_own, old.valid_to is None) == (None, None, False)
        [known] = world.b.all(ReceiptKey, ReceiptKey.key_id == key_id)
        assert known.valid_to is not None
    [entry] = world.a.all(AuditEntry, AuditEntry.tag == "exchange:receipt_key_rotate")
    assert entry.details["reason"] == "Thay khóa hằng năm"
    assert world.a.read(lambda session: list(audit_chain.verify(session))) == []


def test_of_two_at_once_one_wins(world):
    exchanged(world)
    shown = own(world.a).key_id
    said = at_once(world.a.app, *[lambda: rotate(world.a, shown)] * 2)
    with world.a.app.app_context():
        db.engine.dispose()
    assert said == ["done", "receipt-key-rotated"]
    assert len(world.a.all(ReceiptKey, ReceiptKey.owner == "")) == 2
    assert len(world.a.all(ReceiptKey, ReceiptKey.is_own)) == 1


@once
def test_a_key_that_was_replaced_signs_no_more(world, monkeypatch):
    exchanged(world)
    with world.a.app.app_context(), transaction(world.a.office, SYSTEM) as work:
        stolen = receipt_keys.signer(work).private
    rotate(world.a, own(world.a).key_id)
    exchanged(world)  # the new key is known everywhere
    world.a.wait(days=2)
    issue = signing.issue
    monkeypatch.setattr(signing, "issue", lambda facts, key: issue(facts, stolen))
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.a.poll()
    [newest] = world.hub.all(Receipt, Receipt.role == "recipient")[-1:]
    assert newest.problem == "receipt-key-retired"


@once
def test_the_page_asks_for_a_reason_and_only_the_administrator_may(world):
    exchanged(world)
    shown = own(world.a).key_id
    administrator = Visitor(world.a.app, ADMINISTRATOR, PASSWORD)
    page = administrator.get("/exchange/keys").text
    assert "Đổi khóa" in page
    form = {"shown": shown, "reason": ""}
    answer = administrator.submit("/exchange/keys/rotate", form, page="/exchange/keys")
    assert answer.status_code == 422
    form["reason"] = "Máy chủ chuyển chỗ"
    administrator.submit("/exchange/keys/rotate", form, page="/exchange/keys")
    assert own(world.a).key_id != shown
    page = administrator.get("/exchange/keys").text
    assert "Đã thay, dùng đến" in page
    again = administrator.submit("/exchange/keys/rotate", form, page="/exchange/keys")
    assert again.status_code == 409
    assert "Đổi khóa" not in Visitor(world.a.app, "bs.vanthu", PASSWORD).get("/exchange/keys").text
    with pytest.raises(Forbidden):
        rotate(world.a, own(world.a).key_id, who="bs.vanthu")
    operator = Visitor(world.hub.app, "hub.vanhanh", PASSWORD)
    hubs = own(world.hub).key_id
    form = {"shown": hubs, "reason": "Định kỳ"}
    operator.submit("/hub/keys/rotate", form, page="/hub/keys")
    assert own(world.hub).key_id != hubs
    assert "Đã thay, dùng đến" in operator.get("/hub/keys").text


@once
def test_there_is_nothing_to_replace_before_the_first_receipt(world):
    with pytest.raises(Conflict, match="receipt-key-rotated"):
        rotate(world.a, "")
    with pytest.raises(Invalid, match="required"):
        rotate(world.a, "", reason=" ")
