"""Hostile messages are refused in bounded time and memory, by name."""

import random
import time

import pytest

from adapters.edxml.errors import MalformedPackage
from adapters.edxml.limits import MIB, Limits
from adapters.edxml.package import Attachment
from adapters.edxml.read import read_message, read_package
from adapters.edxml.write import write_package
from domain.errors import Invalid
from tests.edxml.edxml_messages import (
    NAMESPACE,
    PDF,
    attachment_xml,
    full_package,
    message_xml,
    plain_package,
    zip_of,
)

SECONDS = 10  # of our own processor time; an unbounded reader would need minutes or die
BOMB = zip_of(("u.txt", b"\0" * 60 * MIB))


@pytest.fixture(autouse=True)
def _bounded_time():
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS


def refusal(data: bytes, limits: Limits | None = None) -> MalformedPackage:
    with pytest.raises(MalformedPackage) as refused:
        read_message(data, limits or Limits())
    return refused.value


def reason(data: bytes, limits: Limits | None = None) -> str:
    refused = refusal(data, limits)
    assert refused.code == "package-malformed"
    assert isinstance(refused, Invalid)
    return refused.fields["reason"]


def dtd(subset: str, use: str) -> bytes:
    text = message_xml(f"<Subject>{use}</Subject>").decode()
    return f'<?xml version="1.0"?><!DOCTYPE edXML [{subset}]>{text}'.encode()


BILLION = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(12)
)


@pytest.mark.parametrize(
    "data",
    [
        dtd('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
        dtd('<!ENTITY x SYSTEM "http://127.0.0.1:1/x">', "&x;"),
        dtd('<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;', "x"),
        dtd(BILLION, "&m;"),
        dtd("", "x"),
        dtd(BILLION, '<a b="&m;"/>'),
        dtd(BILLION, "&m;").decode().encode("utf-16"),
        b"junk" + dtd(BILLION, "&m;"),
    ],
    ids=["file", "network", "parameter", "billion", "bare", "attribute", "utf-16", "after-junk"],
)
def test_a_document_type_is_refused_before_anything_is_expanded(data):
    assert reason(data) == "dtd"


def test_an_encoding_that_could_hide_something_is_refused():
    hidden = '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<x/>'
    assert reason(hidden.encode()) == "encoding"
    assert reason(message_xml().decode().encode("utf-16-le")[:-1]) == "encoding"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        b"\0" * 100,
        b"\xff\xfe",
        b"<",
        b"{}",
        b"%PDF-1.7",
        PDF,
        b"<edXML>",
        b"<a></b>",
        b"<a/><b/>",
        message_xml("<Subject>&x;</Subject>"),
        message_xml("<Subject>&#1;</Subject>"),
        message_xml()[:200],
        message_xml().replace("Thử".encode(), b"\xff\xc3"),
    ],
)
def test_what_is_no_xml_is_refused(data):
    assert reason(data) == "not-xml"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<html><body/></html>", "no-envelope"),
        (f'<edXML xmlns="{NAMESPACE}"/>'.encode(), "no-envelope"),
        (f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope/></edXML>'.encode(), "no-header"),
        (
            f'<e xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader/></edXMLEnvelope></e>'.encode(),
            "no-header",
        ),
    ],
)
def test_xml_without_the_frame_is_refused(data, expected):
    assert reason(data) == expected


@pytest.mark.parametrize("namespace", ["", "http://www.e-doc.vn/Schema/", NAMESPACE + "/"])
def test_a_foreign_namespace_is_refused_and_named(namespace):
    refused = refusal(message_xml().replace(NAMESPACE.encode(), namespace.encode()))
    assert refused.code == "package-foreign-namespace"
    assert refused.fields == {"namespace": namespace}


@pytest.mark.parametrize("levels", [40, 1000, 100_000])
def test_depth_is_bounded(levels):
    assert reason(message_xml("<a>" * levels + "</a>" * levels)) == "too-deep"


def test_the_number_of_elements_is_bounded():
    assert reason(message_xml("<a/>" * 2_000_000)) == "too-many-elements"


def test_the_number_of_attributes_is_bounded():
    attributes = " ".join(f'a{i}=""' for i in range(300_000))
    assert reason(message_xml(f"<a {attributes}/>")) == "too-many-elements"


def test_the_size_is_bounded():
    assert reason(b"x" * 2000, Limits(message_bytes=1999)) == "too-large"


def test_many_recipients_are_no_attack():
    recipients = "<To><OrganId>H48</OrganId><OrganName>Xã</OrganName></To>" * 12_000
    assert len(read_package(message_xml(recipients)).recipients) == 12_001


def test_many_undeclared_prefixes_end_the_mending():
    noise = "".join(f"<p{i}:a/>" for i in range(2000))
    assert reason(message_xml(noise)) == "not-xml"


@pytest.mark.parametrize(
    ("name", "content_type"), [("a.txt", "application/zip"), ("a.txt", "text/plain")]
)
def test_a_zip_bomb_is_refused(name, content_type):
    assert reason(message_xml(attachments=attachment_xml(name, content_type, BOMB))) == "zip-bomb"


def test_a_zip_that_lies_about_its_size_is_not_read_beyond_the_limit():
    size = (60 * MIB).to_bytes(4, "little")
    lying = BOMB.replace(size, (10).to_bytes(4, "little"))
    assert lying != BOMB
    package = read_package(
        message_xml(attachments=attachment_xml("a.txt", "application/zip", lying))
    )
    assert package.attachments[0].damaged
    assert len(package.attachments[0].data) < MIB


def test_many_bombs_below_the_limit_are_bounded_in_sum():
    small = zip_of(("u.txt", b"\0" * 4 * MIB))
    xml = attachment_xml("a.txt", "application/zip", small) * 100
    limits = Limits(total_bytes=20 * MIB)
    assert reason(message_xml(attachments=xml), limits) == "attachment-too-large"


def test_a_zip_with_countless_entries_is_not_even_listed():
    entry = zip_of(("u.txt", b""))
    start, end = entry.index(b"PK\x01\x02"), entry.index(b"PK\x05\x06")
    directory = entry[start:end] * 200_000
    crowd = entry[:start] + directory + entry[end : end + 12]
    crowd += len(directory).to_bytes(4, "little") + entry[end + 16 :]
    attachment = attachment_xml("a.txt", "application/zip", crowd)
    package = read_package(message_xml(attachments=attachment))
    assert package.repairs == ("zip-kept:a.txt",)


@pytest.mark.parametrize(
    "entry", ["../x.txt", "a/../../x.txt", "/etc/x.txt", "..\\x.txt", "C:\\x.txt"]
)
def test_an_entry_that_points_outside_is_refused(entry):
    xml = attachment_xml("a.txt", "application/zip", zip_of((entry, b"x")))
    assert reason(message_xml(attachments=xml)) == "zip-path"


def test_attachments_are_bounded_in_number_and_size():
    many = attachment_xml("a.txt", "text/plain", b"x") * 201
    assert reason(message_xml(attachments=many)) == "too-many-attachments"
    large = attachment_xml("a.bin", "text/plain", b"x" * 1001)
    limits = Limits(attachment_bytes=1000)
    assert reason(message_xml(attachments=large), limits) == "attachment-too-large"


@pytest.mark.parametrize("filler", ["=", "-", "*", "A\n", "A=", "é"])
def test_base64_bombs_end_in_bounded_time(filler):
    text = filler * (10 * MIB // len(filler.encode()))
    xml = attachment_xml("a.txt", "text/plain", text)
    (attachment,) = read_package(message_xml(attachments=xml)).attachments
    assert len(attachment.data) <= 10 * MIB


def test_a_file_of_fifty_megabytes_is_carried():
    data = PDF + random.Random(1).randbytes(50 * MIB - len(PDF))
    raw = write_package(plain_package(attachments=(Attachment("lớn.pdf", data=data),)))
    (attachment,) = read_package(raw).attachments
    assert attachment.data == data
    assert not attachment.damaged


def test_bytes_flipped_anywhere_give_a_message_or_a_refusal():
    good = write_package(full_package())
    chance = random.Random(20260302)
    outcomes = set()
    for _ in range(400):
        broken = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            outcomes.add(type(read_message(bytes(broken))).__name__)
        except MalformedPackage as refused:
            outcomes.add(refused.code)
    assert {"Package", "package-malformed"} <= outcomes


def test_bytes_flipped_in_a_wrapping_zip_never_cost_the_document():
    wire = zip_of(("u.pdf", PDF * 3), ("v.txt", b"x"))
    chance = random.Random(7)
    for _ in range(400):
        broken = bytearray(wire)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(4, len(broken))] = chance.randrange(256)
        xml = attachment_xml("a.pdf", "application/zip", bytes(broken))
        try:
            assert len(read_package(message_xml(attachments=xml)).attachments) == 1
        except MalformedPackage as refused:
            assert refused.fields["reason"] in {"zip-path", "zip-bomb"}  # noqa: PT017
