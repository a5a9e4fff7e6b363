"""Receipts: what the hub and each recipient took, provable to anybody, by a script of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from adapters import receipts as signing
from domain.errors import Invalid
from domain.roles import SYSTEM
from models.agencies import HubLink
from models.audit import AuditEntry, Notification
from models.exchange import Dispatch, ExchangeMessage
from models.hub import DirectoryEntry, HubMessage
from models.receipts import Receipt, ReceiptKey, ReceiptRole
from services import directory
from services.exchange import links, receipts
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.exchange.conftest import BINH_MINH, BINH_SON, SON_TINH, TINH_HA, send_one
from tests.visitor import Visitor

SCRIPT = Path(__file__).parents[2] / "tools" / "verify_receipt.py"
UNKNOWN = b'{"status":"FAIL","ErrorCode":"28","ErrorDesc":"Truc khong co thao tac nay"}'

# The same rows on one kind of database: the statements are held to both elsewhere.
once = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def got(node, role: str, **more) -> list[Receipt]:
    rows = node.all(Receipt, Receipt.role == role)
    return [row for row in rows if all(getattr(row, k) == v for k, v in more.items())]


def public_of(node) -> str:
    return node.all(ReceiptKey, ReceiptKey.is_own)[0].public


def script(*arguments: object) -> tuple[int, str]:
    """The script as an inspector runs it: nothing of the project in reach."""
    command = [sys.executable, "-I", str(SCRIPT), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def exchanged(world):
    send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.exchange()
    world.exchange()
    return world


def test_the_sender_has_a_good_receipt_of_the_hub_and_of_every_recipient(exchanged):
    b = exchanged.b
    (message,) = b.all(ExchangeMessage, ExchangeMessage.kind == "edoc")
    (hubs,) = got(b, "hub")
    assert (hubs.message_id, hubs.problem) == (message.id, "")
    assert hubs.payload_sha256 == message.payload_sha256
    said = signing.verify(hubs.text, public_of(exchanged.hub))
    assert said["recipients"] == sorted([BINH_SON, BINH_MINH])
    assert (said["hub_doc_id"], said["document_id"]) == (message.hub_doc_id, message.document_uid)
    theirs = got(b, "recipient")
    assert {(r.signer_code, r.problem) for r in theirs} == {(BINH_SON, ""), (BINH_MINH, "")}
    for row in theirs:
        assert signing.verify(row.text, public_of(exchanged.a))["signer"] == row.signer_code
    # Word for word the same where they were given and where they passed.
    assert {r.text for r in theirs} == {r.text for r in got(exchanged.a, "recipient")}
    assert {r.text for r in theirs} == {r.text for r in got(exchanged.hub, "recipient")}


@once
def test_the_same_package_again_gets_the_same_receipt_and_a_new_recipient_a_new_one(exchanged):
    from services.hub import receipts as at_hub
    from tests.hub.packages import accept

    hub = exchanged.hub
    (message,) = hub.all(HubMessage, HubMessage.kind == "edoc")
    with hub.app.app_context():
        data = hub.office.files.read(message.payload_sha256)
        first = at_hub.given(hub.office, message.doc_id)
        accept(hub.office, SON_TINH, data)
        assert at_hub.given(hub.office, message.doc_id) == first
        accept(hub.office, SON_TINH, data, "edoc", ["000.22.31.H48"])
        second = at_hub.given(hub.office, message.doc_id)
    assert len(json.loads(second)["recipients"]) == 3


def test_an_answer_that_is_lost_brings_the_receipt_with_the_next_try(world):
    world.line.lost = {"sendEdoc"}
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.a.poll()  # the recipient is quicker than the hub's answer to the sender
    world.b.poll()
    (early,) = got(world.b, "recipient")
    assert (early.problem, early.message_id) == ("receipt-message-unknown", None)
    world.line.lost = set()
    world.b.wait(minutes=5)
    world.b.work()
    (message,) = world.b.all(ExchangeMessage, ExchangeMessage.direction == "out")
    assert [r.problem for r in world.b.all(Receipt)] == ["", ""]
    assert {r.message_id for r in world.b.all(Receipt)} == {message.id}


@once
def test_what_was_altered_is_said_loudly(world, monkeypatch):
    issue = signing.issue

    def altered(facts, private):
        return issue(facts, private).replace('"size":', '"size":1')

    monkeypatch.setattr(signing, "issue", altered)
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    (row,) = got(world.b, "hub")
    assert row.problem == "receipt-signature"
    told = world.b.all(Notification, Notification.kind == "exchange:receipt_wrong")
    assert [note.details["problem"] for note in told] == ["receipt-signature"]
    assert world.b.all(AuditEntry, AuditEntry.tag == "exchange:receipt_wrong")
    clerk = Visitor(world.b.app, "st.vanthu", PASSWORD)
    page = clerk.get(f"/exchange/messages/{row.message_id}").text
    assert "KHÔNG ĐÚNG" in page
    assert "Chữ ký của biên nhận sai" in page


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("payload_sha256", "0" * 64, "receipt-other-bytes"),
        ("document_id", "mot-van-ban-khac", "receipt-other-facts"),
        ("recipients", [BINH_MINH], "receipt-recipient-missing"),
    ],
)
def test_a_receipt_for_something_else_is_not_one(world, monkeypatch, name, value, problem):
    issue = signing.issue
    monkeypatch.setattr(signing, "issue", lambda facts, key: issue({**facts, name: value}, key))
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    assert [row.problem for row in got(world.b, "hub")] == [problem]


@once
def test_another_systems_key_signs_nothing_in_the_hubs_name(world, monkeypatch):
    """The key of a receipt must be one that its signer published, not just any known one."""
    world.a.poll()
    world.b.poll()
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        work.session.add(
            ReceiptKey(
                owner=BINH_SON,
                key_id=signing.key_id(public_of(world.a)),
                public=public_of(world.a),
                created_at=work.now,
            )
        )
    issue = signing.issue
    with world.a.app.app_context(), transaction(world.a.office, SYSTEM) as work:
        from services import receipt_keys

        foreign = receipt_keys.signer(work).private
    monkeypatch.setattr(signing, "issue", lambda facts, key: issue(facts, foreign))
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    assert [row.problem for row in got(world.b, "hub")] == ["receipt-key-unknown"]


@once
def test_a_key_that_changes_is_told(exchanged):
    world = exchanged
    with world.hub.app.app_context(), transaction(world.hub.office, SYSTEM) as work:
        own = update(ReceiptKey).where(ReceiptKey.is_own)
        work.session.execute(own.values(is_own=None, owner="cũ"))
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    assert {row.problem for row in got(world.b, "hub")} == {""}
    told = world.b.all(Notification, Notification.kind == "exchange:receipt_key")
    assert told[0].details["owner"].startswith("hub:")


@once
def test_a_hub_of_another_make_gets_none_and_gives_none(world):
    world.line.said |= {"lodgeReceiptKey": UNKNOWN, "getReceipts": UNKNOWN}
    send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    assert got(world.a, "recipient") == got(world.hub, "recipient") == []
    assert {d.business_state for d in world.b.all(Dispatch)} == {"01"}


@once
def test_a_key_that_was_not_to_be_had_is_asked_for_again(world):
    world.line.said |= {"getReceiptKeys": b"gateway timeout"}
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    (message,) = world.b.all(ExchangeMessage)
    assert (message.state, got(world.b, "hub")[0].problem) == ("sent", "receipt-key-unknown")
    world.line.said = {}
    with world.b.app.app_context():
        office, agency_id = world.b.office, message.agency_id
        from services.exchange import links

        with links.connect(office, agency_id) as axis:
            line = receipts.line_of(office.session(), agency_id)
            waiting = receipts.undecided(office.session(), line)
            keys = receipts.unknown_keys(office, axis, waiting)
        with transaction(office, SYSTEM) as work:
            receipts.recheck(work, agency_id, keys)
    assert got(world.b, "hub")[0].problem == ""


def test_the_document_page_shows_them_and_they_can_be_taken_away(exchanged, tmp_path):
    b = exchanged.b
    clerk = Visitor(b.app, "st.vanthu", PASSWORD)
    page = clerk.get("/outgoing/1").text
    assert page.count("Đã kiểm tra, đúng") == 4
    assert f"Biên nhận của nơi nhận {BINH_SON}" in page
    for row in b.all(Receipt):
        answer = clerk.client.get(f"/exchange/receipts/{row.id}")
        assert answer.data.decode() == row.text
    stranger = Visitor(b.app, "st.th.vanthu", PASSWORD)
    stranger.get("/exchange/receipts/1", status=404)
    keys = clerk.get("/exchange/keys").text
    assert "Máy chủ này" in keys
    assert clerk.client.get("/exchange/keys/1").data.startswith(b"-----BEGIN PUBLIC KEY")
    operator = Visitor(exchanged.hub.app, "hub.vanhanh", PASSWORD)
    operator.get("/hub/messages/1")
    operator.get("/hub/keys")
    assert operator.client.get("/hub/receipts/1").mimetype == "application/json"


@once
def test_the_script_says_true_false_or_unchecked(exchanged, tmp_path):
    b = exchanged.b
    (row,) = got(b, ReceiptRole.HUB)
    receipt, key, package = (tmp_path / name for name in ("r.json", "k.pem", "goi.edxml"))
    receipt.write_text(row.text)
    key.write_text(signing.pem(public_of(exchanged.hub)))
    with b.app.app_context():
        package.write_bytes(b.office.files.read(row.payload_sha256))
    assert script(receipt, key)[0] == 0
    code, said = script(receipt, public_of(exchanged.hub), package)
    assert code == 0
    assert row.payload_sha256 in said
    assert script(receipt, public_of(exchanged.a))[0] == 1
    package.write_bytes(package.read_bytes() + b" ")
    code, said = script(receipt, key, package)
    assert (code, "KHÔNG phải gói" in said) == (1, True)
    receipt.write_text(row.text.replace(SON_TINH, BINH_SON))
    assert script(receipt, key)[0] == 1
    receipt.write_text("{")
    assert [script(receipt, key)[0], script(receipt)[0], script(receipt, "khong")[0]] == [2, 2, 2]


@once
def test_the_script_calls_a_recipients_receipt_false_for_a_changed_package(exchanged, tmp_path):
    row, key = got(exchanged.b, ReceiptRole.RECIPIENT)[0], public_of(exchanged.a)
    receipt, package = tmp_path / "r.json", tmp_path / "goi.edxml"
    receipt.write_text(row.text)
    with exchanged.b.app.app_context():
        package.write_bytes(exchanged.b.office.files.read(row.payload_sha256))
    assert script(receipt, key, package)[0] == 0
    package.write_bytes(package.read_bytes()[:-1])
    assert script(receipt, key, package)[0] == 1


@once
def test_whatever_is_done_to_the_file_the_script_does_not_call_it_true(exchanged, tmp_path):
    """No byte may be another, also where JSON or base64 would read the same from it."""
    (row,) = got(exchanged.b, ReceiptRole.HUB)
    public = public_of(exchanged.hub)
    receipt, key = tmp_path / "r.json", tmp_path / "k.pem"
    signature = json.loads(row.text)["signature"]
    last = signature[-3]
    other = signature[:-3] + chr(ord(last) + 1) + "=="
    altered = {
        "a name twice": row.text.replace("{", f'{{"sender":"{BINH_MINH}",', 1),
        "a blank": row.text.replace(":", ": ", 1),
        "the last letter of the signature": row.text.replace(signature, other),
        "a fact more": row.text.replace("{", '{"a":1,', 1),
        "no signature": row.text.replace(signature, ""),
    }
    for how, text in altered.items():
        receipt.write_text(text)
        assert script(receipt, public)[0] == 1, how
        with pytest.raises(Invalid):
            signing.verify(text, public)
    receipt.write_bytes(b"\xef\xbb\xbf" + row.text.encode() + b"\r\n")  # by a text editor
    key.write_bytes(b"\xef\xbb\xbf" + signing.pem(public).encode())
    assert script(receipt, key)[0] == 0
    assert script(receipt, "0" * 300)[0] == script(receipt, tmp_path)[0] == 2
    receipt.write_bytes(b"\xff\xfe{")
    assert script(receipt, key)[0] == script(tmp_path, key)[0] == 2


@once
def test_the_script_answers_on_a_console_that_knows_no_vietnamese(exchanged, tmp_path):
    (row,) = got(exchanged.b, ReceiptRole.HUB)
    receipt = tmp_path / "r.json"
    receipt.write_text(row.text)
    command = [sys.executable, str(SCRIPT), str(receipt), public_of(exchanged.hub)]
    poor = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, env=poor, cwd="/", check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"the receipt is true" in done.stdout


@once
def test_a_receipt_may_name_a_recipient_by_its_present_code_or_its_successor(world):
    world.b.poll()
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        code = work.session.scalars(
            select(DirectoryEntry).where(DirectoryEntry.code == BINH_MINH)
        ).one()
        code.successor_code = BINH_SON
        work.session.flush()
        assert directory.later_codes(work.session, {BINH_MINH}) == {BINH_MINH: [BINH_SON]}
        heir = work.session.scalars(
            select(DirectoryEntry).where(DirectoryEntry.code == BINH_SON)
        ).one()
        heir.successor_code = TINH_HA
        work.session.flush()
        assert directory.later_codes(work.session, {BINH_MINH}) == {BINH_MINH: [BINH_SON, TINH_HA]}
        heir.successor_code = BINH_MINH  # a circle
        work.session.flush()
        assert directory.later_codes(work.session, {BINH_MINH}) == {BINH_MINH: [BINH_SON]}
        code.successor_code, code.old_code = "", "H48.31.21"
        work.session.flush()
        assert directory.later_codes(work.session, {"H48.31.21"}) == {"H48.31.21": [BINH_MINH]}
        assert directory.later_codes(work.session, {BINH_MINH}) == {}


@once
def test_a_hub_restored_from_a_backup_tells_its_receipts_anew_and_each_is_kept_once(exchanged):
    b = exchanged.b
    before = [row.text for row in got(b, "recipient")]
    agency_id = b.all(ExchangeMessage)[0].agency_id
    with b.app.app_context(), transaction(b.office, SYSTEM) as work:
        work.session.execute(update(HubLink).values(receipts_seen=10**6))
    with b.app.app_context(), links.connect(b.office, agency_id) as axis:
        receipts.collect(b.office, agency_id, axis)
    assert [row.text for row in got(b, "recipient")] == before
    link = next(each for each in b.all(HubLink) if each.agency_id == agency_id)
    assert 0 < link.receipts_seen < 10**6
