"""Heads of audit chains lie at the hub (law 9): whoever rewrites a node's whole chain, so that it
is whole in itself, is found out all the same."""

import pytest
from sqlalchemy import delete, select

from domain.roles import SYSTEM
from models.audit import AuditEntry, AuditHead, Notification
from models.hub import LodgedHead
from services import audit_chain
from services.exchange import links, lodging
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, drain
from tests.exchange.conftest import SON_TINH, send_one
from tests.visitor import Visitor


def lodge(node) -> None:
    with node.app.app_context():
        links.ensure_polls(node.office)
    node.wait(hours=1, minutes=1)
    drain(node.app, kinds={"lodge_head"})


def cut_off(node, entries: int) -> None:
    """Deletes the newest entries and puts the head right: a chain that is whole in itself."""
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        head = work.session.get(AuditHead, 1)
        last = head.sequence - entries
        work.session.execute(delete(AuditEntry).where(AuditEntry.sequence > last))
        head.sequence, head.hash = last, work.session.get(AuditEntry, last).hash


def faults(node) -> list[tuple[int, str]]:
    with node.app.app_context():
        assert list(audit_chain.verify(node.office.session())) == []
        return [(fault.sequence, fault.kind) for fault in lodging.compare(node.office).faults]


def own_head(node) -> tuple[int, str]:
    return node.read(audit_chain.head)


def test_the_head_lies_at_the_hub_and_agrees(world):
    send_one(world.b, SON_TINH, ["000.00.31.H48"])
    head = own_head(world.b)
    lodge(world.b)
    (lodged,) = world.hub.all(LodgedHead, LodgedHead.system_id == SON_TINH)
    assert (lodged.sequence, lodged.hash) == head
    assert faults(world.b) == []
    lodge(world.b)  # nothing new, nothing added
    assert len(world.hub.all(LodgedHead, LodgedHead.system_id == SON_TINH)) == 1


def test_a_chain_written_anew_is_found_out(world):
    send_one(world.b, SON_TINH, ["000.00.31.H48"])
    sequence, _ = own_head(world.b)
    lodge(world.b)
    cut_off(world.b, 2)
    assert faults(world.b) == [(sequence, "lodged")]
    for _ in range(2):  # it grows beyond where it was
        send_one(world.b, SON_TINH, ["000.00.31.H48"])
    assert own_head(world.b)[0] > sequence
    assert faults(world.b) == [(sequence, "lodged")]
    lodge(world.b)
    told = world.b.all(Notification, Notification.kind == "admin:head_contradicts")
    assert told, "the administrators are told"
    lodge(world.b)
    again = world.b.all(Notification, Notification.kind == "admin:head_contradicts")
    assert len(again) == len(told), "once, until it was read"


def test_a_chain_that_went_back_is_shown_to_the_operators(world):
    send_one(world.b, SON_TINH, ["000.00.31.H48"])
    lodge(world.b)
    cut_off(world.b, 2)
    lodge(world.b)
    heads = world.hub.all(LodgedHead, LodgedHead.system_id == SON_TINH)
    assert [head.contradicts for head in heads] == [False, True]
    told = world.hub.all(Notification, Notification.kind == "hub:head_contradicts")
    assert {note.summary for note in told} >= {SON_TINH}
    with world.hub.app.app_context():
        page = Visitor(world.hub.app, "hub.vanhanh", PASSWORD).get("/hub/nodes")
    assert "Nhật ký bị lùi hoặc sửa" in page.text


def test_the_command_compares_with_the_hub(world):
    send_one(world.b, SON_TINH, ["000.00.31.H48"])
    lodge(world.b)
    runner = world.b.app.test_cli_runner()
    assert runner.invoke(args=["verify-audit"]).exit_code == 0
    cut_off(world.b, 1)
    said = runner.invoke(args=["verify-audit"])
    assert said.exit_code == 1
    assert "khác với đầu chuỗi đã gửi tại trục" in said.output


def test_while_the_hub_is_away_the_chain_itself_still_counts(world):
    lodge(world.b)
    world.line.away = True
    assert faults(world.b) == []
    said = world.b.app.test_cli_runner().invoke(args=["verify-audit"])
    assert said.exit_code == 2, "nothing was compared, and nobody may believe otherwise"
    assert "Chưa so được với đầu chuỗi gửi tại trục: hub-away" in said.output
    lodge(world.b)
    world.line.away = False
    assert faults(world.b) == []


@pytest.mark.parametrize(
    ("sequence", "digest"),
    [("-1", "0" * 64), ("1e3", "0" * 64), ("9" * 30, "0" * 64), ("1", "xyz"), ("1", "0" * 65)],
)
def test_the_hub_refuses_what_is_no_head(world, sequence, digest):
    with world.b.app.app_context():
        agency = world.b.office.session().scalar(
            select(links.HubLink.agency_id).where(links.HubLink.system_id == SON_TINH)
        )
        with (
            links.connect(world.b.office, agency) as axis,
            pytest.raises(links.PermanentAxisError) as refused,
        ):
            axis.lodge_audit_head(sequence, digest)
    assert refused.value.code == "24"
    assert world.hub.all(LodgedHead) == []


def test_an_axis_of_another_make_is_no_fault(world):
    world.line.said["lodgeAuditHead"] = world.line.said["getAuditHeads"] = (
        b'{"status":"FAIL","ErrorCode":"28","ErrorDesc":"?"}'
    )
    lodge(world.b)
    assert faults(world.b) == []
