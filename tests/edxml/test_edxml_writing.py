"""What leaves us: the literal bytes receivers insist on, the same each time."""

import base64
import io
import re
import zipfile
from datetime import UTC, datetime

import pytest
from lxml import etree

from adapters.edxml.package import Attachment, Hop
from adapters.edxml.read import read_package
from adapters.edxml.write import write_package, write_status
from domain.errors import Invalid
from tests.edxml.edxml_messages import (
    NAMESPACE,
    PDF,
    full_package,
    plain_package,
    plain_status,
    zip_of,
)


def wire_attachment(data: bytes) -> tuple[str, str, bytes]:
    """Name, content type and decoded bytes of the only attachment, as a stranger sees them."""
    node = etree.fromstring(data).find(f".//{{{NAMESPACE}}}Attachment")
    text = {etree.QName(child).localname: child.text for child in node}
    decoded = base64.b64decode(text["ContentTransferEncoded"], validate=True)
    return text["AttachmentName"], text["ContentType"], decoded


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def test_prefixes_and_declarations_stand_where_the_national_library_puts_them():
    text = write_package(full_package()).decode()
    lines = text.split("\r\n")
    assert lines[0] == '<?xml version="1.0" encoding="UTF-8"?>'
    assert lines[1] == f'<edXML xmlns="{NAMESPACE}">'
    assert lines[2] == f'  <edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">'
    assert lines[3:6] == [
        "    <edXML:edXMLHeader>",
        "      <edXML:MessageHeader>",
        "        <edXML:From>",
    ]
    assert '      <edXML:edXMLManifest version="1.0">' in lines
    assert "  <AttachmentEncoded>" in lines
    assert "    <Attachment>" in lines
    assert f'      <edXML:ContentTransferEncoded xmlns:edXML="{NAMESPACE}">' in text
    assert text.endswith("</edXML>\r\n")
    assert "\n" not in text.replace("\r\n", "")


def test_inside_the_envelope_every_element_bears_the_prefix_and_outside_none_but_the_content():
    text = write_package(full_package()).decode()
    envelope, rest = text.split("</edXML:edXMLEnvelope>")
    inside = re.findall(r"<(?!\?)([A-Za-z:]+)", envelope.split("<edXML:edXMLEnvelope")[1])
    assert inside
    assert all(tag.startswith("edXML:") for tag in inside)
    prefixed = set(re.findall(r"<(edXML:\w+)", rest))
    assert prefixed == {"edXML:ContentTransferEncoded"}


def test_the_header_keeps_the_written_order():
    root = etree.fromstring(write_package(full_package()))
    header = root.find(f".//{{{NAMESPACE}}}MessageHeader")
    assert " ".join(dict.fromkeys(map(local, header))) == (
        "From To DocumentId Code PromulgationInfo DocumentType Subject Content "
        "SignerInfo DueDate OtherInfo ResponseFor SteeringType ResponseForTask ApplicationType "
        "ImmediateResponseRequired OriginalBodyRequested ToPlaces"
    )
    trace = root.find(f".//{{{NAMESPACE}}}TraceHeaderList")
    assert list(map(local, trace)) == ["Bussiness", "TraceHeader"]
    assert " ".join(map(local, trace[0])) == (
        "DocumentId BussinessDocType BussinessDocReason Paper "
        "BussinessDocumentInfo ReplacementInfoList StaffInfo"
    )


def test_a_status_has_neither_body_nor_attachments():
    text = write_status(plain_status()).decode()
    assert "edXMLBody" not in text
    assert "AttachmentEncoded" not in text
    header = etree.fromstring(text.encode()).find(f".//{{{NAMESPACE}}}MessageHeader")
    assert " ".join(map(local, header)) == (
        "From ResponseFor StaffInfo StatusCode Description Timestamp"
    )


def test_the_same_message_gives_the_same_bytes():
    package = full_package(
        attachments=(Attachment("a.txt", data=b"x"), Attachment("b.pdf", data=PDF))
    )
    assert write_package(package) == write_package(package)
    assert write_status(plain_status()) == write_status(plain_status())


def test_a_plain_package_carries_what_receivers_cannot_do_without():
    text = write_package(plain_package()).decode()
    assert "<edXML:Content>V/v báo cáo tình hình sản xuất &lt; 3 tháng &amp; đề xuất<" in text
    assert "<edXML:BussinessDocType>0</edXML:BussinessDocType>" in text
    assert "<edXML:BussinessDocReason>Văn bản điện tử mới</edXML:BussinessDocReason>" in text
    assert "<edXML:Timestamp>2026/03/02 00:00:00</edXML:Timestamp>" in text
    assert "<edXML:SteeringType>0</edXML:SteeringType>" in text
    assert "<edXML:Direction>false</edXML:Direction>" in text
    assert "<edXML:ToPlaces />" in text
    assert "<AttachmentEncoded />" in text


def test_empty_fields_and_forbidden_characters_are_left_out():
    package = plain_package(place="  ", signer_name="Trần\x01 Văn\x0b Mẫu\ud800 ", type_detail=-1)
    text = write_package(package).decode()
    assert "<edXML:Place>" not in text
    assert "TypeDetail" not in text
    assert "<edXML:FullName>Trần Văn Mẫu</edXML:FullName>" in text


def test_times_are_written_in_vietnam_whatever_zone_they_come_in():
    hop = Hop("H48", datetime(2026, 3, 1, 18, 30, tzinfo=UTC))
    assert b"2026/03/02 01:30:00" in write_package(plain_package(trace=(hop,)))


def test_a_package_without_recipients_is_refused():
    with pytest.raises(Invalid, match="recipients-missing"):
        write_package(plain_package(recipients=()))


@pytest.mark.parametrize("extension", ["pdf", "doc", "docx", "zip", "PDF"])
def test_files_receivers_expect_raw_go_raw_with_their_own_type(extension):
    sent = Attachment(f"a.{extension}", data=PDF)
    name, content_type, data = wire_attachment(write_package(plain_package(attachments=(sent,))))
    assert (name, data) == (f"a.{extension}", PDF)
    assert content_type == f"application/{extension.lower()}"


@pytest.mark.parametrize("name", ["bảng.xlsx", "b.xls", "ảnh.jpg", "không đuôi", "x.đuôi"])
def test_all_other_files_go_in_a_zip_of_one_plain_entry(name):
    sent = Attachment(name, data=b"noi dung")
    raw = write_package(plain_package(attachments=(sent,)))
    _, content_type, data = wire_attachment(raw)
    assert content_type == "application/zip"
    (entry,) = zipfile.ZipFile(io.BytesIO(data)).infolist()
    assert re.fullmatch(r"[0-9a-f-]{36}\.[a-z0-9]{1,8}", entry.filename)
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    (received,) = read_package(raw).attachments
    assert (received.name, received.data) == (name, b"noi dung")


def test_manifest_and_attachment_agree_and_the_id_has_one_cid():
    sent = Attachment("a.pdf", data=PDF, content_id="cid:cid:x")
    text = write_package(plain_package(attachments=(sent,))).decode()
    assert re.findall(r"ContentId>(.*?)<", text) == ["cid:x", "cid:x"]
    assert re.findall(r"ContentType>(.*?)<", text) == ["application/pdf", "application/pdf"]


def test_equal_files_without_ids_get_different_ids():
    twins = (Attachment("a.pdf", data=PDF), Attachment("a.pdf", data=PDF))
    first, second = read_package(write_package(plain_package(attachments=twins))).attachments
    assert first.content_id != second.content_id


def test_an_upper_case_zip_goes_as_lower_case_and_stays_whole():
    archive = zip_of(("một.pdf", PDF))
    package = plain_package(attachments=(Attachment("HỒ SƠ.ZIP", data=archive),))
    name, content_type, data = wire_attachment(write_package(package))
    assert (name, content_type, data) == ("HỒ SƠ.zip", "application/zip", archive)


def test_an_empty_file_goes_in_a_zip_because_readers_fail_on_an_empty_text():
    raw = write_package(plain_package(attachments=(Attachment("a.doc", data=b""),)))
    _, content_type, data = wire_attachment(raw)
    assert (content_type, data[:2]) == ("application/zip", b"PK")
    (received,) = read_package(raw).attachments
    assert (received.data, received.damaged) == (b"", False)


def test_an_empty_zip_is_refused():
    with pytest.raises(Invalid, match="attachment-empty"):
        write_package(plain_package(attachments=(Attachment("a.zip"),)))
