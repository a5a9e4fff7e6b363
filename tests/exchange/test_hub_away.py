"""The hub is away, or says no: everything waits visibly, and goes on by itself or by one click."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from demo import seed
from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.exchange_flow import TransportState
from domain.roles import SYSTEM
from jobs import context
from jobs.outbox import run
from models.agencies import HubLink
from models.audit import Notification
from models.exchange import Dispatch, ExchangeMessage, OutboxItem
from models.hub import DirectoryEntry, HubMessage
from models.outgoing import OutgoingDocument
from services import directory, incoming, outbox
from services.exchange import links, resuming, transport
from services.hub import directory as hub_directory
from services.outbox import GIVE_UP_AFTER
from services.outgoing import queries
from services.unit_of_work import transaction
from tests.conftest import drain, find_actor, poll_now
from tests.exchange.conftest import (
    BINH_MINH,
    BINH_SON,
    SECRETS,
    SON_TINH,
    TINH_HA,
    agency_of,
    arrivals,
    items,
    send_one,
)

REFUSED = b'{"status":"FAIL","ErrorCode":"23","ErrorDesc":"Don vi nhan dang bi khoa","DocId":""}'


def entry_of(hub, code: str) -> DirectoryEntry:
    return hub.all(DirectoryEntry, DirectoryEntry.code == code)[0]


def lock(hub, code: str) -> None:
    entry = entry_of(hub, code)
    with hub.app.app_context():
        operator = find_actor(hub.office, "hub.vanhanh")
        hub_directory.set_locked(hub.office, operator, entry.id, entry.version, True)


def unlock(hub, code: str) -> None:
    entry = entry_of(hub, code)
    with hub.app.app_context():
        operator = find_actor(hub.office, "hub.vanhanh")
        hub_directory.set_locked(hub.office, operator, entry.id, entry.version, False)


def enter(hub, **fields: str) -> None:
    with hub.app.app_context():
        operator = find_actor(hub.office, "hub.vanhanh")
        hub_directory.add(hub.office, operator, hub_directory.EntryFields(**fields))


def sync(node) -> None:
    poll_now(node.app)
    drain(node.app, kinds={"sync_directory"})


def link_of(node, code: str) -> HubLink:
    return node.all(HubLink, HubLink.agency_id == agency_of(node, code))[0]


def resume(node, username="st.vanthu", agency=SON_TINH, message_id=1) -> None:
    with node.app.app_context():
        actor = find_actor(node.office, username, agency)
        resuming.resume(node.office, actor, message_id)


def test_what_waited_goes_as_soon_as_the_hub_is_back(world):
    world.line.away = True
    for _ in range(3):
        send_one(world.b, SON_TINH, [BINH_SON])
    for _ in range(6):
        world.b.wait(minutes=15)
        world.b.work()
    assert link_of(world.b, SON_TINH).last_error.startswith("hub-away:")
    assert {d.transport_state for d in world.b.all(Dispatch)} == {TransportState.QUEUED}
    assert all(d.problem.startswith("hub-away:") for d in world.b.all(Dispatch))
    world.line.away = False
    world.b.wait(minutes=2)  # the pause between two probes
    world.b.poll()  # the poll finds the hub again and wakes the rest: no wait for their pause
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 3
    link = link_of(world.b, SON_TINH)
    assert link.last_error == ""
    assert link.last_success_at is not None


def test_after_a_week_it_stops_and_a_person_resumes_it(world):
    world.line.away = True
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.b.clock.ahead += GIVE_UP_AFTER + timedelta(hours=1)
    world.b.work()
    (message,) = world.b.all(ExchangeMessage)
    pinned = message.payload_sha256
    assert message.state == TransportState.PARKED
    assert world.b.all(Dispatch)[0].transport_state == TransportState.PARKED
    world.line.away = False
    world.b.poll()
    assert world.hub.all(HubMessage) == []
    resume(world.b)
    world.b.work()
    (message,) = world.b.all(ExchangeMessage)
    assert (message.state, message.payload_sha256) == (TransportState.SENT, pinned)


def test_a_refusal_is_final_told_to_the_clerk_and_can_be_resumed(world):
    world.line.said["sendEdoc"] = REFUSED
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.b.wait(hours=1)
    world.b.work({"send"})
    assert world.line.count("sendEdoc") == 1
    (dispatch,) = world.b.all(Dispatch)
    assert dispatch.transport_state == TransportState.FAILED
    assert dispatch.problem == "axis:23:Don vi nhan dang bi khoa"
    told = world.b.all(Notification, Notification.kind == "exchange:failed")
    assert len(told) == 1
    world.line.said.clear()
    resume(world.b)
    world.b.work()
    assert world.b.all(Dispatch)[0].transport_state == TransportState.SENT


def test_resuming_leaves_out_a_recipient_who_is_gone_for_whom_the_hub_refuses_all(world):
    world.line.said["sendEdoc"] = REFUSED
    send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.b.work()
    world.line.said.clear()
    lock(world.hub, BINH_MINH)
    sync(world.b)
    resume(world.b)
    world.b.work()
    states = {d.recipient_code: (d.transport_state, d.problem) for d in world.b.all(Dispatch)}
    assert states[BINH_SON] == (TransportState.SENT, "")
    assert states[BINH_MINH] == (TransportState.FAILED, "recipient-unreachable")


def test_only_who_may_can_resume_and_only_what_stands_still(world):
    world.line.said["sendEdoc"] = REFUSED
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    with pytest.raises(Forbidden):
        resume(world.b, "st.chuyenvien")
    with pytest.raises(NotFound):
        resume(world.b, "st.th.vanthu", "000.21.32.H48")
    world.line.said.clear()
    resume(world.b)
    world.b.work()
    with pytest.raises(Conflict, match="wrong-state"):
        resume(world.b)


def test_a_wrong_secret_is_shown_on_the_line_and_healed_by_the_right_one(world):
    with world.b.app.app_context():
        seed.seed_hub_links(world.b.office, "http://hub.example/axis", {SON_TINH: "sai"})
    world.b.poll()
    assert link_of(world.b, SON_TINH).last_error.startswith("axis:15:")
    with world.b.app.app_context():
        seed.seed_hub_links(world.b.office, "http://hub.example/axis", SECRETS)
    world.b.poll()
    assert link_of(world.b, SON_TINH).last_error == ""


def test_polls_are_set_up_once_however_often_it_is_asked(world):
    with world.b.app.app_context():
        links.ensure_polls(world.b.office)
        links.ensure_polls(world.b.office)
    assert len(items(world.b, "poll")) == len(world.b.all(HubLink))
    assert len(items(world.b, "sync_directory")) == 1


def test_the_directory_follows_the_hub_and_works_without_it(world):
    new = "000.23.31.H48"
    enter(world.hub, code=new, name="Ủy ban nhân dân xã Bình Đông")
    lock(world.hub, BINH_SON)
    sync(world.b)
    with world.b.app.app_context():
        assert [e.code for e in directory.search(world.b.office, "binh dong")] == [new]
        assert directory.search(world.b.office, BINH_SON) == []
    world.line.away = True
    sync(world.b)
    with world.b.app.app_context():
        assert [e.code for e in directory.search(world.b.office, "binh dong")] == [new]


UNKNOWN = b'{"status":"FAIL","ErrorCode":"28","ErrorDesc":"?"}'
ONE_AGENCY = (
    b'{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":[{"code":"%s","name":"Mot"}]}'
    % SON_TINH.encode()
)


def test_a_directory_that_lost_half_its_agencies_is_not_believed(world):
    world.line.said |= {"getDirectoryChanges": UNKNOWN, "getAgenciesList": ONE_AGENCY}
    sync(world.b)
    assert world.b.all(DirectoryEntry, DirectoryEntry.is_locked.is_(True)) == []


def test_an_empty_directory_is_not_believed_even_after_many_were_locked(world):
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        half = work.session.scalars(select(DirectoryEntry).order_by(DirectoryEntry.id)).all()
        for entry in half[: len(half) // 2]:
            entry.is_locked = True
        live = len(half) - len(half) // 2
    nobody = b'{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":[]}'
    world.line.said |= {"getDirectoryChanges": UNKNOWN, "getAgenciesList": nobody}
    sync(world.b)
    assert len(world.b.all(DirectoryEntry, DirectoryEntry.is_locked.is_(False))) == live


def test_who_is_dissolved_is_named_with_the_successor_on_the_nodes(world):
    entry = entry_of(world.hub, BINH_MINH)
    with world.hub.app.app_context():
        office = world.hub.office
        operator, today = find_actor(office, "hub.vanhanh"), office.today()
        ending = hub_directory.Ending(today, BINH_SON)
        hub_directory.dissolve(office, operator, entry.id, entry.version, ending)
    sync(world.b)
    with world.b.app.app_context(), pytest.raises(Invalid) as refused:
        directory.resolve(world.b.office, [BINH_MINH])
    assert refused.value.code == "recipient-dissolved"
    assert BINH_SON in str(refused.value.fields["successor"])


def test_only_what_changed_is_asked_for_again(world):
    sync(world.b)
    link = world.b.all(HubLink)[0]
    assert link.directory_version == max(e.version for e in world.hub.all(DirectoryEntry))
    enter(world.hub, code="000.24.31.H48", name="Ủy ban nhân dân xã Bình Hải")
    with world.b.app.app_context(), links.connect(world.b.office, link.agency_id) as axis:
        changed = axis.directory_changes(link.directory_version)
    assert [record.code for record in changed] == ["000.24.31.H48"]


def test_a_hub_restored_from_a_backup_tells_its_directory_anew(world, monkeypatch):
    """Its versions begin again below what the node has: nothing new may be missed by that."""
    sync(world.b)
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        work.session.execute(update(HubLink).values(directory_version=10**6))
    monkeypatch.setattr("services.hub.lookup.CHANGES", 2)
    enter(world.hub, code="000.24.31.H48", name="Ủy ban nhân dân xã Bình Hải")
    sync(world.b)
    with world.b.app.app_context():
        assert [e.code for e in directory.search(world.b.office, "binh hai")] == ["000.24.31.H48"]
    version = max(e.version for e in world.hub.all(DirectoryEntry))
    assert world.b.all(HubLink)[0].directory_version == version


def test_a_former_code_finds_the_agency_on_the_nodes_too(world):
    name = "Ủy ban nhân dân xã Bình Đông"
    enter(world.hub, code="000.23.31.H48", old_code="H48.31.23", name=name)
    sync(world.b)
    with world.b.app.app_context():
        assert [e.name for e in directory.search(world.b.office, "H48.31.23")] == [name]


def test_another_pace_in_the_settings_counts_from_the_next_start_on(world):
    office = world.b.office
    with world.b.app.app_context():
        links.ensure_polls(office)
        object.__setattr__(office.settings, "poll_seconds", 5)
        links.ensure_polls(office)
    assert {item.repeat_seconds for item in items(world.b, "poll")} == {5}


def test_an_urgent_package_passes_a_backlog(world):
    for _ in range(3):
        send_one(world.b, SON_TINH, [BINH_SON])
    urgent = send_one(world.b, SON_TINH, [BINH_SON], urgency=3)
    first = min(item.id for item in items(world.b, "send"))
    with world.b.app.app_context():
        chosen = outbox.most_urgent(world.b.office, first)
    message = world.b.all(ExchangeMessage, ExchangeMessage.outgoing_id == urgent)[0]
    assert {item.id: item.subject_id for item in items(world.b, "send")}[chosen] == message.id


def test_one_locked_recipient_does_not_keep_the_document_from_the_others(world):
    lock(world.hub, BINH_MINH)  # and the node does not know it yet
    document_id = send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.b.work()
    states = {d.recipient_code: (d.transport_state, d.problem) for d in world.b.all(Dispatch)}
    assert states[BINH_SON] == (TransportState.SENT, "")
    assert states[BINH_MINH] == (TransportState.FAILED, "recipient-unreachable")
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 1
    # Once the hub opens the agency again, a click sends to it alone, under the same id.
    unlock(world.hub, BINH_MINH)
    sync(world.b)
    failed = next(d for d in world.b.all(Dispatch) if d.recipient_code == BINH_MINH)
    with world.b.app.app_context():
        clerk = find_actor(world.b.office, "st.vanthu", SON_TINH)
        sent = world.b.office.session().get(OutgoingDocument, document_id).dispatches
        assert resuming.resendable(world.b.office, clerk, sent) == {failed.id}
        resuming.resend(world.b.office, clerk, failed.id)
        with pytest.raises(NotFound):
            resuming.resend(world.b.office, clerk, failed.id)
    world.b.work()
    world.a.poll()
    assert len(arrivals(world.a, BINH_MINH)) == 1
    assert len(arrivals(world.a, BINH_SON)) == 1
    assert {d.transport_state for d in world.b.all(Dispatch)} <= {"sent", "delivered"}


def test_only_who_may_resends_and_nothing_of_another_agency(world):
    lock(world.hub, BINH_MINH)
    send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.b.work()
    failed = next(d for d in world.b.all(Dispatch) if d.recipient_code == BINH_MINH)
    with world.b.app.app_context():
        officer = find_actor(world.b.office, "st.chuyenvien")
        other = find_actor(world.b.office, "st.th.vanthu", "000.21.32.H48")
        with pytest.raises(Forbidden):
            resuming.resend(world.b.office, officer, failed.id)
        with pytest.raises(NotFound):
            resuming.resend(world.b.office, other, failed.id)


def test_a_hub_that_hangs_does_not_hold_up_neighbours(world):
    send_one(world.b, SON_TINH, [BINH_SON, TINH_HA])
    assert {item.queue for item in items(world.b, "deliver")} == {"signing"}
    assert {item.queue for item in items(world.b, "send")} == {"exchange"}


def test_a_refusal_is_told_to_clerk_and_drafter_and_seen_in_the_list(world):
    document_id = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    arrival = arrivals(world.a, BINH_SON)[0]
    with world.a.app.app_context():
        clerk = find_actor(world.a.office, "bs.vanthu", BINH_SON)
        form = {"reason": "Gửi nhầm cơ quan"}
        incoming.perform(world.a.office, clerk, arrival.id, "refuse", form)
    world.exchange()
    told = world.b.all(Notification, Notification.kind == "exchange:recipient_refused")
    assert {note.details["reason"] for note in told} == {"Gửi nhầm cơ quan"}
    drafter = world.b.all(OutgoingDocument)[0].drafter_id
    assert drafter in {note.person_id for note in told}
    with world.b.app.app_context():
        clerk = find_actor(world.b.office, "st.vanthu", SON_TINH)
        found = queries.listing(world.b.office, clerk, queries.Filters())
    assert found.outcomes[document_id].refused == 1


LOCKED = b'{"status":"FAIL","ErrorCode":"23","ErrorDesc":"Don vi nhan dang bi khoa","DocId":""}'


def test_a_refusal_that_the_directory_does_not_explain_is_told_and_not_tried_for_ever(world):
    lock(world.hub, BINH_MINH)
    send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.line.said["sendEdoc"] = LOCKED
    world.b.work()
    assert world.line.count("sendEdoc") == 2  # with all, and without the locked one
    (message,) = world.b.all(ExchangeMessage)
    assert message.state == TransportState.FAILED
    assert world.b.all(Notification, Notification.kind == "exchange:failed")


def test_who_was_left_out_of_a_parked_package_is_not_said_to_have_it(world):
    lock(world.hub, BINH_MINH)
    send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.b.work()
    resend_failed = [d for d in world.b.all(Dispatch) if d.transport_state == "failed"]
    assert [d.recipient_code for d in resend_failed] == [BINH_MINH]
    with world.b.app.app_context(), transaction(world.b.office, SYSTEM) as work:
        message = work.session.get(ExchangeMessage, 1)
        message.state = TransportState.PARKED
        transport.requeued(work, message)
    states = {d.recipient_code: d.transport_state for d in world.b.all(Dispatch)}
    assert states[BINH_MINH] == TransportState.FAILED


def test_after_a_single_resend_the_first_package_is_asked_about_no_more(world):
    lock(world.hub, BINH_MINH)
    send_one(world.b, SON_TINH, [BINH_SON, BINH_MINH])
    world.exchange()
    unlock(world.hub, BINH_MINH)
    sync(world.b)
    failed = next(d for d in world.b.all(Dispatch) if d.recipient_code == BINH_MINH)
    with world.b.app.app_context():
        clerk = find_actor(world.b.office, "st.vanthu", SON_TINH)
        resuming.resend(world.b.office, clerk, failed.id)
    world.exchange()
    world.exchange()
    edocs = world.b.all(ExchangeMessage, ExchangeMessage.kind == "edoc")
    assert {m.state for m in edocs} == {TransportState.DELIVERED}


def test_what_an_urgent_item_passed_is_done_by_the_wake_up_that_is_left(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    send_one(world.b, SON_TINH, [BINH_SON], urgency=3)
    woken = [item.id for item in world.b.all(OutboxItem, OutboxItem.queue == "exchange")]

    @contextmanager
    def open_office():
        with world.b.app.app_context():
            yield world.b.office

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context, "open_office", open_office)
        for item_id in woken:
            run(item_id)
    assert {d.transport_state for d in world.b.all(Dispatch)} == {TransportState.SENT}


def test_a_restart_of_the_demo_keeps_a_secret_that_was_changed_and_follows_the_port(world):
    with world.b.app.app_context():
        seed.seed_hub_links(world.b.office, "http://hub.example/axis", {SON_TINH: "bi-mat-moi"})
        sealed = link_of(world.b, SON_TINH).secret_sealed
        seed.move_hub_links(world.b.office, "http://hub.example:8001/axis")
    link = link_of(world.b, SON_TINH)
    assert (link.secret_sealed, link.endpoint) == (sealed, "http://hub.example:8001/axis")
