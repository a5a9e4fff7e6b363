"""What careless producers send is read all the same, and every mending is told."""

import re
from datetime import date, datetime

import pytest
from lxml import etree

from adapters.edxml.package import BusinessKind
from adapters.edxml.read import read_message, read_package, read_status
from adapters.edxml.times import read_day, read_moment
from adapters.edxml.write import write_package, write_status
from domain.dates import VIETNAM
from domain.errors import Invalid
from tests.edxml.edxml_messages import (
    NAMESPACE,
    full_package,
    message_xml,
    plain_package,
    plain_status,
)

PLAIN = write_package(full_package())


def without_repairs(data: bytes, *repairs: str) -> None:
    """The message reads as the plain one does and tells exactly these repairs."""
    package = read_package(data)
    assert package.repairs == repairs
    assert package == full_package(repairs=repairs)


def test_junk_before_the_prolog_is_cut_off():
    without_repairs(b"1212\n" + PLAIN, "leading-junk")


@pytest.mark.parametrize(
    "junk",
    [b"<br>\n<p>1 < 2</p>\n", b'<?xml version="1.0"?>\n', b"HTTP/1.1 200 OK\r\n\r\n<html/>"],
)
def test_junk_with_tags_before_the_prolog_is_cut_off_too(junk):
    without_repairs(junk + PLAIN, "leading-junk")


def test_blank_lines_before_the_prolog_are_cut_off():
    without_repairs(b"\r\n" + PLAIN, "leading-junk")


def test_junk_after_the_end_is_cut_off():
    without_repairs(PLAIN + b"0\r\n", "trailing-junk")


def test_control_characters_are_dropped():
    without_repairs(PLAIN.replace(b"TM. ", b"TM.\x01 \x0b"), "control-characters")


def test_a_byte_order_mark_is_taken():
    without_repairs(b"\xef\xbb\xbf" + PLAIN, "byte-order-mark")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_taken_with_and_without_its_mark(encoding):
    text = PLAIN.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    without_repairs(text.encode(encoding), "utf-16")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("junk", ["\r\n", "1212", "xyz", " <- "])
def test_utf_16_is_taken_behind_junk_of_its_own_and_of_another_encoding(encoding, junk):
    text = PLAIN.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    undeclared = text.replace("<edXML:Reference>", '<edXML:Reference xlink:href="cid:1">')
    mark = "\ufeff".encode(encoding)
    repairs = ("utf-16", "leading-junk", "undeclared-prefix:xlink")
    for start in (junk.encode(encoding), junk.encode(), junk.encode() + mark):
        without_repairs(start + undeclared.encode(encoding), *repairs)
    package = read_package(mark + (junk + undeclared).encode(encoding))
    assert package == full_package(repairs=repairs)


@pytest.mark.parametrize("name", ["utf-16le", "UTF-16BE", "ascii", "unicode"])
def test_other_names_that_writers_give_to_utf_8_are_no_hindrance(name):
    without_repairs(PLAIN.replace(b'"UTF-8"', b'"%s"' % name.encode()))


def test_utf_8_that_announces_utf_16_is_read_by_its_bytes():
    without_repairs(PLAIN.replace(b'"UTF-8"', b'"utf-16"'))


def test_a_declared_single_byte_encoding_is_honoured():
    data = (
        '<?xml version="1.0" encoding="windows-1252"?>'
        + message_xml("<Subject>Décision</Subject>").decode()
    )
    package = read_package(data.encode("windows-1252"))
    assert package.subject == "Décision"
    assert package.repairs == ("encoding:windows-1252",)


def test_an_undeclared_prefix_on_an_attribute_is_declared():
    data = PLAIN.replace(b"<edXML:Reference>", b'<edXML:Reference xlink:href="cid:1">')
    without_repairs(data, "undeclared-prefix:xlink")


def test_several_undeclared_prefixes_are_declared_however_many_places_they_stand_in():
    noise = b"<a:x/>" * 300 + b"<b:y/>"
    data = PLAIN.replace(b"<edXML:OtherInfo>", b"<edXML:OtherInfo>" + noise)
    without_repairs(data, "undeclared-prefix:a", "undeclared-prefix:b")


def test_the_standards_own_prefix_left_undeclared_means_the_standard():
    data = PLAIN.replace(f' xmlns:edXML="{NAMESPACE}"'.encode(), b"")
    without_repairs(data, "undeclared-prefix:edXML")


def test_any_prefix_and_none_are_equal():
    other = PLAIN.replace(b"edXML:", b"ns0:").replace(b"xmlns:edXML=", b"xmlns:ns0=")
    without_repairs(other)
    declared = f' xmlns:edXML="{NAMESPACE}"'.encode()
    without_repairs(
        PLAIN.replace(b"<edXML:", b"<").replace(b"</edXML:", b"</").replace(declared, b"")
    )


def test_the_order_of_elements_does_not_matter():
    root = etree.fromstring(PLAIN)
    groups = (
        "MessageHeader",
        "TraceHeaderList",
        "Bussiness",
        "edXMLHeader",
        "Attachment",
        "Reference",
    )
    for name in groups:
        for parent in list(root.iter(f"{{{NAMESPACE}}}{name}")):
            blocks: dict[str, list] = {}
            for child in parent:
                blocks.setdefault(child.tag, []).append(child)
            parent[:] = [child for tag in reversed(blocks) for child in blocks[tag]]
    root[:] = list(reversed(root))
    without_repairs(etree.tostring(root))


def test_unknown_elements_comments_and_instructions_are_ignored():
    noise = b"<Feedback><Subject>khac</Subject></Feedback><!-- <Subject>x</Subject> --><?pi x?>"
    without_repairs(PLAIN.replace(b"<edXML:MessageHeader>", b"<edXML:MessageHeader>" + noise))


def test_cdata_and_blanks_around_a_text_are_taken():
    package = read_package(message_xml("<Subject>\n  <![CDATA[A < B & C]]>\n</Subject>"))
    assert package.subject == "A < B & C"


def test_a_cdata_with_a_prolog_inside_is_no_junk():
    package = read_package(message_xml("<Subject><![CDATA[<?xml encoding='x'?>]]></Subject>"))
    assert package.subject == "<?xml encoding='x'?>"
    assert package.repairs == ()


def test_an_old_status_wrapper_is_read():
    data = write_status(plain_status()).replace(b"edXML:MessageHeader>", b"edXML:Status>")
    assert read_status(data) == plain_status(repairs=("old-status",))


@pytest.mark.parametrize(("given", "read"), [("3", "03"), ("03", "03"), ("103", "103"), ("", "")])
def test_a_status_code_has_two_digits_also_where_a_producer_wrote_the_number(given, read):
    data = write_status(plain_status()).replace(b">03<", f">{given}<".encode())
    status = read_status(data)
    assert status.code == read
    assert status.repairs == (("status-code:3",) if given == "3" else ())


def test_an_old_status_wrapper_is_read_with_whatever_else_is_untidy():
    data = write_status(plain_status()).replace(b"edXML:MessageHeader>", b"s:Status>")
    data = data.replace(b"edXML:", b"s:").replace(b"xmlns:edXML=", b"xmlns:s=")
    wide = ("12\n" + data.decode()).encode("utf-16-le")
    repairs = ("utf-16", "leading-junk", "old-status")
    assert read_status(wide) == plain_status(repairs=repairs)


def test_a_package_of_the_first_versions_without_bussiness_brings_a_new_document():
    assert read_package(message_xml()).business.kind is BusinessKind.NEW


def test_an_unknown_business_is_told_and_taken_as_new():
    package = read_package(
        message_xml(traces="<Bussiness><BussinessDocType>9</BussinessDocType></Bussiness>")
    )
    assert (package.business.kind, package.repairs) == (BusinessKind.NEW, ("unknown-business:9",))


@pytest.mark.parametrize("place", ["edXMLHeader", "MessageHeader"])
def test_a_business_beside_its_place_is_read_and_told(place):
    """A revocation must not be taken for a new document."""
    end = f"</edXML:{place}>".encode()
    business = b"<Bussiness><BussinessDocType>1</BussinessDocType></Bussiness>"
    data = re.sub(
        rb"<edXML:Bussiness>.*</edXML:Bussiness>",
        b"",
        write_package(plain_package()),
        flags=re.DOTALL,
    )
    package = read_package(data.replace(end, business + end))
    assert package.business.kind == BusinessKind.REVOKE
    assert package.repairs == ("misplaced:Bussiness",)


def test_paper_given_as_a_page_count_means_yes():
    package = read_package(message_xml(traces="<Bussiness><Paper>12</Paper></Bussiness>"))
    assert package.business.paper is True


def test_junk_hops_are_left_out():
    hops = (
        "<TraceHeader><OrganId>null</OrganId><Timestamp>2025/01/01 00:00:00</Timestamp>"
        "</TraceHeader>"
        "<TraceHeader><Timestamp>2025/01/01 00:00:00</Timestamp></TraceHeader>"
        "<TraceHeader><OrganId>000.00.00.H48</OrganId></TraceHeader>"
    )
    package = read_package(message_xml(traces=hops))
    assert [(hop.organ_code, hop.at) for hop in package.trace] == [("000.00.00.H48", None)]
    assert package.repairs == ("junk-hop:null", "junk-hop")


def test_missing_parts_become_blanks_and_the_missing_id_is_the_same_each_time():
    bare = (
        f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader><MessageHeader>'
        "<From><OrganId>H48</OrganId></From><To/>"
        "<Code><CodeNumber>7</CodeNumber><CodeNotation>UBND</CodeNotation></Code>"
        "<PromulgationInfo><PromulgationDate>2026-03-02</PromulgationDate></PromulgationInfo>"
        "</MessageHeader></edXMLHeader></edXMLEnvelope></edXML>"
    ).encode()
    package = read_package(bare)
    assert package.document_id == "H48,2026/03/02,7/UBND"
    assert package.recipients == package.attachments == package.to_places == ()
    assert (package.copies, package.pages, package.priority) == (1, 1, 0)
    assert package.repairs == ("missing:DocumentId",)
    assert read_package(bare) == package


def test_numbers_that_are_none_fall_back_and_are_told():
    package = read_package(message_xml("<SteeringType> khong </SteeringType>"))
    assert (package.steering_type, package.repairs) == (0, ("not-a-number:SteeringType=khong",))


def test_a_date_that_does_not_exist_is_told_and_left_blank():
    package = read_package(message_xml("<DueDate>2014/02/30</DueDate>"))
    assert package.due_date is None
    assert package.repairs == ("unreadable-time:DueDate=2014/02/30",)


@pytest.mark.parametrize(
    "text",
    ["2026/11/20", " 2026-11-20 ", "20/11/2026", "20-11-2026", "2026/11/20 08:30:00", "2026/1/5"],
)
def test_dates_are_read_in_the_forms_that_occur(text):
    assert read_day(text) == (date(2026, 1, 5) if "/1/" in text else date(2026, 11, 20))


@pytest.mark.parametrize(
    "text", ["", "2014/02/30", "31/31/2026", "20/11/26", "hôm nay", "0000/01/01"]
)
def test_what_is_no_date_is_none(text):
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2026/03/02 08:05:09", (8, 5, 9)),
        ("2026-03-02T08:05:09.123", (8, 5, 9)),
        ("2026-03-02T01:05:09Z", (8, 5, 9)),
        ("2026-03-02T01:05:09+00:00", (8, 5, 9)),
        ("02/03/2026 8:05", (8, 5, 0)),
        ("2026/03/02", (0, 0, 0)),
        ("02/03/2026 8:05:09 SA", (8, 5, 9)),
        ("02/03/2026 8:05:09 CH", (20, 5, 9)),
        ("2026/03/02 12:05:09 am", (0, 5, 9)),
        ("2026/03/02 12:05:09\u202fPM", (12, 5, 9)),
        ("2026-03-02 08:05:09,123 +07:00", (8, 5, 9)),
    ],
)
def test_times_are_read_in_the_forms_that_occur(text, clock):
    assert read_moment(text) == datetime(2026, 3, 2, *clock, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026/03/02 25:00:00",
        "2026/03/02 13:00:00 PM",
        "2026/03/02 0:30 SA",
        "2026/03/02 x",
        "9999-12-31T23:00:00-07:00",
    ],
)
def test_what_is_no_time_is_none(text):
    assert read_moment(text) is None


def test_a_message_of_the_other_kind_is_refused_by_name():
    with pytest.raises(Invalid) as refusal:
        read_package(write_status(plain_status()))
    assert refusal.value.fields["reason"] == "not-a-document"
    with pytest.raises(Invalid) as refusal:
        read_status(write_package(plain_package()))
    assert refusal.value.fields["reason"] == "not-a-status"


def test_a_status_with_nothing_but_its_code_is_read():
    data = (
        f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader><MessageHeader>'
        "<StatusCode> 01 </StatusCode></MessageHeader></edXMLHeader></edXMLEnvelope></edXML>"
    )
    status = read_message(data.encode())
    assert (status.code, status.at, status.staff.name) == ("01", None, "")
