"""Packages of a sender who means harm, let through by some hub: each is taken or refused in words,
its page can be opened by the clerk, and nothing of ours is moved by it that is not its sender's."""

from datetime import date, datetime

import pytest

from adapters.edxml.package import Attachment, Organ, ResponseFor, Staff, StatusMessage
from adapters.edxml.times import VIETNAM
from adapters.edxml.write import write_status
from models.exchange import Dispatch, StatusEvent
from models.incoming import IncomingDocument
from models.outgoing import DraftVersion, OutgoingDocument
from services.office import utc_now
from tests.conftest import PASSWORD
from tests.exchange.conftest import (
    BINH_MINH,
    BINH_SON,
    PDF,
    SON_TINH,
    arrivals,
    send_one,
)
from tests.exchange.test_bad_packages import package, put_at_hub, received, state_at_hub
from tests.visitor import Visitor

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
SENDER = Organ(SON_TINH, SCRIPT)
EVIL = {
    "scripts in every field": {
        "sender": SENDER,
        "number": SCRIPT,
        "notation": SCRIPT,
        "subject": SCRIPT,
        "signer_name": SCRIPT,
        "signer_position": SCRIPT,
        "type_name": SCRIPT,
        "attachments": (Attachment(SCRIPT + ".pdf", data=PDF, description=SCRIPT),),
    },
    "the ends of the calendar": {
        "issued_date": date(1, 1, 1),
        "due_date": date(9999, 12, 31),
        "priority": 999_999_999,
        "pages": 999_999_999,
        "copies": 999_999_999,
    },
    "a due date in year 1": {"due_date": date(1, 1, 1), "issued_date": date(9999, 12, 31)},
    "endless texts": {
        "subject": "dài " * 50_000,
        "number": "1" * 5000,
        "notation": "K" * 5000,
        "attachments": (Attachment("n" * 3000 + ".pdf", data=PDF),),
    },
    "names that are paths": {
        "attachments": (
            Attachment("../../../etc/passwd", data=b"x"),
            Attachment("a\r\nX-Evil: 1.pdf", data=PDF),
            Attachment("\u202egnp.exe", data=b"MZ"),
            Attachment("trang.html", data=b"<script>alert(1)</script>", media_type="text/html"),
        )
    },
}


def take(world, data: bytes, kind: str = "edoc") -> str:
    doc_id = put_at_hub(world, data, kind)
    world.a.poll()
    return state_at_hub(world, doc_id)


@pytest.mark.parametrize("name", EVIL)
def test_the_package_is_taken_and_its_pages_open(world, name):
    assert take(world, package(**EVIL[name])) == "DONE"
    (arrived,) = arrivals(world.a, BINH_SON)
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    page = clerk.get(f"/incoming/{arrived.id}")
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    message = received(world)[0]
    for address in (
        *("/", "/incoming/", "/search/?q=script", "/exchange/?tab=received"),
        f"/exchange/messages/{message.id}",
    ):
        assert "<script>alert" not in clerk.get(address).text
    form = {"number": "", "arrival_date": "", "director": ""}
    assert clerk.submit(f"/incoming/{arrived.id}/register", form).status_code == 303
    clerk.get("/registers/incoming")
    for paper in papers(world, arrived.id):
        answer = clerk.client.get(f"/documents/incoming/{arrived.id}/{paper.sha256}/file")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.mimetype not in ("text/html", "image/svg+xml")


def papers(world, document_id: int) -> list:
    return world.a.read(
        lambda s: [p for p in s.get(IncomingDocument, document_id).papers if p.sha256]
    )


def status_of(sender: str, document, code: str, **changes) -> bytes:
    values = {
        "sender": Organ(sender, "Kẻ mạo danh"),
        "response_for": ResponseFor(
            BINH_SON, document.reference, document.issued_date, document.document_uid
        ),
        "staff": Staff("x" * 3000, SCRIPT),
        "code": code,
        "description": SCRIPT * 100,
        "at": datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM),
    }
    return write_status(StatusMessage(**(values | changes)))


def sent_by_a(world):
    version = DraftVersion(
        ordinal=1, source="form", created_by="Lê Quang Nhật", created_at=utc_now()
    )
    document_id = send_one(world.a, BINH_SON, [SON_TINH], versions=[version])
    world.a.work()
    return world.a.read(lambda s: s.get(OutgoingDocument, document_id))


def test_a_status_of_an_agency_that_was_not_addressed_changes_nothing(world):
    document = sent_by_a(world)
    assert take(world, status_of(BINH_MINH, document, "02"), "status") == "DONE"
    (dispatch,) = world.a.all(Dispatch)
    assert dispatch.business_state is None
    assert world.a.all(StatusEvent, StatusEvent.dispatch_id == dispatch.id) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"at": datetime(1, 1, 1, tzinfo=VIETNAM)},
        {"at": datetime(9999, 12, 31, 23, 59, tzinfo=VIETNAM)},
        {"code": "0" * 300},
        {"code": "<b>"},
        {"staff": Staff("p" * 5000, "n" * 5000)},
    ],
)
def test_a_status_full_of_nonsense_never_stays_at_the_hub(world, changes):
    document = sent_by_a(world)
    data = status_of(SON_TINH, document, **({"code": "03"} | changes))
    assert take(world, data, "status") in ("DONE", "FAIL")
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    (message,) = received(world)
    assert "<script>alert" not in clerk.get(f"/exchange/messages/{message.id}").text
    assert "<script>alert" not in clerk.get(f"/outgoing/{document.id}").text


def test_the_same_document_id_of_two_senders_makes_two_documents(world):
    for sender in (SON_TINH, BINH_MINH):
        assert take(world, package(sender=Organ(sender, "Đơn vị"))) == "DONE"
    assert {each.sender_code for each in arrivals(world.a, BINH_SON)} == {SON_TINH, BINH_MINH}
