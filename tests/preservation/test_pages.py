"""What people see of preservation: marks on the pages of documents, the evidence of a check, the
archive form to take along."""

import json
import re
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from tests.conftest import PASSWORD
from tests.copies.conftest import Desk, scan
from tests.preservation.test_administering import AWAY
from tests.preservation.test_keeping import received
from tests.visitor import Visitor

__all__ = ["scan"]

BEYOND = "Đã có dấu thời gian và lưu lâu dài (B-LTA)"


@pytest.fixture
def clerk(node):
    return Visitor(node, "st.vanthu", PASSWORD)


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_an_issued_document_says_that_it_is_archived_and_gives_its_archive_form(journey, clerk):
    doc = journey.issued()
    journey.work()
    page = clerk.get(f"/outgoing/{doc.id}")
    assert BEYOND in text(page)
    assert "Cần bổ sung" not in text(page)
    assert "Lưu lâu dài (B-LTA)" in text(clerk.get("/outgoing/?state=all"))
    (link,) = re.findall(r'href="(/documents/[^"]+/archive)"', page.text)
    answer = clerk.get(link, statements=20)
    name = f"{doc.reference.replace('/', '-')}-luu-tru.pdf"
    assert name in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    issued = journey.office.files.read(doc.issued_sha256)
    assert answer.data.startswith(issued)
    assert len(answer.data) > len(issued)
    journey.look_anew()
    query = select(AuditEntry).where(AuditEntry.tag == "document:view_file")
    (entry,) = journey.office.session().scalars(query).all()
    archive = journey.row(doc.issued_sha256).archive_sha256
    assert (entry.subject_id, entry.details) == (doc.id, {"name": name, "sha256": archive})


def test_whoever_may_not_see_the_document_gets_no_archive_form(journey, node):
    doc = journey.issued()
    journey.work()
    there = f"/documents/outgoing/{doc.id}/{doc.issued_sha256}/archive"
    Visitor(node, "st.th.vanthu", PASSWORD).get(there, status=404)
    Visitor(node, "st.quantri", PASSWORD).get(there, status=404)
    drafter = Visitor(node, "st.chuyenvien", PASSWORD)
    drafter.get(there, statements=20)
    # Another file of the same document has none, and of another document none is given.
    drafter.get(there.replace(doc.issued_sha256, doc.signed_sha256), status=404)
    other = journey.submitted()
    drafter.get(f"/outgoing/{other.id}")
    drafter.get(there.replace(f"/{doc.id}/", f"/{other.id}/"), status=404)


def test_a_document_without_a_stamp_says_what_it_needs_and_why(journey, clerk):
    journey.settings(tsa_url=AWAY)
    doc = journey.issued()
    journey.work()
    page = text(clerk.get(f"/outgoing/{doc.id}"))
    assert "Chưa có dấu thời gian (B-B)" in page
    assert "Cần bổ sung dấu thời gian. Không kết nối được dịch vụ cấp dấu thời gian." in page
    assert "Tải bản lưu lâu dài" not in page


def test_a_stamp_that_ended_keeps_nothing_any_more(journey, clerk):
    doc = journey.issued()
    journey.work()
    row = journey.row(doc.issued_sha256)
    row.stamp_ends = journey.office.now() - timedelta(days=1)
    journey.office.session().commit()
    page = text(clerk.get(f"/outgoing/{doc.id}"))
    assert BEYOND not in page
    assert "Đã có dấu thời gian (B-T)" in page
    assert "đã hết hạn mà chưa được gia hạn" in page


def test_a_received_document_says_what_is_kept_beside_it_and_has_no_archive_form(journey, node):
    document, sha256 = received(journey)
    commune = Visitor(node, "st.th.vanthu", PASSWORD)
    page = commune.get(f"/incoming/{document.id}")
    assert "tính cả hồ sơ lưu bên cạnh tệp (B-LTA)" in text(page)
    assert "Tải bản lưu lâu dài" not in page.text
    commune.get(f"/documents/incoming/{document.id}/{sha256}/archive", status=404)


def test_a_certified_copy_has_its_archive_form_too(journey, actor, scan, clerk):
    copy = Desk(journey.app, journey.office, actor, scan).issued()
    journey.work()
    page = clerk.get(f"/copies/{copy.id}")
    assert BEYOND in text(page)
    (link,) = re.findall(r'href="(/documents/[^"]+/archive)"', page.text)
    answer = clerk.get(link, statements=20)
    assert answer.data.startswith(journey.office.files.read(copy.output_sha256))


def test_the_report_of_a_check_holds_the_evidence_kept_beside_the_file(journey, clerk):
    doc = journey.issued()
    journey.work()
    row = journey.row(doc.issued_sha256)
    there = f"/verification/outgoing/{doc.id}/{doc.issued_sha256}"
    page = text(clerk.get(there))
    assert BEYOND in page
    assert "do Dấu thời gian thử nghiệm cấp, chứng thư đến" in page
    assert "Tải bản lưu lâu dài" in page
    told = json.loads(clerk.get(f"{there}/evidence.json").text)["preservation"]
    assert (told["level"], told["standing"], told["missing"]) == ("b-lta", "good", "")
    (stamp,) = told["stamps"]
    assert stamp["at"] == told["proven_at"] == row.stamped_at.isoformat()
    assert stamp["valid_until"] == told["stamps_valid_until"] == row.stamp_ends.isoformat()
    assert told["archive"]["sha256"] == row.archive_sha256
    assert told["problem"] == ""
    for kind in ("certificates", "ocsps"):
        assert told["evidence"][kind]
        for digest in told["evidence"][kind]:
            assert journey.office.files.read(digest)
    sheet = pypdfium2.PdfDocument(clerk.get(f"{there}/sheet.pdf").data)
    printed = "".join(page.get_textpage().get_text_range() for page in sheet)
    assert "Bằng chứng lưu bên cạnh tệp" in printed
    assert BEYOND in " ".join(printed.split())
    assert "Dấu thời gian thử nghiệm" in printed


def test_evidence_that_was_damaged_is_said_and_proves_nothing(journey, clerk):
    doc = journey.issued()
    journey.work()
    there = f"/verification/outgoing/{doc.id}/{doc.issued_sha256}"
    told = json.loads(clerk.get(f"{there}/evidence.json").text)["preservation"]
    path = journey.office.files.path(told["stamps"][0]["sha256"])
    path.chmod(0o600)
    path.write_bytes(b"x")
    told = json.loads(clerk.get(f"{there}/evidence.json").text)["preservation"]
    assert (told["problem"], told["proven_at"], told["stamps"]) == ("file-damaged", None, [])
    assert "Vướng mắc" in text(clerk.get(there))


def test_an_older_check_tells_nothing_of_what_is_kept_now(journey, clerk):
    doc = journey.issued()
    journey.work()
    there = f"/verification/outgoing/{doc.id}/{doc.issued_sha256}"
    assert clerk.submit(there, page=there).status_code == 303
    (older,) = re.findall(rf'href="{there}\?check=(\d+)"(?! aria)', clerk.get(there).text)[-1:]
    assert "Bằng chứng lưu bên cạnh tệp" not in text(clerk.get(f"{there}?check={older}"))
    told = json.loads(clerk.get(f"{there}/evidence.json?check={older}").text)
    assert told["preservation"] is None
