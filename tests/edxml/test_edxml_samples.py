"""The public sample messages are read with the facts they state, and nothing needs mending."""

from datetime import date, datetime, timedelta

import pytest

from adapters.edxml.package import BusinessKind, ReceiverChange
from adapters.edxml.read import read_message, read_package, read_status
from adapters.edxml.write import write_package, write_status
from tests.edxml.edxml_messages import SAMPLES

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no sample messages in {SAMPLES}")

EARLIER = "000.00.00.G22,2014/01/30,7806/VPCP-TTĐT"
OWN = "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.edxml").read_bytes()


@pytest.mark.parametrize("name", ["edoc_replacement", "edoc_revocation", "edoc_update"])
def test_a_sample_document_is_read_with_its_header(name):
    package = read_package(sample(name))
    assert package.repairs == ()
    assert package.reference == "7816/VPCP-TTĐT"
    assert package.document_id == OWN
    assert package.subject == "V/v kết nối, liên thông phần mềm quản lý văn bản"
    assert (package.place, package.issued_date) == ("Hà Nội", date(2018, 9, 28))
    assert (package.type_code, package.type_name) == (1, "Công văn")
    assert package.sender.name == "Văn phòng Chính phủ"
    assert [organ.code for organ in package.recipients] == [
        "000.00.00.H41",
        "000.00.00.H14",
        "000.00.00.G17",
    ]
    assert (package.copies, package.pages, package.priority) == (2, 22, 0)
    assert package.typer_notation == "TVC"
    assert package.to_places == ("Cac bo va co quan ngang bo", "Uy ban nhan dan cac tinh, TP")
    assert package.steering_type == 1


@pytest.mark.parametrize("name", ["edoc_replacement", "edoc_revocation", "edoc_update"])
def test_a_sample_attachment_comes_out_of_its_zip(name):
    (attachment,) = read_package(sample(name)).attachments
    assert (attachment.name, attachment.content_id) == ("1896_QD-TTg_m_294779.doc", "209")
    assert attachment.media_type == "application/msword"
    assert len(attachment.data) == 388347
    assert attachment.data.startswith(b"<?xml")
    assert not attachment.damaged
    assert len(attachment.sha256) == 64


def test_the_trace_time_is_vietnamese():
    (hop,) = read_package(sample("edoc_update")).trace
    assert hop.organ_code == "000.00.00.G22"
    assert hop.at.isoformat() == "2018-09-28T00:00:00+07:00"


def test_a_sample_replacement_names_what_it_replaces_and_for_whom():
    package = read_package(sample("edoc_replacement"))
    assert package.business.kind is BusinessKind.REPLACE
    assert package.concerns == (EARLIER, EARLIER)
    assert package.business.replacements[0].organ_codes == ("000.00.00.H41", "000.00.00.H14")


def test_a_sample_revocation_concerns_its_own_document_id():
    package = read_package(sample("edoc_revocation"))
    assert package.business.kind is BusinessKind.REVOKE
    assert package.business.document_id == ""
    assert package.concerns == (OWN,)
    (answered,) = package.response_for
    assert (answered.organ_code, answered.reference) == ("000.00.00.H14", "267/VPCP-TTĐT")


def test_a_sample_update_tells_what_changed():
    business = read_package(sample("edoc_update")).business
    assert business.kind is BusinessKind.UPDATE
    assert business.document_id == "000.00.00.G22,2014/02/30,7806/VPCP-TTĐT"
    assert (business.data_changed, business.receivers_changed) == (True, True)
    assert business.receiver_changes == (
        ReceiverChange("000.00.00.H41", added=False),
        ReceiverChange("000.00.00.H14", added=True),
    )
    assert business.staff.mobile == "84912000001"


@pytest.mark.parametrize(
    ("name", "code", "about"),
    [
        ("status_acceptance_03", "03", "000.00.00.G22"),
        ("status_cancellation_13", "13", "000.00.00.H41"),
        ("status_change-acceptance_15", "15", "000.00.00.G22"),
        ("status_rejection_02", "02", "000.00.00.G22"),
    ],
)
def test_a_sample_status_is_read(name, code, about):
    status = read_status(sample(name))
    assert (status.code, status.response_for.organ_code) == (code, about)
    assert status.response_for.reference == "7816/VPCP-TTĐT"
    assert status.response_for.issued_date == date(2015, 9, 30)
    assert status.response_for.document_id == OWN
    assert status.at.replace(tzinfo=None) == datetime(2015, 9, 20, 11, 8, 36)  # noqa: DTZ001
    assert status.at.utcoffset() == timedelta(hours=7)
    assert status.staff.email == "vanthu@example.vn"
    assert status.description.startswith("Văn thư")
    assert status.repairs == ()


def test_every_sample_written_again_says_the_same():
    for path in sorted(SAMPLES.glob("*.edxml")):
        message = read_message(path.read_bytes())
        write = write_status if path.name.startswith("status") else write_package
        assert read_message(write(message)) == message
