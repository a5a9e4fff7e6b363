"""Checks of signatures as people see them: the page with its history, the evidence, the sheet;
files with a signature beside them; and the page for strangers, which keeps nothing."""

import json
from datetime import UTC, datetime
from io import BytesIO

import pypdfium2
import pytest
from sqlalchemy import delete, func, select

from adapters.signing.detached import sign_detached
from adapters.signing.keys import open_key, seal_key, unlock
from config import NodeRole
from demo import province
from domain.roles import SYSTEM
from models.incoming import IncomingDocument
from models.inspections import Inspection
from models.signing import Signature, TrustRoot
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, demo_ca, drain, make_node
from tests.signing.office_files import OfficeSigner, letter, packed, table
from tests.signing_feature.test_inspection import inspected
from tests.visitor import Visitor


@pytest.fixture
def clerk(node) -> Visitor:
    return Visitor(node, "st.th.vanthu", PASSWORD)


@pytest.fixture(scope="module")
def agency_key():
    p12 = demo_ca().issue_agency(
        "Ủy ban nhân dân huyện Bình Sơn",
        code="000.00.31.H48",
        passphrase="mật khẩu",
        at=datetime.now(UTC),
    )
    sealed = seal_key(p12, "mật khẩu", "482913", bytes(32))
    return open_key(sealed, unlock(sealed, "482913", bytes(32)))


def test_a_check_again_is_added_and_changes_no_earlier_one(journey, clerk):
    issued = journey.office.files.read(journey.issued().issued_sha256)
    doc = inspected(journey, ("cong-van.pdf", issued))
    there = f"/verification/incoming/{doc.id}/{doc.main.sha256}"
    page = clerk.get(there).text
    assert "Chữ ký hợp lệ" in page
    assert "chưa biết có bị thu hồi hay không" in page
    assert "con dấu cơ quan" in page
    assert "Cơ quan ký sau người có thẩm quyền" in page
    with transaction(journey.office, SYSTEM) as work:
        work.session.execute(delete(TrustRoot))
    query = select(func.count()).select_from(Inspection)
    before = journey.office.session().scalar(query)
    assert clerk.submit(there, page=there).status_code == 303
    assert clerk.submit(there, page=there).status_code == 303  # asked twice, done once
    journey.look_anew()
    assert journey.office.session().scalar(query) == before  # the page judged nothing itself
    assert "Đang kiểm tra lại chữ ký số" in clerk.get(there).text
    assert "HX-Refresh" not in clerk.get(f"{there}/status", **{"HX-Request": "true"}).headers
    assert drain(journey.app, kinds={"recheck_incoming"}) == 1
    assert "HX-Refresh" in clerk.get(f"{there}/status", **{"HX-Request": "true"}).headers
    assert "Đang kiểm tra lại chữ ký số" not in clerk.get(there).text
    journey.look_anew()
    checks = (
        journey.office.session()
        .scalars(
            select(Inspection)
            .where(Inspection.file_sha256 == doc.main.sha256)
            .order_by(Inspection.id)
        )
        .all()
    )
    assert [each.verdict for each in checks][-2:] == ["valid", "untrusted"]
    assert len(checks[-2].roots) == 1
    assert checks[-1].roots == []
    assert checks[-1].checked_by != checks[-2].checked_by
    assert journey.office.session().get(IncomingDocument, doc.id).verdict == "untrusted"
    earlier = clerk.get(f"{there}?check={checks[-2].id}").text
    assert "Đây là kết quả cũ" in earlier
    assert "Chữ ký hợp lệ" in earlier


def test_the_evidence_is_json_and_the_sheet_a_paper(journey, clerk):
    issued = journey.office.files.read(journey.issued().issued_sha256)
    doc = inspected(journey, ("cong-van.pdf", issued))
    there = f"/verification/incoming/{doc.id}/{doc.main.sha256}"
    told = json.loads(clerk.get(f"{there}/evidence.json").text)
    assert told["verdict"] == "valid"
    assert told["file"]["sha256"] == doc.main.sha256
    assert [each["purpose"] for each in told["signatures"]] == ["leader", "seal"]
    assert {"person-signed", "agency-signed", "order-right"} <= {
        each["code"] for each in told["document_checks"]
    }
    sheet = pypdfium2.PdfDocument(clerk.get(f"{there}/sheet.pdf").data)
    assert [round(side) for side in sheet[0].get_size()] == [595, 842]
    text = sheet[0].get_textpage().get_text_range()
    assert "PHIẾU KẾT QUẢ KIỂM TRA CHỮ KÝ SỐ" in text
    assert doc.main.sha256[:32] in text.replace("\r\n", "")


def test_what_the_agency_issued_can_be_checked_again_as_others_would(journey, node):
    doc = journey.issued()
    clerk = Visitor(node, "st.vanthu", PASSWORD)
    there = f"/verification/outgoing/{doc.id}/{doc.issued_sha256}"
    assert there in clerk.get(f"/outgoing/{doc.id}").text
    assert "Chữ ký hợp lệ" in clerk.get(there).text
    assert clerk.submit(there, page=there).status_code == 303
    drain(journey.app, kinds={"recheck_outgoing"})
    journey.look_anew()
    checks = select(func.count()).where(Inspection.file_sha256 == doc.issued_sha256)
    assert journey.office.session().scalar(checks) == 2
    page = clerk.get(there).text
    assert "Người ký đúng với thông tin văn bản" in page


def test_who_may_not_see_the_document_sees_no_check_of_it(journey, node, clerk):
    issued = journey.office.files.read(journey.issued().issued_sha256)
    doc = inspected(journey, ("cong-van.pdf", issued))
    there = f"/verification/incoming/{doc.id}/{doc.main.sha256}"
    stranger = Visitor(node, "st.vanthu", PASSWORD)
    for address in (there, f"{there}/evidence.json", f"{there}/sheet.pdf"):
        stranger.get(address, status=404)
    assert stranger.submit(there).status_code == 404
    clerk.get(f"{there}?check=99999", status=404)


def test_a_signature_beside_a_file_is_shown_at_the_file_it_belongs_to(journey, agency_key):
    table, other = b"PK\x05\x06" + bytes(18), b"a;b\n"
    signature = sign_detached(table, agency_key, at=journey.office.now())
    beside = ("khac-ten.p7s", signature)
    doc = inspected(journey, ("bang.xlsx", table), ("so.csv", other), beside)
    assert doc.verdict == "valid"
    (row,) = journey.office.session().scalars(select(Signature)).all()
    paper = next(each for each in doc.papers if each.file_name == "bang.xlsx")
    assert (row.file_sha256, row.facts["purpose"], row.kind) == (paper.sha256, "detached", "agency")
    changed = inspected(journey, ("bang2.xlsx", table[:-1] + b"x"), ("bang2.xlsx.p7s", signature))
    assert changed.verdict == "modified"
    alone = inspected(journey, ("le.p7s", signature + b"\0"))
    assert alone.verdict == "inconclusive"


@pytest.fixture
def offering(tmp_path):
    app = make_node(tmp_path / "mo", province.SON_TINH, settings={"public_verification": True})
    with app.app_context():
        yield app


def counted(app) -> list[int]:
    with app.app_context():
        session = app.extensions["office"].session()
        return [session.scalar(select(func.count()).select_from(each)) for each in TABLES]


TABLES = (Inspection, Signature, IncomingDocument)


def test_strangers_get_a_verdict_and_nothing_is_kept(offering, journey, tmp_path, caplog):
    issued = journey.office.files.read(journey.issued().issued_sha256)
    stranger = Visitor(offering)
    before = counted(offering)
    stored = sorted(path for path in (tmp_path / "mo").rglob("*") if path.is_file())
    given = {"file": (BytesIO(issued), "bí-mật.pdf")}
    answer = stranger.submit("/kiem-tra/", given, page="/kiem-tra/")
    assert answer.status_code == 200
    assert "Toàn vẹn, chưa tin cậy được chứng thư" in answer.text
    assert "Trần Quang Vinh" in answer.text
    as_pdf = {"file": (BytesIO(issued), "a.pdf"), "as": "pdf"}
    assert stranger.submit("/kiem-tra/", as_pdf, page="/kiem-tra/").data.startswith(b"%PDF-")
    assert counted(offering) == before
    assert sorted(path for path in (tmp_path / "mo").rglob("*") if path.is_file()) == stored
    assert "bí-mật" not in caplog.text
    nothing = stranger.submit("/kiem-tra/", {}, page="/kiem-tra/")
    assert nothing.status_code == 422
    hostile = {"file": (BytesIO(b"%PDF-1.7\n" + b"[" * 50_000), "x.pdf")}
    assert "Không kết luận được" in stranger.submit("/kiem-tra/", hostile, page="/kiem-tra/").text
    without_token = stranger.client.post("/kiem-tra/", data={"file": (BytesIO(issued), "a.pdf")})
    assert without_token.status_code == 422


def test_strangers_may_bring_office_files_too(offering, agency_key):
    signer = OfficeSigner(
        agency_key.certificate.dump(), lambda data: agency_key.sign(data, "sha256"),
        datetime.now(UTC),
    )  # fmt: skip
    opened = {"META-INF/documentsignatures.xml": b"<x/>"}
    said = {
        "bang.xlsx": (packed(signer.signed(table())), "Toàn vẹn, chưa tin cậy được chứng thư"),
        "khong-ky.docx": (packed(letter()), "Không có chữ ký số"),
        "mo.odt": (packed(opened), "hệ thống không kiểm tra loại chữ ký này"),
        "hong.docx": (packed(signer.signed(letter())) + b"more", "cấu trúc tệp không đúng chuẩn"),
        "tep.zip": (packed({"a.txt": b"a"}), "Không kết luận được"),
    }
    stranger = Visitor(offering)
    for name, (data, expected) in said.items():
        answer = stranger.submit("/kiem-tra/", {"file": (BytesIO(data), name)}, page="/kiem-tra/")
        assert expected in answer.text, name


def test_strangers_find_no_page_where_it_is_not_offered(node, tmp_path):
    assert node.test_client().get("/kiem-tra/").status_code == 404
    hub = make_node(
        tmp_path / "hub", province.HUB, NodeRole.HUB, settings={"public_verification": True}
    )
    assert hub.test_client().get("/kiem-tra/").status_code == 404
