"""Reconciliation: an exchange that went well has no differences; whatever is lost, altered, doubled
or skipped on either side is found and told in words."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from blueprints.words.differences import DIFFERENCES, difference
from domain.errors import Conflict, Forbidden
from domain.roles import SYSTEM
from models.audit import Notification
from models.exchange import Dispatch, ExchangeMessage, OutboxItem, StatusEvent
from models.hub import Delivery, HubMessage
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument, Recipient
from models.receipts import Receipt
from models.reconciling import Difference, Reconciliation
from models.registers import Register, RegisterEntry
from services.exchange import links, reconciling
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, drain, find_actor
from tests.exchange.conftest import BINH_MINH, BINH_SON, SON_TINH, agency_of, send_one
from tests.house.source import calls, literal
from tests.visitor import Visitor

# The same rows on one kind of database: the statements are held to both elsewhere.
once = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def write(node, *statements) -> None:
    """What an accident or a tampering hand does to a database."""
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        for statement in statements:
            work.session.execute(statement)


def last(node, agency: str) -> Reconciliation:
    """The last run that a person asked for."""
    asked = (
        Reconciliation.agency_id == agency_of(node, agency),
        Reconciliation.asked_by != "Hệ thống",
    )
    return node.all(Reconciliation, *asked)[-1]


def reconcile(node, username: str, agency: str) -> list[str]:
    """The kinds of differences that a run on demand finds."""
    with node.app.app_context():
        reconciling.ask(node.office, find_actor(node.office, username, agency))
    node.work({"reconcile"})
    run = last(node, agency)
    assert run.state == "done"
    return sorted(d.kind for d in node.all(Difference, Difference.reconciliation_id == run.id))


def of_sender(world) -> list[str]:
    return reconcile(world.b, "st.vanthu", SON_TINH)


def of_recipient(world) -> list[str]:
    return reconcile(world.a, "bs.vanthu", BINH_SON)


@pytest.fixture
def settled(world):
    """Two documents sent and taken, everything answered, a few hours ago."""
    for _ in range(2):
        send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH], dispatched_at=world.b.office.now())
    for _ in range(2):
        world.exchange()
    for node in (world.a, world.b):
        node.wait(hours=3)
    return world


def test_an_exchange_that_went_well_has_no_differences(settled):
    assert of_sender(settled) == []
    assert of_recipient(settled) == []
    run = last(settled.b, SON_TINH)
    assert run.checked == {
        "sent": 2,
        "received": 4,
        "recipients": 4,
        "receipts": 6,
        "numbers": 2,
    }
    assert (run.problem, run.asked_by) == ("", "Nguyễn Thị Hồng Vân")


@once
def test_what_the_hub_lost_or_altered_is_found(settled):
    first, second = settled.hub.all(HubMessage, HubMessage.kind == "edoc")
    write(
        settled.hub,
        delete(Receipt).where(Receipt.hub_message_id == first.id),
        delete(Delivery).where(Delivery.message_id == first.id),
        delete(HubMessage).where(HubMessage.id == first.id),
        update(HubMessage).where(HubMessage.id == second.id).values(payload_sha256="0" * 64),
    )
    assert of_sender(settled) == ["missing-at-hub", "other-bytes-at-hub"]
    assert of_recipient(settled) == ["other-bytes-received", "received-not-at-hub"]


@once
def test_a_recipient_the_hub_forgot_is_found(settled):
    gone = settled.hub.all(Delivery, Delivery.recipient_code == BINH_MINH)[0]
    write(
        settled.hub,
        delete(Receipt).where(Receipt.delivery_id == gone.id),
        delete(Delivery).where(Delivery.id == gone.id),
    )
    assert of_sender(settled) == ["recipient-not-at-hub"]


@once
def test_what_a_restored_backup_forgot_is_found(settled):
    """The node's rows of an exchange are gone, the hub still has it."""
    (lost, *_) = settled.a.all(IncomingDocument)
    (sent, *_) = settled.b.all(ExchangeMessage, ExchangeMessage.kind == "edoc")
    write(
        settled.a,
        delete(Receipt).where(Receipt.message_id == lost.message_id),
        update(IncomingDocument).where(IncomingDocument.id == lost.id).values(message_id=None),
        delete(ExchangeMessage).where(ExchangeMessage.id == lost.message_id),
    )
    write(
        settled.b,
        delete(Receipt).where(Receipt.message_id == sent.id),
        update(Dispatch).where(Dispatch.message_id == sent.id).values(message_id=None),
        delete(ExchangeMessage).where(ExchangeMessage.id == sent.id),
    )
    assert of_recipient(settled) == ["received-missing-here"]
    assert of_sender(settled) == ["missing-here"]


@once
def test_damaged_and_missing_files_and_rows_are_found(settled):
    (first, second) = settled.a.all(
        ExchangeMessage,
        ExchangeMessage.kind == "edoc",
        ExchangeMessage.agency_id == agency_of(settled.a, BINH_SON),
    )
    path = settled.a.office.files.path(first.payload_sha256)
    path.chmod(0o600)
    path.write_bytes(b"khac")
    write(
        settled.a,
        update(IncomingDocument)
        .where(IncomingDocument.message_id == second.id)
        .values(document_uid="mot-ma-khac"),
    )
    assert of_recipient(settled) == ["package-file-damaged", "package-without-arrival"]


@once
def test_missing_and_wrong_receipts_are_found(settled):
    hubs, theirs, other = (
        settled.b.all(Receipt, Receipt.role == "hub")[0],
        settled.b.all(Receipt, Receipt.signer_code == BINH_SON)[1],
        settled.b.all(Receipt, Receipt.signer_code == BINH_MINH)[1],
    )
    write(
        settled.b,
        delete(Receipt).where(Receipt.id.in_([hubs.id, theirs.id])),
        update(Receipt).where(Receipt.id == other.id).values(problem="receipt-other-bytes"),
    )
    found = of_sender(settled)
    assert "receipt-invalid" in found
    assert "recipient-receipt-missing" in found


@once
def test_what_stays_unanswered_or_unfetched_is_found(world):
    send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.exchange()
    world.exchange()
    write(
        world.b,
        delete(StatusEvent),
        update(Dispatch).where(Dispatch.recipient_code == BINH_SON).values(business_state=None),
        update(Dispatch)
        .where(Dispatch.recipient_code == BINH_MINH)
        .values(transport_state="sent", delivered_at=None),
    )
    world.line.said["getSentEdocList"] = b"gateway timeout"
    world.b.wait(hours=30)
    assert of_sender(world) == ["delivered-no-status", "delivered-not-noted"]
    send_one(world.b, SON_TINH, [BINH_SON])
    world.line.said.clear()
    world.b.work({"send"})
    world.b.wait(hours=30)
    world.a.wait(hours=30)
    assert "recipient-not-fetched" in of_sender(world)
    assert of_recipient(world) == ["not-fetched"]


@once
def test_an_answer_that_is_still_out_is_told_as_such(world):
    world.line.lost = {"sendEdoc"}
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.line.lost = set()
    world.b.wait(minutes=3)
    assert of_sender(world) == ["answer-outstanding"]


@once
def test_skipped_doubled_and_empty_numbers_are_found(settled):
    book = settled.b.all(Register)[0]
    one, two = settled.b.all(OutgoingDocument)
    write(
        settled.b,
        update(Register).where(Register.id == book.id).values(last_number=4),
        update(RegisterEntry).where(RegisterEntry.id == two.number_entry_id).values(number=7),
        update(OutgoingDocument)
        .where(OutgoingDocument.id == one.id)
        .values(number_entry_id=None, issued_at=settled.b.office.now()),
    )
    assert of_sender(settled) == [
        "document-without-number",
        "number-beyond",
        "number-skipped",
        "number-without-document",
    ]
    skipped = settled.b.all(Difference, Difference.kind == "number-skipped")[0]
    assert skipped.details["numbers"] == "2, 3, 4"


@once
def test_a_recipient_without_a_dispatch_is_found(settled):
    recipient = Recipient(document_id=1, code="000.22.31.H48", name="Bình Trung")
    with settled.b.app.app_context(), transaction(settled.b.office, SYSTEM) as work:
        work.session.add(recipient)
    assert of_sender(settled) == ["recipient-without-dispatch"]


@once
def test_a_hub_that_is_away_or_keeps_no_ledger_leaves_the_rest(settled):
    settled.line.away = True
    assert of_sender(settled) == []
    assert last(settled.b, SON_TINH).problem.startswith("hub-away:")
    settled.line.away = False
    refusal = b'{"status":"FAIL","ErrorCode":"28","ErrorDesc":"?"}'
    settled.line.said |= dict.fromkeys(("getLedger", "getReceipts", "lodgeReceiptKey"), refusal)
    write(settled.b, update(links.HubLink).values(receipt_key_id=""))
    assert of_sender(settled) == []
    assert last(settled.b, SON_TINH).problem == "hub-no-ledger"


@once
def test_every_night_each_agency_is_reconciled_by_itself(world):
    with world.b.app.app_context():
        links.ensure_polls(world.b.office)
        (item,) = world.b.all(OutboxItem, OutboxItem.kind == "reconcile")
        night = item.due_at + timedelta(hours=7)
    assert (item.queue, night.hour in (2, 3)) == ("inspection", True)
    world.b.wait(hours=24)
    drain(world.b.app, kinds={"reconcile"})
    runs = world.b.all(Reconciliation)
    assert {run.state for run in runs} == {"done"}
    assert len(runs) == len({run.agency_id for run in runs}) > 1
    (item,) = world.b.all(OutboxItem, OutboxItem.kind == "reconcile", OutboxItem.state == "due")
    assert timedelta() < item.due_at - world.b.office.now() <= timedelta(days=1)


def test_the_page_tells_everything_in_words_and_starts_one_run_at_a_time(settled):
    write(settled.hub, update(HubMessage).where(HubMessage.id == 1).values(payload_sha256="0" * 64))
    clerk = Visitor(settled.b.app, "st.vanthu", PASSWORD)
    assert "Chưa đối soát lần nào" in clerk.get("/exchange/reconciliation").text
    address = "/exchange/reconciliation"
    assert clerk.submit(address, page=address).status_code == 303
    assert clerk.submit(address, page="/exchange/").status_code == 409
    assert "Đang đối soát" in clerk.get(address).text
    settled.b.work({"reconcile"})
    page = clerk.get(address).text
    assert "nội dung tại trục khác nội dung đã gửi" in page
    assert 'href="/exchange/messages/' in page
    clerk.get(f"{address}?run={last(settled.b, SON_TINH).id}&page=2")
    told = settled.b.all(Notification, Notification.kind == "exchange:reconciled")
    assert told[0].details["differences"] > 0
    clerk.get("/notifications/")
    administrator = Visitor(settled.b.app, "st.quantri", PASSWORD)
    administrator.get(address)
    with settled.b.app.app_context():
        leader = find_actor(settled.b.office, "st.chutich")
        with pytest.raises(Forbidden):
            reconciling.ask(settled.b.office, leader)
        clerk_actor = find_actor(settled.b.office, "st.vanthu", SON_TINH)
        reconciling.ask(settled.b.office, clerk_actor)
        with pytest.raises(Conflict):
            reconciling.ask(settled.b.office, clerk_actor)


@once
def test_a_long_ledger_is_compared_page_by_page(world, monkeypatch):
    from services.hub import ledger

    monkeypatch.setattr(ledger, "LISTED", 3)
    for _ in range(4):
        send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    for _ in range(2):
        world.exchange()
    world.b.wait(hours=2)
    assert of_sender(world) == []
    assert last(world.b, SON_TINH).checked["recipients"] == 8


def test_every_kind_of_difference_has_words():
    made = {literal(call) for call in (c for _p, c in calls("Found"))}
    made |= {literal(call, 1) for name in ("_about", "_of_recipient") for _p, call in calls(name)}
    assert made - {None} <= DIFFERENCES.keys()
    for kind in DIFFERENCES:
        sentence, step = difference(kind, {})
        assert sentence
        assert step


def test_a_kind_of_an_earlier_or_another_version_is_told_in_words_too():
    former = difference("file-damaged", {"document": "5/UBND"})
    assert former == difference("package-file-damaged", {"document": "5/UBND"})
    assert former[0].startswith("Tệp gói 5/UBND trên đĩa")
    sentence, step = difference("kind-of-tomorrow", {})
    assert sentence.startswith("Một sai lệch do bản khác của phần mềm ghi (kind-of-tomorrow)")
    assert step
