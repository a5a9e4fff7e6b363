"""The administrators' page of time stamps: the authority, the levels, what waits, trying again."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain import permissions
from domain.roles import SYSTEM, Role
from models.agencies import Appointment
from models.audit import AuditEntry
from models.exchange import OutboxItem
from models.preservation import Preservation, TimeAuthorityCheck
from services.preservation import stamping, waiting
from services.preservation.stamping import Tried
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.visitor import Visitor

PAGE = "/admin/time-authority"
AWAY = "http://127.0.0.1:9/tsa"


@pytest.fixture
def administrator(node):
    return Visitor(node, "st.quantri", PASSWORD)


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def waiting_file(journey) -> Preservation:
    """An issued document whose stamp is missing: the authority was away."""
    journey.settings(tsa_url=AWAY)
    doc = journey.issued()
    journey.work()
    return journey.row(doc.issued_sha256)


def test_without_an_authority_the_page_says_so_and_names_the_settings(journey, administrator):
    journey.settings(tsa_url="")
    page = text(administrator.get(PAGE))
    assert "Chưa đặt dịch vụ cấp dấu thời gian" in page
    for name in ("VANTHU_TSA_URL", "VANTHU_TSA_CREDENTIALS", "VANTHU_TSA_POLICY"):
        assert name in page
    assert "Kiểm tra ngay" not in administrator.get(PAGE).text
    assert administrator.submit(f"{PAGE}/check").status_code == 409


def test_the_address_is_shown_without_what_is_secret_in_it(journey, administrator):
    journey.settings(tsa_url="https://user:bi-mat@tsa.example/stamp?key=bi-mat", tsa_policy="1.2.3")
    page = administrator.get(PAGE).text
    assert "https://tsa.example/stamp" in page
    assert "1.2.3" in page
    assert "bi-mat" not in page


def test_asking_now_gets_a_real_stamp_and_notes_how_it_went(journey, administrator):
    assert "Chưa gọi dịch vụ lần nào" in administrator.get(PAGE).text
    assert administrator.submit(f"{PAGE}/check").status_code == 303
    page = text(administrator.get(PAGE))
    assert "Dịch vụ đã cấp dấu thời gian sau" in page
    assert "Dịch vụ đang trả lời" in page
    assert "Dấu thời gian thử nghiệm" in page  # who gave it
    address = journey.office.settings.tsa_url
    journey.settings(tsa_url=AWAY)
    administrator.submit(f"{PAGE}/check")
    page = text(administrator.get(PAGE))
    assert "Không kết nối được dịch vụ cấp dấu thời gian." in page
    assert "Dịch vụ không cấp được dấu thời gian" in page
    assert address in page  # what was set before
    journey.look_anew()
    rows = journey.office.session().scalars(select(AuditEntry)).all()
    told = [each.details for each in rows if each.tag == "admin:time_authority_check"]
    assert [each["problem"] for each in told] == ["", "tsa-away"]
    checks = journey.office.session().scalars(select(TimeAuthorityCheck.problem)).all()
    assert sorted(checks) == ["", "tsa-away"]


def test_when_the_authority_went_away_and_came_back_is_told(journey, administrator):
    def asked(problem: str, minutes: int) -> None:
        journey.later(minutes=minutes)
        result = Tried(journey.office.now(), 5, problem=problem)
        with transaction(journey.office, SYSTEM) as work:
            stamping.note(work, result)

    asked("", 0)
    assert "vắng mặt và trở lại" not in text(administrator.get(PAGE))
    for problem in ("tsa-away", "tsa-slow", "", "", "tsa-broken"):
        asked(problem, 7)
    page = text(administrator.get(PAGE))
    told = page[page.index("vắng mặt và trở lại") :]
    assert told.count("Vắng mặt") == 2
    assert told.count("Trả lời") == 2
    assert "Không kết nối được dịch vụ cấp dấu thời gian." in told
    row = journey.office.session().scalars(select(TimeAuthorityCheck)).one()
    assert [each["problem"] for each in row.changes] == ["tsa-broken", "", "tsa-away", ""]
    for turn in range(2 * stamping.MOST_CHANGES):
        asked("tsa-away" if turn % 2 else "", 1)
    journey.look_anew()
    row = journey.office.session().scalars(select(TimeAuthorityCheck)).one()
    assert len(row.changes) == stamping.MOST_CHANGES


def put_off(journey, row: Preservation) -> None:
    """As after many tries in vain: the next one is in an hour."""
    pending = OutboxItem.kind == "preserve", OutboxItem.subject_id == row.id
    with transaction(journey.office, SYSTEM) as work:
        later = work.now + timedelta(hours=1)
        found = work.session.execute(update(OutboxItem).where(*pending).values(due_at=later))
        assert found.rowcount == 1
    journey.look_anew()


def test_what_waits_is_listed_with_reason_and_step_and_done_when_tried_again(
    journey, administrator
):
    address = journey.office.settings.tsa_url
    row = waiting_file(journey)
    page = text(administrator.get(PAGE))
    assert "Không kết nối được dịch vụ cấp dấu thời gian." in page
    assert "hệ thống tự xin lại dấu thời gian" in page
    assert "Chưa có dấu thời gian (B-B)" in page
    journey.settings(tsa_url=address)
    put_off(journey, row)  # whoever asks now does not wait for it
    journey.work()
    assert journey.row(row.file_sha256).missing
    assert administrator.submit(f"{PAGE}/retry/{row.id}").status_code == 303
    journey.work()
    assert journey.row(row.file_sha256).missing == ""
    page = text(administrator.get(PAGE))
    assert "Không tệp nào còn chờ." in page
    assert "Dấu thời gian sớm nhất" not in page
    assert "Dấu thời gian hết hạn sớm nhất" in page
    tags = journey.office.session().scalars(select(AuditEntry.tag)).all()
    assert tags.count("admin:stamps_retry") == 1


def test_all_are_tried_again_at_once_also_those_that_gave_up(journey, administrator, node):
    address = journey.office.settings.tsa_url
    row = waiting_file(journey)
    finished = update(OutboxItem).where(OutboxItem.kind == "preserve").values(state="done")
    with node.app_context():
        session = journey.office.session()
        session.execute(finished)
        session.commit()
    journey.settings(tsa_url=address)
    administrator.submit(f"{PAGE}/retry")
    assert "Đang làm lại 1 tệp" in administrator.get(PAGE).text
    journey.work()
    assert journey.row(row.file_sha256).missing == ""


def test_many_that_wait_come_in_pages_for_one_reason_or_all(journey, administrator, monkeypatch):
    row = waiting_file(journey)
    monkeypatch.setattr(waiting, "PER_PAGE", 2)
    others = [("revocation-unknown", 3), ("tsa-slow", 1)]
    number = 0
    session = journey.office.session()
    for missing, many in others:
        for _ in range(many):
            number += 1
            session.add(
                Preservation(
                    file_sha256=f"{number:064x}", origin="own", agency_id=row.agency_id,
                    missing=missing, created_at=journey.office.now(),
                )
            )  # fmt: skip
    session.commit()
    assert "1–2 trong 5" in administrator.get(PAGE).text
    last = text(administrator.get(f"{PAGE}?page=3"))
    assert "5–5 trong 5" in last
    chosen = text(administrator.get(f"{PAGE}?reason=revocation-unknown"))
    assert "1–2 trong 3" in chosen
    assert "Bỏ lọc, xem mọi tệp" in chosen


def test_a_document_is_a_link_only_for_who_may_see_it(journey, administrator, actor, monkeypatch):
    row = waiting_file(journey)
    page = administrator.get(PAGE).text
    assert journey.now(row.outgoing_id).reference in page
    assert f'href="/outgoing/{row.outgoing_id}"' not in page
    # Whoever may also see documents is led to it.
    office, clerk = journey.office, frozenset({Role.CLERK})
    also = permissions.Grant("admin:stamps", clerk, permissions.Relation.AGENCY)
    monkeypatch.setattr(permissions, "GRANTS", (*permissions.GRANTS, also))
    (seen,) = waiting.listing(office, actor("st.vanthu"), "", 1).rows
    assert (seen.opens, seen.document_id, seen.enclosed) == (True, row.outgoing_id, False)


def test_only_administrators_see_it_and_only_what_their_agency_keeps(journey, node, administrator):
    row = waiting_file(journey)
    for username in ("st.vanthu", "st.chutich"):
        Visitor(node, username, PASSWORD).get(PAGE, status=403)
    session = journey.office.session()
    session.rollback()  # what the visitors wrote meanwhile must not be written over
    host = row.agency_id
    elsewhere = session.scalars(
        select(Appointment.agency_id).where(Appointment.agency_id != host)
    ).first()
    session.get(Preservation, row.id).agency_id = elsewhere
    session.commit()
    assert "Không tệp nào còn chờ." in administrator.get(PAGE).text
    assert administrator.submit(f"{PAGE}/retry/{row.id}").status_code == 404
    journey.look_anew()
    tags = session.scalars(select(AuditEntry.tag)).all()
    assert "admin:stamps_retry" not in tags


def test_stamps_that_ended_and_those_soon_carried_on_are_counted(journey, administrator):
    doc = journey.issued()
    journey.work()
    now, session = journey.office.now(), journey.office.session()
    row = journey.row(doc.issued_sha256)
    row.stamp_ends = now + timedelta(days=30)
    session.commit()
    assert "1 tệp đến kỳ gia hạn" in text(administrator.get(PAGE))
    row = journey.row(doc.issued_sha256)
    row.stamp_ends = now - timedelta(days=1)
    session.commit()
    assert "1 tệp có dấu thời gian đã hết hạn" in text(administrator.get(PAGE))
