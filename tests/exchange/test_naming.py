"""Revocations that have an id of their own: the document is the one of the same sender that
ResponseFor names; where it names none or several, a person chooses."""

from datetime import date

import pytest

from adapters.edxml.package import Business, BusinessKind, Organ, ResponseFor
from domain.change_flow import ChangeState
from domain.incoming_flow import IncomingState
from models.audit import AuditEntry
from models.changes import Change
from models.exchange import StatusEvent
from tests.conftest import PASSWORD
from tests.exchange.conftest import BINH_MINH, BINH_SON, SON_TINH, arrivals
from tests.exchange.test_bad_packages import package
from tests.exchange.test_changes import state_at
from tests.exchange.test_early_changes import put, states
from tests.hub.packages import accept
from tests.visitor import Visitor

DAY = date(2026, 11, 20)
REVOKING = Business(BusinessKind.REVOKE, "Ban hành sai thẩm quyền")
ARRIVED, WITHDRAWN = IncomingState.ARRIVED, IncomingState.WITHDRAWN


def document(world, uid: str, number: str, day: date = DAY) -> None:
    put(world, Business(), document_id=uid, number=number, issued_date=day)


def notice(world, *about: ResponseFor, **changes) -> None:
    """A revocation under its own id, number and date."""
    named = {"document_id": "thong-bao", "number": "90", "issued_date": date(2026, 11, 25)}
    put(world, REVOKING, response_for=about, attachments=(), **(named | changes))


def clerk(world) -> Visitor:
    return Visitor(world.a.app, "bs.vanthu", PASSWORD)


@pytest.mark.parametrize(
    "about",
    [ResponseFor(SON_TINH, "", None, "van-ban-1"), ResponseFor(SON_TINH, "12/UBND-NV", DAY, "")],
    ids=["by-id", "by-reference-and-date"],
)
def test_the_one_document_that_the_sender_answers_is_withdrawn(world, about):
    document(world, "van-ban-1", "12")
    document(world, "van-ban-2", "13")
    notice(world, about, about)
    assert state_at(world.a) == [WITHDRAWN, ARRIVED]
    assert states(world) == [ChangeState.AGREED]
    assert [event.code for event in world.a.all(StatusEvent)] == ["01", "01", "15"]


def test_several_or_another_agencys_document_or_another_days_are_not_guessed(world):
    document(world, "van-ban-1", "12")
    document(world, "van-ban-2", "13")
    notice(world, ResponseFor(SON_TINH, "", None, "van-ban-1"),
           ResponseFor(SON_TINH, "", None, "van-ban-2"))  # fmt: skip
    notice(world, ResponseFor(BINH_MINH, "", None, "van-ban-1"), document_id="thong-bao-2")
    notice(
        world, ResponseFor(SON_TINH, "12/UBND-NV", date(2025, 11, 20)), document_id="thong-bao-3"
    )
    notice(world, ResponseFor(SON_TINH, "12/UBND-NV"), document_id="thong-bao-4")
    assert state_at(world.a) == [ARRIVED, ARRIVED]
    assert {each.state for each in world.a.all(Change)} <= {"waiting", "cancelled"}


def test_last_years_document_of_the_notices_own_number_is_not_meant(world):
    document(world, "nam-ngoai", "90", date(2025, 3, 1))
    notice(world)
    assert state_at(world.a) == [ARRIVED]


def test_next_years_document_of_the_same_number_is_not_meant(world):
    notice(world, number="12", issued_date=DAY)
    document(world, "nam-sau", "12", date(2099, 3, 1))
    assert (state_at(world.a), states(world)) == ([ARRIVED], [ChangeState.WAITING])


def test_it_waits_for_the_document_it_answers(world):
    notice(world, ResponseFor(SON_TINH, "12/UBND-NV", DAY, "van-ban-1"))
    document(world, "thong-bao-khac", "90", date(2026, 11, 25))
    document(world, "van-ban-1", "12")
    assert state_at(world.a) == [ARRIVED, WITHDRAWN]
    assert states(world) == [ChangeState.AGREED]


def test_a_clerk_chooses_the_document(world):
    document(world, "van-ban-1", "12")
    document(world, "van-ban-2", "13")
    notice(world)
    (change,) = world.a.all(Change)
    visitor, page = clerk(world), f"/changes/{change.id}/documents"
    assert page in visitor.get("/exchange/?tab=answer").text
    shown = visitor.get(page).text
    assert ("12/UBND-NV" in shown, "13/UBND-NV" in shown) == (True, True)
    found = visitor.get(f"{page}?q=13/UBND").text
    assert ("van-ban-1" in found, 'name="document" value="2"' in found) == (False, True)
    wrong = visitor.submit(page, {"document": "99999"}, page=page)
    assert (wrong.status_code, "không phải của cơ quan gửi" in wrong.text) == (422, True)
    assert visitor.submit(page, {"document": "2"}, page=page).status_code == 303
    assert state_at(world.a) == [ARRIVED, WITHDRAWN]
    (entry,) = world.a.all(AuditEntry, AuditEntry.tag == "change:choose")
    assert entry.subject_id == 2
    assert visitor.submit(page, {"document": "1"}, page="/").status_code == 409
    assert "Chọn văn bản mà yêu cầu nói đến" in visitor.get("/incoming/2").text


def test_only_documents_of_the_sender_and_only_by_a_clerk(world):
    of_another = package(document_id="cua-noi-khac", sender=Organ(BINH_MINH, "UBND xã Bình Minh"))
    with world.hub.app.app_context():
        accept(world.hub.office, BINH_MINH, of_another)
    notice(world)
    (change,), (document,) = world.a.all(Change), arrivals(world.a, BINH_SON)
    page, chosen = f"/changes/{change.id}/documents", {"document": document.id}
    answers = {
        name: Visitor(world.a.app, name, PASSWORD).submit(page, chosen, page="/").status_code
        for name in ("bs.vanthu", "bs.chutich", "bs.bm.vanthu")
    }
    assert answers == {"bs.vanthu": 422, "bs.chutich": 403, "bs.bm.vanthu": 404}
    assert arrivals(world.a, BINH_SON)[0].state == ARRIVED
