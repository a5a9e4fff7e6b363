"""What comes in and cannot be taken as it is: kept, shown, answered, and never in the way of the
next package."""

import uuid

import pytest

from adapters.edxml.package import (
    Attachment,
    Business,
    BusinessKind,
    Organ,
    Package,
    ResponseFor,
    Staff,
    StatusMessage,
)
from adapters.edxml.write import write_package, write_status
from domain.exchange_flow import TransportState
from domain.incoming_flow import IncomingState
from domain.roles import SYSTEM
from models.agencies import HubLink
from models.audit import AuditEntry, Notification
from models.changes import Change
from models.exchange import Direction, ExchangeMessage, HubCircuit, StatusEvent
from models.files import StoredFile
from models.hub import Delivery, HubMessage
from services.office import utc_now
from services.unit_of_work import transaction
from tests.exchange.conftest import BINH_SON, PDF, SON_TINH, arrivals, send_one


def package(signer=None, **changes) -> bytes:
    values = {
        "sender": Organ(SON_TINH, "Ủy ban nhân dân huyện Sơn Tịnh"),
        "recipients": (Organ(BINH_SON, "Ủy ban nhân dân huyện Bình Sơn"),),
        "document_id": "van-ban-1",
        "number": "12",
        "notation": "UBND-NV",
        "issued_date": None,
        "subject": "Lấy ý kiến dự thảo",
        "attachments": (Attachment("12.pdf", data=PDF),),
    }
    return write_package(Package(**(values | changes)), signer)


def put_at_hub(world, data: bytes, kind: str = "edoc") -> str:
    """A package that another hub let through: stored without this hub's checks."""
    office = world.hub.office
    with world.hub.app.app_context(), transaction(office, SYSTEM) as work:
        sha256 = work.store(data, "application/xml")
        message = HubMessage(
            doc_id=str(uuid.uuid4()),
            sender_code=SON_TINH,
            kind=kind,
            payload_sha256=sha256,
            created_at=work.now,
        )
        work.session.add(message)
        work.session.flush()
        delivery = Delivery(
            doc_id=str(uuid.uuid4()),
            message_id=message.id,
            recipient_code=BINH_SON,
            created_at=work.now,
        )
        work.session.add(delivery)
        return delivery.doc_id


def received(world) -> list[ExchangeMessage]:
    return world.a.all(ExchangeMessage, ExchangeMessage.direction == Direction.IN)


def state_at_hub(world, doc_id: str) -> str:
    return world.hub.all(Delivery, Delivery.doc_id == doc_id)[0].state


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<html>502 Bad Gateway</html>", "package-malformed:no-envelope"),
        (b"khong phai xml", "package-malformed:not-xml"),
        (package().replace(b"QCVN_102_2016", b"QCVN_999_2016"), "package-foreign-namespace:"),
        (package(document_id="x" * 201), "package-malformed:document-id"),
        (package(sender=Organ("", "Không mã")), "package-malformed:sender-code"),
    ],
    ids=["html", "not xml", "foreign namespace", "long id", "no sender"],
)
def test_a_malformed_package_is_kept_shown_and_answered_with_fail(world, data, problem):
    bad = put_at_hub(world, data)
    good = put_at_hub(world, package())
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 1
    assert (state_at_hub(world, bad), state_at_hub(world, good)) == ("FAIL", "DONE")
    failed = [m for m in received(world) if m.state == TransportState.FAILED]
    assert failed[0].problem.startswith(problem)
    assert world.a.office.files.read(failed[0].payload_sha256) == data
    assert len(world.a.all(AuditEntry, AuditEntry.tag == "exchange:refused")) == 1
    assert len(world.a.all(Notification, Notification.kind == "exchange:refused")) == 1


def test_a_package_that_cannot_be_fetched_does_not_block_the_others(world, monkeypatch):
    from services.exchange import receiving

    bad, good = put_at_hub(world, package()), put_at_hub(world, package(document_id="van-ban-2"))
    read = receiving._read

    def fails(office, sha256, *rest):
        return 1 / 0 if b"van-ban-1" in office.files.read(sha256) else read(office, sha256, *rest)

    monkeypatch.setattr(receiving, "_read", fails)
    world.a.poll()
    assert [document.document_uid for document in arrivals(world.a, BINH_SON)] == ["van-ban-2"]
    assert (state_at_hub(world, bad), state_at_hub(world, good)) == ("PROCESSING", "DONE")
    assert "packages-left:1" in [link.last_error for link in world.a.all(HubLink)]
    monkeypatch.undo()
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 2
    assert state_at_hub(world, bad) == "DONE"


def test_a_damaged_attachment_arrives_marked_so_that_the_clerk_can_refuse_it(world):
    spoilt = (PDF + b"\xff\xfe\xfd").decode(errors="replace").encode()
    put_at_hub(world, package(attachments=(Attachment("12.pdf", data=spoilt),)))
    world.a.poll()
    (arrived,) = arrivals(world.a, BINH_SON)
    papers = world.a.read(lambda s: s.get(type(arrived), arrived.id).papers)
    assert papers[0].is_damaged


def test_the_same_document_twice_is_one_arrival_and_one_answer(world):
    first, second = put_at_hub(world, package()), put_at_hub(world, package(copies=5))
    world.a.poll()
    world.a.poll()
    assert len(arrivals(world.a, BINH_SON)) == 1
    assert [event.code for event in world.a.all(StatusEvent)] == ["01"]
    assert (state_at_hub(world, first), state_at_hub(world, second)) == ("DONE", "DONE")
    assert [m.problem for m in received(world)] == ["", "duplicate"]


def test_the_same_id_with_other_content_is_kept_aside_and_refused_loudly(world):
    first = put_at_hub(world, package())
    second = put_at_hub(world, package(attachments=(Attachment("12.pdf", data=PDF + b"gia mao"),)))
    world.a.poll()
    (arrived,) = arrivals(world.a, BINH_SON)
    main = world.a.read(lambda s: s.get(type(arrived), arrived.id).main)
    assert world.a.office.files.read(main.sha256) == PDF
    assert (state_at_hub(world, first), state_at_hub(world, second)) == ("DONE", "FAIL")
    refused = received(world)[1]
    assert (refused.state, refused.problem) == (TransportState.FAILED, "same-id-other-bytes")
    (entry,) = world.a.all(AuditEntry, AuditEntry.tag == "exchange:refused")
    assert entry.details["document_uid"] == "van-ban-1"


def test_a_revocation_makes_no_second_document(world):
    put_at_hub(world, package())
    put_at_hub(world, package(business=Business(BusinessKind.REVOKE, "Ban hành nhầm")))
    world.a.poll()
    (document,) = arrivals(world.a, BINH_SON)
    assert document.state == IncomingState.WITHDRAWN


def test_a_revocation_of_what_never_came_waits_for_a_person(world):
    put_at_hub(world, package(business=Business(BusinessKind.REVOKE, "Ban hành nhầm")))
    world.a.poll()
    assert not arrivals(world.a, BINH_SON)
    (aside,) = received(world)
    assert (aside.state, aside.problem) == (TransportState.PARKED, "awaits-revoke")


def status(code: str, at=None, **names) -> bytes:
    values = {"organ_code": BINH_SON, "reference": "", "document_id": ""}
    return write_status(
        StatusMessage(
            sender=Organ(SON_TINH),
            response_for=ResponseFor(**(values | names)),
            staff=Staff("Văn phòng", "Người báo"),
            code=code,
            at=at,
        )
    )


def test_a_status_for_a_document_we_never_sent_is_kept_and_shown(world):
    doc_id = put_at_hub(world, status("03", document_id="khong-co"), "status")
    world.a.poll()
    (message,) = received(world)
    assert (message.state, message.problem) == (TransportState.PARKED, "status-unknown-document")
    assert state_at_hub(world, doc_id) == "DONE"


def test_a_status_without_its_code_is_refused(world):
    data = status("03", document_id="khong-co").replace(b">03<", b"> <")
    doc_id = put_at_hub(world, data, "status")
    world.a.poll()
    (message,) = received(world)
    assert (message.state, message.problem) == (
        TransportState.FAILED,
        "package-malformed:status-code",
    )
    assert state_at_hub(world, doc_id) == "FAIL"


def test_a_status_counts_once_for_each_code_and_time(world):
    send_one(world.a, BINH_SON, [SON_TINH])
    world.a.work()
    uid = f"{BINH_SON},2026/11/20,1"
    at = utc_now().replace(microsecond=0)
    put_at_hub(world, status("03", at, document_id=uid), "status")
    put_at_hub(world, status("03", at, document_id=uid, reference="01/UBND-NV"), "status")
    put_at_hub(world, status("04", None, document_id=uid), "status")
    put_at_hub(world, status("04", None, document_id=uid, reference="01/UBND-NV"), "status")
    world.a.poll()
    assert [event.code for event in world.a.all(StatusEvent)] == ["03", "04"]


def test_a_status_without_document_id_is_matched_by_its_reference(world):
    send_one(world.a, BINH_SON, [SON_TINH])
    world.a.work()
    put_at_hub(world, status("03", utc_now(), reference="01/UBND-NV"), "status")
    world.a.poll()
    assert [event.code for event in world.a.all(StatusEvent)] == ["03"]


def test_a_status_of_an_agency_that_was_no_recipient_changes_nothing(world):
    send_one(world.a, BINH_SON, ["000.00.00.H48"])
    world.a.work()
    put_at_hub(world, status("06", document_id=f"{BINH_SON},2026/11/20,1"), "status")
    world.a.poll()
    assert world.a.all(StatusEvent) == []


def test_every_raw_package_is_in_the_file_store(world):
    put_at_hub(world, package())
    put_at_hub(world, b"rac")
    world.a.poll()
    for message in received(world):
        assert world.a.all(StoredFile, StoredFile.sha256 == message.payload_sha256)


def test_packages_that_cannot_be_had_keep_nothing_back_that_lies_behind_them(world):
    """The hub has lost the bytes of some: it is not away, and the mail after them comes."""
    lost = [package(document_id=f"mat-{number}") for number in range(7)]
    for data in lost:
        put_at_hub(world, data)
    put_at_hub(world, package(document_id="con"))
    for message in world.hub.all(HubMessage)[:-1]:
        world.hub.office.files.path(message.payload_sha256).unlink()
    world.a.poll()
    assert [each.document_uid for each in arrivals(world.a, BINH_SON)] == ["con"]
    link = next(each for each in world.a.all(HubLink) if each.system_id == BINH_SON)
    assert link.last_error == "packages-left:7"
    assert [circuit.failures for circuit in world.a.all(HubCircuit)] in ([], [0])


def test_a_replacement_that_names_the_old_document_as_an_update_does_is_linked_to_it(world):
    put_at_hub(world, package())
    business = Business(kind=BusinessKind.REPLACE, document_id="van-ban-1")
    put_at_hub(world, package(document_id="van-ban-2", business=business))
    world.a.poll()
    old, new = arrivals(world.a, BINH_SON)
    (change,) = world.a.all(Change)
    assert (change.kind, change.incoming_id, change.new_incoming_id) == ("replace", old.id, new.id)
