"""Recipients added after the dispatch get the same document under the same id; a long list of
recipients is one package and few statements."""

import pytest
from sqlalchemy import event, select

from adapters.edxml.package import BusinessKind, ReceiverChange
from domain.errors import Conflict, Forbidden, Invalid
from extensions import db
from models.audit import AuditEntry
from models.changes import Change
from models.exchange import Direction, Dispatch, ExchangeMessage, MessageKind, Route
from models.hub import DirectoryEntry, HubMessage
from models.incoming import Paper
from services import outgoing
from services.exchange import reading, transport
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, find_actor
from tests.exchange.conftest import (
    BINH_MINH,
    BINH_SON,
    SON_TINH,
    TINH_HA,
    arrivals,
    issue,
    send_one,
)
from tests.visitor import Visitor


def add(node, document_id: int, codes: list[str], who: str = "st.vanthu", **form) -> None:
    with node.app.app_context():
        actor = find_actor(node.office, who, SON_TINH)
        sent = {"recipients": codes} | form
        outgoing.perform(node.office, actor, document_id, "add_recipients", sent)


def test_the_same_document_goes_to_a_recipient_that_was_added_later(world):
    own = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    add(world.b, own, [BINH_MINH, TINH_HA], informed=frozenset({BINH_MINH}))
    world.exchange()
    first, second = world.b.all(
        ExchangeMessage,
        ExchangeMessage.outgoing_id == own,
        ExchangeMessage.direction == Direction.OUT,
    )
    assert first.document_uid == second.document_uid
    to = world.b.office.files.read(second.payload_sha256).decode().partition("</edXML:To>")[0]
    assert BINH_MINH in to
    (before,), (added,) = arrivals(world.a, BINH_SON), arrivals(world.a, BINH_MINH)
    assert before.document_uid == added.document_uid
    papers = world.a.all(Paper, Paper.ordinal == 1)
    assert len({paper.sha256 for paper in papers}) == 1
    assert len(arrivals(world.b, TINH_HA)) == 1
    states = {d.recipient_code: d.business_state for d in world.b.all(Dispatch)}
    assert states == {BINH_SON: "01", BINH_MINH: "01", TINH_HA: "01"}
    (entry,) = world.b.all(AuditEntry, AuditEntry.tag == "outgoing:add_recipients")
    assert entry.details["recipients"] == [BINH_MINH, TINH_HA]
    assert len(world.hub.all(HubMessage, HubMessage.kind == MessageKind.EDOC)) == 2


def test_who_is_added_gets_a_new_document_and_the_others_an_update_that_names_them(world):
    own = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    add(world.b, own, [BINH_MINH], tell="1")
    world.exchange()
    going_out = ExchangeMessage.direction == Direction.OUT
    sent = world.b.all(ExchangeMessage, ExchangeMessage.outgoing_id == own, going_out)
    _first, new, update = (reading.read(world.b.office.files, m.payload_sha256) for m in sent)
    assert (new.business.kind, [o.code for o in new.recipients]) == (BusinessKind.NEW, [BINH_MINH])
    assert len(new.attachments) == 2
    assert not new.business.receiver_changes
    business = update.business
    assert (business.kind, [o.code for o in update.recipients]) == (BusinessKind.UPDATE, [BINH_SON])
    assert (business.data_changed, business.receivers_changed) == (False, True)
    assert business.receiver_changes == (ReceiverChange(BINH_MINH, added=True),)
    assert (business.document_id, update.document_id) == (new.document_id, new.document_id)
    assert update.attachments == ()


def test_those_who_have_it_are_told_who_got_it_besides_and_answer_nothing(world):
    own = send_one(world.b, SON_TINH, [BINH_SON, TINH_HA])
    world.exchange()
    add(world.b, own, [BINH_MINH], tell="1")
    world.exchange()
    told = world.b.all(Change, Change.direction == Direction.OUT)
    assert [(c.peer_code, c.kind, c.state) for c in told] == [
        (BINH_SON, "receivers", "told"),
        (TINH_HA, "receivers", "told"),
    ]
    package = world.b.office.files.read(
        world.b.all(ExchangeMessage, ExchangeMessage.id == told[0].message_id)[0].payload_sha256
    ).decode()
    assert f"<edXML:OrganId>{BINH_MINH}</edXML:OrganId>" in package
    assert "<edXML:ReceiverType>1</edXML:ReceiverType>" in package
    for node, username in ((world.a, "bs.vanthu"), (world.b, "st.th.vanthu")):
        (heard,) = node.all(Change, Change.direction == Direction.IN)
        assert (heard.kind, heard.state) == ("receivers", "told")
        clerk = Visitor(node.app, username, PASSWORD)
        page = clerk.get(f"/incoming/{heard.incoming_id}").text
        assert f"+ {BINH_MINH}" in page
        assert "Báo thay đổi nơi nhận" in page
        assert "không cần trả lời" in page
        assert "Không có yêu cầu nào chờ trả lời" in clerk.get("/exchange/?tab=answer").text
    assert {d.business_state for d in world.b.all(Dispatch)} == {"01"}
    assert len(arrivals(world.a, BINH_MINH)) == 1
    sender = Visitor(world.b.app, "st.vanthu", PASSWORD)
    assert "đã báo 2 nơi đã nhận" in sender.get(f"/outgoing/{own}").text
    assert "Báo các nơi đã nhận" in sender.get(f"/outgoing/{own}/recipients/add").text


def test_of_whom_something_is_asked_already_nothing_more_is_said(world):
    own = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    with world.b.app.app_context():
        form = {"dispatch": BINH_SON, "reason": "Gửi nhầm"}
        outgoing.perform(world.b.office, _actor(world.b), own, "take_back", form)
    add(world.b, own, [BINH_MINH], tell="1")
    assert [each.kind for each in world.b.all(Change)] == ["take_back"]


def test_who_has_it_already_and_who_cannot_get_it_are_refused_by_name(world):
    own = send_one(world.b, SON_TINH, [BINH_SON])
    for codes, code in (
        ([BINH_MINH, BINH_SON], "recipients-have-it"),
        ([], "recipients-none-new"),
        (["1.2.3"], "recipient-unknown"),
        ([SON_TINH], "recipient-self"),
    ):
        with pytest.raises(Invalid) as refused:
            add(world.b, own, codes)
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        add(world.b, own, [BINH_MINH], who="st.chanhvp")
    unsent = issue(world.b, SON_TINH, [BINH_SON])
    with pytest.raises(Conflict):
        add(world.b, unsent, [BINH_MINH])
    assert len(world.b.all(Dispatch)) == 1


def statements(node, work) -> int:
    """How many SQL statements `work()` takes."""
    seen = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    with node.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            work()
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    # SQLite tells the id of one new row at a time: there is no round trip to save.
    return sum(not statement.startswith("INSERT INTO dispatch") for statement in seen)


def test_many_recipients_take_no_more_statements_than_a_few(world):
    codes = [f"000.9.{n:04}.H48" for n in range(300)]
    with world.b.app.app_context(), transaction(world.b.office, _actor(world.b)) as work:
        work.session.add_all(DirectoryEntry(code=code, name=f"Xã {code}") for code in codes)

    def dispatching(document_id: int):
        return lambda: outgoing.perform(
            world.b.office, _actor(world.b), document_id, "dispatch", {}
        )

    few = issue(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    many = issue(world.b, SON_TINH, [BINH_SON, *codes])
    assert statements(world.b, dispatching(many)) <= statements(world.b, dispatching(few)) + 2

    sent = world.b.all(ExchangeMessage, ExchangeMessage.outgoing_id == many)[0]

    def all_there():
        with transaction(world.b.office, _actor(world.b)) as work:
            message = work.session.get(ExchangeMessage, sent.id)
            transport.sent(work, message, "so-hieu-cua-truc")
            rows = work.session.scalars(select(Dispatch).where(Dispatch.message_id == sent.id))
            transport.all_delivered(work, rows.all())

    assert statements(world.b, all_there) < 30
    (message,) = world.b.all(ExchangeMessage, ExchangeMessage.id == sent.id)
    assert message.state == "delivered"
    assert {d.route for d in world.b.all(Dispatch, Dispatch.document_id == many)} == {Route.HUB}


def _actor(node):
    return find_actor(node.office, "st.vanthu", SON_TINH)
