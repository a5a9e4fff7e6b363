"""Whose a file is: a package with another agency's sealed document, or with another number, is no
reason to doubt the signature, but to look before it is accepted."""

import re

import pytest
from sqlalchemy import select

from domain.document_checks import same_agency
from domain.roles import SYSTEM
from models.agencies import Agency
from models.incoming import IncomingDocument, IncomingSource
from services import incoming
from services.incoming.arrival import Arrival, ArrivalFile
from services.signing.provenance import same_number
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, SHARED
from tests.visitor import Visitor

SON_TINH = ("000.00.32.H48", "UBND huyện Sơn Tịnh")
TINH_HA = ("000.21.32.H48", "Ủy ban nhân dân xã Tịnh Hà")
NO_ONE_CLICK = "Xem để tiếp nhận"


def inspected(journey, sender: tuple[str, str], number: str, *files: bytes, damaged=False):
    """An arrival at the commune that waits to be registered, its files judged."""
    with transaction(journey.office, SYSTEM) as work:
        agency = work.session.scalars(select(Agency).where(Agency.code == TINH_HA[0])).one()
        attached = [
            ArrivalFile(name=f"{n}.pdf", data=data, damaged=damaged) for n, data in enumerate(files)
        ]
        arrival = Arrival(
            source=IncomingSource.EXCHANGE,
            sender_code=sender[0],
            sender_name=sender[1],
            document_uid=f"{sender[0]}-{number}-{len(files)}-{damaged}",
            number=number,
            notation="UBND-NV",
            subject="V/v báo cáo",
            files=attached,
        )
        document_id = incoming.arrive(work, agency, arrival).id
    journey.work()
    journey.look_anew()
    return journey.office.session().get(IncomingDocument, document_id)


@pytest.fixture
def issued(journey) -> bytes:
    return journey.office.files.read(journey.issued().issued_sha256)


@pytest.fixture
def clerk(node) -> Visitor:
    return Visitor(node, "st.th.vanthu", PASSWORD)


def test_the_senders_own_sealed_document_can_be_accepted_from_the_list(journey, issued, clerk):
    doc = inspected(journey, SON_TINH, "1", issued)
    assert (doc.verdict, doc.doubts) == ("valid", [])
    assert "Nhận, trình" in clerk.get("/incoming/").text


def test_a_document_sealed_by_another_agency_has_to_be_opened_first(journey, issued, clerk):
    doc = inspected(journey, TINH_HA, "12", issued)
    assert doc.verdict == "valid"
    assert doc.doubts == [
        "seal-other:Ủy ban nhân dân huyện Sơn Tịnh",
        "number-other:01/UBND-NV",
    ]
    for address in ("/incoming/", f"/incoming/{doc.id}"):
        page = clerk.get(address).text
        assert "Chữ ký hợp lệ" in page
        assert "Chữ ký số cơ quan là của Ủy ban nhân dân huyện Sơn Tịnh" in page
        assert "Số trên văn bản là 01/UBND-NV" in page
    row = clerk.get("/incoming/").text
    assert NO_ONE_CLICK in row
    assert "Nhận, trình" not in row


def test_a_file_of_the_sender_beside_anothers_is_enough(journey, issued):
    plain = journey.office.files.read(journey.submitted().prepared_sha256)
    doc = inspected(journey, SON_TINH, "01", plain, issued)
    assert doc.doubts == []


def test_a_damaged_file_is_never_called_unsigned(journey, issued, clerk):
    plain = journey.office.files.read(journey.submitted().prepared_sha256)
    for number, data in (("1", plain), ("2", issued)):
        doc = inspected(journey, SON_TINH, number, data, damaged=True)
        assert doc.verdict == "inconclusive"
    row = clerk.get("/incoming/").text
    assert "Tệp hỏng" in row
    assert "Không có chữ ký số" not in row
    assert "Nhận, trình" not in row


def test_what_was_mended_in_its_content_has_to_be_opened_first(journey, clerk, office):
    doc = inspected(journey, SON_TINH, "1")
    for repairs, at_once in ((["base64-wrapped:a.pdf"], True), (["missing:DocumentId"], False)):
        with transaction(office, SYSTEM) as work:
            work.session.get_one(IncomingDocument, doc.id).repairs = repairs
        assert ("Nhận, trình" in clerk.get("/incoming/").text) is at_once
    page = clerk.get(f"/incoming/{doc.id}").text
    assert "Gói tin thiếu mã văn bản." in page
    assert not re.search(r"missing:|DocumentId", page)


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared documents are absent")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # it is the PDF that takes long
@pytest.mark.parametrize("name", ["t_2025-01-08_11-TB-UBND.pdf", "s_2025-01-15_299-UBND-TTHC.pdf"])
def test_a_real_document_of_its_sender_is_not_doubted(journey, name):
    data = (SHARED / "documents" / name).read_bytes()
    number = name.split("_")[2].split("-")[0]
    sender = ("000.00.00.H48", "Ủy ban nhân dân tỉnh Quảng Ngãi")
    assert inspected(journey, sender, number, data).doubts == []
    stranger = inspected(journey, SON_TINH, number, data)
    assert [doubt.partition(":")[0] for doubt in stranger.doubts] == ["seal-other"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("UBND huyện Sơn Tịnh", "UỶ BAN NHÂN DÂN HUYỆN SƠN TỊNH", True),
        ("Ủy ban nhân dân xã Tịnh Hà, huyện Sơn Tịnh", "UBND xã Tịnh Hà", True),
        ("UBND xã Tịnh Hà", "UBND xã Tịnh Hải", False),
        ("Ủy ban nhân dân huyện Sơn Tịnh", "Ủy ban nhân dân huyện Bình Sơn", False),
        ("000.00.32.H48 UBND huyện", "000.00.32.H48", True),
        ("", "UBND xã Tịnh Hà", False),
    ],
)
def test_names_are_compared_with_lenience(one, other, same):
    assert same_agency(one, other) is same
    assert same_agency(other, one) is same


def test_a_number_is_the_same_with_and_without_its_zero():
    assert same_number("05", "5")
    assert same_number("12 a", "12A")
    assert not same_number("12", "120")
