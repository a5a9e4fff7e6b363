"""From one province to the other through the nation's hub, and back: nothing lost, nothing twice,
nothing in a circle."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from adapters.axis.errors import AxisRefusal
from domain.errors import Conflict, Forbidden
from domain.roles import Actor
from models.audit import AuditEntry, Notification
from models.exchange import OutboxItem, OutboxState
from models.hub import Delivery, DeliveryState
from models.uplinks import Relay, RelayState, Uplink, UplinkArrival
from services.hub import acceptance, deliveries, descending, holding, relaying, uplinks
from services.outbox import GIVE_UP_AFTER
from tests.edxml.test_edxml_relay import hops, with_hop
from tests.hub import packages
from tests.hub.packages import SON_TINH, TINH_HA, accept, edoc, status
from tests.uplinks.conftest import FAR, FAR_TOO, N_CODE, P_CODE, Q_CODE


def send(nation, to=(FAR,), **changes) -> bytes:
    """A package that the province P accepts."""
    data = edoc(to=to, **changes)
    with nation.p.app.app_context():
        accept(nation.p.office, SON_TINH, data)
    return data


def fetch(hub, code: str) -> list[bytes]:
    """What waits for an agency, as its system would take it."""
    with hub.app.app_context():
        found = deliveries.waiting(hub.office, code, "edoc")
        data = []
        for doc_id in [delivery.doc_id for delivery in found]:
            data.append(packages.fetch(hub.office, code, doc_id))
            deliveries.acknowledge(hub.office, code, doc_id, "done")
        return data


def states(hub, code: str) -> list[str]:
    return [delivery.state for delivery in hub.deliveries(code)]


def tags(hub, tag: str) -> int:
    return len(hub.all(AuditEntry, AuditEntry.tag == tag))


def test_a_document_goes_up_and_down_and_its_sender_learns_of_it(nation_on_each):
    sent = send(nation_on_each)
    assert states(nation_on_each.p, FAR) == ["INITIAL"]
    nation_on_each.p.work()
    assert states(nation_on_each.p, FAR) == ["PROCESSING"]
    nation_on_each.q.poll()
    [arrived] = fetch(nation_on_each.q, FAR)
    assert hops(arrived) == (*hops(sent), P_CODE, Q_CODE)
    nation_on_each.p.poll()
    assert states(nation_on_each.p, FAR) == ["DONE"]
    assert [
        len(hub.messages()) for hub in (nation_on_each.p, nation_on_each.n, nation_on_each.q)
    ] == [1, 1, 1]


def test_what_came_is_kept_beside_what_went_on(nation):
    sent = send(nation)
    nation.carry()
    [up], [message] = nation.p.all(Relay), nation.q.messages()
    [at_nation], [arrival] = nation.n.messages(), nation.q.all(UplinkArrival)
    assert nation.p.office.files.read(nation.p.messages()[0].payload_sha256) == sent
    assert up.payload_sha256 == at_nation.payload_sha256 == message.original_sha256
    assert arrival.original_sha256 == message.original_sha256 != message.payload_sha256
    assert (arrival.message_id, message.sender_code) == (message.id, SON_TINH)
    assert (at_nation.sender_code, at_nation.via_code) == (SON_TINH, P_CODE)


def test_a_status_finds_its_way_back(nation):
    send(nation)
    nation.carry()
    with nation.q.app.app_context():
        accept(nation.q.office, FAR, status("03", FAR, SON_TINH))
    nation.carry()
    with nation.p.app.app_context():
        [delivery] = deliveries.waiting(nation.p.office, SON_TINH, "status")
        assert delivery.message.status_code == "03"
        assert delivery.message.sender_code == FAR
    assert states(nation.q, SON_TINH) == ["DONE"]


def test_two_recipients_there_are_one_package_on_the_way(nation_on_each):
    send(nation_on_each, to=(FAR, FAR_TOO, TINH_HA))
    nation_on_each.carry()
    assert len(nation_on_each.p.all(Relay)) == 1
    assert len(nation_on_each.q.messages()) == 1
    assert len(fetch(nation_on_each.q, FAR)) == len(fetch(nation_on_each.q, FAR_TOO)) == 1
    assert states(nation_on_each.p, TINH_HA) == ["INITIAL"], "it stays at home"


def test_a_recipient_added_later_gets_the_same_bytes(nation):
    send(nation)
    nation.carry()
    with nation.p.app.app_context():
        accept(nation.p.office, SON_TINH, edoc(to=(FAR,)), "edoc", [FAR, FAR_TOO])
    nation.carry()
    assert len(nation.n.messages()) == 1
    assert len(nation.q.messages()) == 1
    assert len(fetch(nation.q, FAR_TOO)) == 1


# --- faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation", ["sendEdoc", "getReceivedEdocList", "getEdoc", "updateStatus", "getSentEdocList"]
)
def test_a_lost_answer_loses_and_doubles_nothing(nation_on_each, operation):
    send(nation_on_each)
    nation_on_each.line.lost = {operation}
    nation_on_each.carry()
    nation_on_each.line.lost = set()
    for hub in (nation_on_each.p, nation_on_each.q):
        hub.clock.ahead += timedelta(hours=1)
    nation_on_each.carry()
    assert [
        len(hub.messages()) for hub in (nation_on_each.p, nation_on_each.n, nation_on_each.q)
    ] == [1, 1, 1]
    assert len(nation_on_each.q.deliveries(FAR)) == 1
    assert states(nation_on_each.n, FAR) == ["DONE"]
    assert states(nation_on_each.p, FAR) == ["DONE"]


class Died(BaseException):
    """The process was killed here."""


@pytest.mark.parametrize(
    ("who", "module", "place"),
    [
        ("p", "relaying", "_pin"),
        ("p", "relaying", "_accepted"),
        ("q", "descending", "_Round._pass_on"),
        ("q", "descending", "_Round._note"),
        ("q", "descending", "_note_words"),
        ("q", "acceptance", "_write"),
    ],
)
def test_a_death_between_two_effects_loses_and_doubles_nothing(
    nation, monkeypatch, who, module, place
):
    """Before the step and after it."""
    modules = {"relaying": relaying, "descending": descending, "acceptance": acceptance}
    owner, _, name = place.rpartition(".")
    holder = getattr(modules[module], owner) if owner else modules[module]
    step = getattr(holder, name)
    send(nation)
    for when in ("before", "after"):

        def dying(*arguments, when=when, **options):
            if when == "after":
                step(*arguments, **options)
            raise Died

        monkeypatch.setattr(holder, name, dying)
        for hub in (nation.p, nation.q):
            try:
                hub.poll()
            except Died:
                hub.clock.ahead += timedelta(minutes=5)  # the dead worker's lease ends
        monkeypatch.setattr(holder, name, step)
        nation.p.clock.ahead += timedelta(minutes=5)
        nation.q.clock.ahead += timedelta(minutes=5)
    nation.carry()
    assert [len(hub.messages()) for hub in (nation.p, nation.n, nation.q)] == [1, 1, 1]
    assert len(fetch(nation.q, FAR)) == 1


def test_an_axis_that_is_away_is_tried_for_a_week_and_goes_on_by_one_click(nation):
    send(nation)
    nation.line.away = True
    nation.p.work()
    [up] = nation.p.all(Relay)
    assert (up.state, up.problem.startswith("hub-away:")) == (RelayState.QUEUED, True)
    assert nation.p.all(Uplink)[0].last_error.startswith("hub-away:")
    nation.p.clock.ahead += GIVE_UP_AFTER + timedelta(hours=1)
    nation.p.work()
    assert nation.p.all(Relay)[0].state == RelayState.PARKED
    assert len(nation.p.all(Notification, Notification.kind == "hub:relay_failed")) == 1
    nation.line.away = False
    nation.p.do(relaying.resume, up.id)
    nation.p.work()
    assert nation.p.all(Relay)[0].state == RelayState.SENT
    nation.carry()
    assert len(nation.q.messages()) == 1


def test_after_an_outage_what_waits_goes_at_once(nation):
    send(nation)
    nation.line.away = True
    for _ in range(6):
        nation.p.work()
        nation.p.clock.ahead += timedelta(minutes=16)
    nation.line.away = False
    nation.p.clock.ahead += timedelta(seconds=1)
    with nation.p.app.app_context():
        session = nation.p.office.session()
        session.execute(
            OutboxItem.__table__.update()
            .where(OutboxItem.kind == "relay")
            .values(due_at=nation.p.office.now() + timedelta(minutes=14))
        )
        session.commit()
    nation.p.poll()
    assert nation.p.all(Relay)[0].state == RelayState.SENT
    assert nation.p.all(Uplink)[0].last_error == ""


def test_a_closed_line_lets_everything_wait(nation):
    nation.p.do(uplinks.set_active, nation.p.uplink_id, False)
    send(nation)
    nation.p.poll()
    assert nation.n.messages() == []
    assert nation.line.calls == []
    nation.p.do(uplinks.set_active, nation.p.uplink_id, True)
    nation.p.poll()
    assert len(nation.n.messages()) == 1


def test_one_unknown_recipient_does_not_keep_the_package_from_the_others(nation):
    send(nation, to=(FAR, "000.00.77.G77"))
    nation.p.work()
    assert states(nation.p, FAR) == ["PROCESSING"]
    assert states(nation.p, "000.00.77.G77") == ["FAIL"]
    failed = nation.p.all(Relay, Relay.state == RelayState.FAILED, Relay.problem != "relay-split")
    assert [each.problem.split(":")[:2] for each in failed] == [["axis", "18"]]
    assert tags(nation.p, "hub:relay_failed") == 1


def test_a_refused_package_can_be_tried_again(nation):
    send(nation, to=("000.00.77.G77",))
    nation.p.work()
    [up] = nation.p.all(Relay)
    assert up.state == RelayState.FAILED
    nation.n.enter("000.00.77.G77")
    nation.p.do(relaying.resume, up.id)
    nation.p.work()
    assert states(nation.p, "000.00.77.G77") == ["PROCESSING"]
    with pytest.raises(Conflict):
        nation.p.do(relaying.resume, up.id)


@pytest.mark.parametrize("held", [{FAR}, {FAR, FAR_TOO}])
def test_what_is_held_back_does_not_go_up_and_goes_when_it_is_let_go(nation, held):
    send(nation, to=(FAR, FAR_TOO))
    kept = {each.recipient_code: each.id for each in nation.p.all(Delivery)}
    for code in held:
        nation.p.do(holding.park, kept[code], "Chờ xác minh")
    nation.p.work()
    nation.q.poll()
    for code in (FAR, FAR_TOO):
        assert len(fetch(nation.q, code)) == (code not in held), code
    for code in held:
        nation.p.do(holding.unpark, kept[code], "Đã rõ")
    nation.p.work()
    nation.q.poll()
    for code in (FAR, FAR_TOO):
        assert len(fetch(nation.q, code)) == (code in held), code
    nation.p.poll()
    assert states(nation.p, FAR) == states(nation.p, FAR_TOO) == ["DONE"]


def test_the_sender_that_sends_again_after_a_failure_is_relayed_again(nation_on_each):
    send(nation_on_each, to=("000.00.77.G77",))
    nation_on_each.p.work()
    nation_on_each.n.enter("000.00.77.G77")
    send(nation_on_each, to=("000.00.77.G77",))
    nation_on_each.p.work()
    assert states(nation_on_each.p, "000.00.77.G77") == ["PROCESSING"]
    assert len(nation_on_each.n.messages()) == 1


# --- circles -----------------------------------------------------------------------------------


def put_at_nation(nation, data: bytes, to: str) -> None:
    """As if it had come there from a third hub that checks nothing."""
    nation.n.enter("000.00.01.G09", account=True)
    with nation.n.app.app_context():
        accept(nation.n.office, "000.00.01.G09", data, "edoc", [to])


def test_a_package_that_has_been_here_is_refused_loudly(nation):
    data = edoc("000.00.01.G09", to=(SON_TINH,))
    put_at_nation(nation, with_hop(data, P_CODE, nation.p.office.now()), SON_TINH)
    nation.p.poll()
    assert nation.p.messages() == []
    [arrival] = nation.p.all(UplinkArrival)
    assert arrival.problem == f"axis-loop:{P_CODE}"
    assert states(nation.n, SON_TINH) == ["FAIL"]
    assert tags(nation.p, "hub:relay_refused") == 1
    assert len(nation.p.all(Notification, Notification.kind == "hub:relay_refused")) == 1


def test_what_would_go_straight_back_is_refused(nation):
    """The nation believes the province has this agency; the province believes the nation has it."""
    put_at_nation(nation, edoc("000.00.01.G09", to=("000.98.98.H48",)), "000.98.98.H48")
    nation.p.poll()
    nation.p.poll()
    assert nation.p.messages() == []
    assert nation.p.all(UplinkArrival)[0].problem.startswith("axis-loop:")
    assert nation.p.all(Relay) == []


def test_a_system_that_brings_back_what_was_here_is_refused(nation):
    data = with_hop(edoc(to=(FAR,)), N_CODE, nation.n.office.now())
    with nation.n.app.app_context(), pytest.raises(AxisRefusal, match="axis-loop"):
        accept(nation.n.office, P_CODE, data)


def test_what_was_refused_is_looked_at_again_when_it_is_offered_again(nation_on_each):
    put_at_nation(nation_on_each, edoc("000.00.01.G09", to=("000.97.97.H48",)), "000.97.97.H48")
    nation_on_each.p.poll()
    assert states(nation_on_each.n, "000.97.97.H48") == ["FAIL"]
    nation_on_each.p.enter("000.97.97.H48", account=True)
    nation_on_each.n.clock.ahead += timedelta(hours=2)
    nation_on_each.p.poll()
    assert states(nation_on_each.n, "000.97.97.H48") == ["DONE"]
    assert len(nation_on_each.p.messages()) == 1
    assert nation_on_each.p.all(UplinkArrival)[0].problem == ""


# --- rights ------------------------------------------------------------------------------------


def test_a_system_may_send_only_for_those_whom_it_serves(nation):
    with nation.n.app.app_context():
        for sender in (FAR, "000.00.01.G09"):
            with pytest.raises(AxisRefusal, match="axis-wrong-from"):
                accept(nation.n.office, P_CODE, edoc(sender, to=(SON_TINH,)))


def test_a_system_sees_only_what_is_for_those_whom_it_serves(nation):
    send(nation)
    nation.p.work()
    with nation.n.app.app_context():
        office = nation.n.office
        assert len(deliveries.waiting(office, Q_CODE, "edoc")) == 1
        assert deliveries.waiting(office, P_CODE, "edoc") == []
        [delivery] = deliveries.waiting(office, Q_CODE, "edoc")
        with pytest.raises(AxisRefusal, match="axis-unknown-document"):
            packages.fetch(office, P_CODE, delivery.doc_id)


def test_only_who_runs_the_hub_changes_its_lines(nation):
    with nation.p.app.app_context(), pytest.raises(Forbidden):
        uplinks.set_active(nation.p.office, Actor(name="ai đó"), nation.p.uplink_id, False)


def test_no_secret_lies_open(nation):
    [uplink] = nation.p.all(Uplink)
    assert b"khoa-" not in uplink.credentials_sealed


def test_without_routes_a_hub_does_as_it_always_did(nation):
    with nation.n.app.app_context():
        office = nation.n.office
        office.session().execute(uplinks.delete(uplinks.CodeRoute))
        office.session().commit()
        with pytest.raises(AxisRefusal, match="axis-unknown-recipient"):
            accept(office, P_CODE, edoc(P_CODE, to=(FAR,)))


def test_every_line_has_one_poll(nation):
    with nation.p.app.app_context():
        uplinks.ensure_polls(nation.p.office)
        uplinks.ensure_polls(nation.p.office)
        polls = select(func.count(OutboxItem.id)).where(
            OutboxItem.kind == "uplink_poll", OutboxItem.state == OutboxState.DUE
        )
        assert nation.p.office.session().scalar(polls) == 1


def test_the_states_of_a_delivery_are_those_of_the_axis():
    assert {*relaying.ON_THE_WAY} < {*DeliveryState}


def test_a_package_too_large_for_this_hub_is_refused_loudly_and_nothing_of_it_kept(nation):
    object.__setattr__(nation.q.office.settings, "max_package", 1024 * 1024)
    send(nation, text="x" * 1_100_000)
    nation.carry()
    [arrival] = nation.q.all(UplinkArrival)
    assert (arrival.problem, arrival.original_sha256) == ("package-too-large:1", "")
    assert nation.q.messages() == []
    assert states(nation.n, FAR) == ["FAIL"]
    assert tags(nation.q, "hub:relay_refused") == 1
    assert [path for path in nation.q.office.files.root.rglob("*") if path.is_file()] == []


def give_back(nation) -> None:
    """The recipient in the other province refuses, and the sender learns of it."""
    with nation.q.app.app_context():
        accept(nation.q.office, FAR, status("02", FAR, SON_TINH), "status")
    nation.carry()
    with nation.p.app.app_context():
        for delivery in deliveries.waiting(nation.p.office, SON_TINH, "status"):
            packages.fetch(nation.p.office, SON_TINH, delivery.doc_id)


@pytest.mark.parametrize("again", ["một", "hai"], ids=["same-bytes", "other-bytes"])
def test_who_refused_behind_two_hubs_gets_it_once_more(nation, again):
    send(nation, text="một")
    nation.carry()
    assert len(fetch(nation.q, FAR)) == 1
    nation.carry()
    give_back(nation)
    send(nation, text=again)
    nation.carry()
    assert len(fetch(nation.q, FAR)) == 1
    nation.carry()
    assert set(states(nation.p, FAR)) == {"DONE"}
    assert fetch(nation.q, FAR) == []
