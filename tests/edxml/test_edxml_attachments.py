"""Attachments come out right whatever was declared, and damaged ones say so."""

import base64
import zipfile
from textwrap import wrap

import pytest

from adapters.edxml.package import Attachment
from adapters.edxml.read import read_package
from tests.edxml.edxml_messages import PDF, attachment_xml, message_xml, zip_of

DOCX = zip_of(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))
PDF_TEXT = base64.b64encode(PDF).decode()


def read_one(name: str, content_type: str, data: bytes | str) -> tuple[Attachment, tuple[str, ...]]:
    package = read_package(message_xml(attachments=attachment_xml(name, content_type, data)))
    (attachment,) = package.attachments
    return attachment, package.repairs


@pytest.mark.parametrize(
    ("name", "content_type", "wire", "expected", "repairs"),
    [
        ("a.pdf", "application/pdf", PDF, PDF, ()),
        ("a.pdf", "application/zip", zip_of(("u.pdf", PDF)), PDF, ()),
        ("a.pdf", "application/zip", zip_of(("thư mục/ạ.pdf", PDF)), PDF, ()),
        ("a.pdf", "application/pdf", zip_of(("u.PDF", PDF)), PDF, ("zip-unwrapped:a.pdf",)),
        ("a.pdf", "text/plain", zip_of(("u.pdf", PDF)), PDF, ("zip-unwrapped:a.pdf",)),
        ("a.pdf", "application/zip", PDF, PDF, ("content-type:a.pdf",)),
        ("a.pdf", "", PDF, PDF, ()),
        ("a.docx", "application/zip", zip_of(("u.docx", DOCX)), DOCX, ()),
        ("a.docx", "application/docx", DOCX, DOCX, ()),
        ("a.docx", "application/zip", DOCX, DOCX, ("content-type:a.docx",)),
        ("a.DOCX", "application/pdf", zip_of(("u.docx", DOCX)), DOCX, ("zip-unwrapped:a.DOCX",)),
        ("a.txt", "application/zip", zip_of(("u.txt", b"")), b"", ()),
    ],
)
def test_the_bytes_decide_whether_a_file_is_wrapped(name, content_type, wire, expected, repairs):
    attachment, told = read_one(name, content_type, wire)
    assert (attachment.data, attachment.damaged) == (expected, False)
    assert told == repairs


@pytest.mark.parametrize("name", ["hồ sơ.zip", "hồ sơ.ZIP"])
def test_an_archive_stays_whole_in_either_case(name):
    archive = zip_of(("một.pdf", PDF))
    attachment, repairs = read_one(name, "application/zip", archive)
    assert (attachment.data, attachment.media_type) == (archive, "application/zip")
    assert repairs == ()


def test_a_zip_inside_a_zip_is_opened_once():
    inner = zip_of(("u.pdf", PDF))
    attachment, _ = read_one("a.pdf", "application/zip", zip_of(("u.pdf", inner)))
    assert attachment.data == inner


def test_of_several_entries_the_one_with_the_attachments_extension_is_taken():
    wire = zip_of(("đọc tôi.txt", b"x"), ("u.pdf", PDF))
    attachment, repairs = read_one("a.pdf", "application/zip", wire)
    assert (attachment.data, repairs) == (PDF, ("zip-unwrapped:a.pdf",))


def test_a_zip_that_fits_nothing_is_kept_as_it_is():
    wire = zip_of(("a.txt", b"x"), ("b.txt", b"y"))
    attachment, repairs = read_one("a.pdf", "application/zip", wire)
    assert (attachment.data, repairs) == (wire, ("zip-kept:a.pdf",))


def test_a_producers_own_entry_name_does_not_matter_when_the_zip_is_declared():
    attachment, repairs = read_one("a.doc", "application/zip", zip_of(("x.edxml", b"<?xml")))
    assert (attachment.data, repairs) == (b"<?xml", ())


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ("\n".join(wrap(PDF_TEXT, 60)), "base64-wrapped"),
        ("\r\n\t ".join(wrap(PDF_TEXT, 7)), "base64-wrapped"),
        ("\u00a0" + "\ufeff".join(wrap(PDF_TEXT, 60)), "base64-wrapped"),
        (PDF_TEXT.rstrip("="), "base64-padding"),
    ],
)
def test_untidy_base64_is_read(text, repair):
    attachment, repairs = read_one("a.pdf", "application/pdf", text)
    assert (attachment.data, attachment.damaged) == (PDF, False)
    assert repairs == (f"{repair}:a.pdf",)


def test_url_safe_base64_is_read():
    data = PDF + b"\xfb\xff\xfe" * 3
    text = base64.urlsafe_b64encode(data).decode()
    attachment, repairs = read_one("a.pdf", "application/pdf", text)
    assert "-" in text
    assert "_" in text
    assert (attachment.data, repairs) == (data, ("base64-url-safe:a.pdf",))


@pytest.mark.parametrize(
    "text",
    [
        PDF_TEXT[:41],
        PDF_TEXT[:20] + "=" + PDF_TEXT[20:],
        PDF_TEXT[:20] + "\ufffd" + PDF_TEXT[21:],
        PDF_TEXT[:8] + "*" + PDF_TEXT[8:],
        PDF_TEXT[:40] + "!!!!" + PDF_TEXT[44:],
        "***",
        "=",
        "A",
    ],
)
def test_broken_base64_is_a_damaged_attachment_of_a_readable_document(text):
    attachment, repairs = read_one("a.pdf", "application/pdf", text)
    assert attachment.damaged
    assert attachment.name == "a.pdf"
    assert repairs


def test_a_pdf_that_went_through_a_text_reader_is_damaged():
    destroyed = PDF.decode("utf-8", "replace").encode()
    assert b"\xef\xbf\xbd" in destroyed
    attachment, _ = read_one("a.pdf", "application/pdf", destroyed)
    assert (attachment.damaged, attachment.data) == (True, destroyed)
    wrapped, _ = read_one("a.pdf", "application/zip", zip_of(("u.pdf", destroyed)))
    assert wrapped.damaged


def test_replacement_characters_alone_damage_neither_text_nor_an_intact_binary():
    text, _ = read_one("a.txt", "application/zip", zip_of(("u.txt", "dấu \ufffd".encode())))
    assert not text.damaged
    binary, _ = read_one("a.pdf", "application/pdf", PDF + b"\xef\xbf\xbd")
    assert not binary.damaged


@pytest.mark.parametrize(
    "wire",
    [
        zip_of(("u.pdf", PDF))[:-30],
        b"PK\x03\x04" + b"\x00" * 40,
        zip_of(),
        zip_of(("u.pdf", PDF * 9)).replace(b"endobj", b"ENDOBJ", 1)[:20] + b"\xff" * 60,
        zip_of(("u.pdf", PDF), method=zipfile.ZIP_LZMA),
        zip_of(("u.pdf", PDF), method=zipfile.ZIP_STORED).replace(b"%PDF", b"%XYZ"),
    ],
    ids=["cut", "header-only", "empty", "overwritten", "lzma", "wrong-crc"],
)
def test_a_broken_wrapping_is_a_damaged_attachment(wire):
    attachment, repairs = read_one("a.pdf", "application/zip", wire)
    assert attachment.damaged
    assert repairs


@pytest.mark.parametrize("wire", [b"PK\x05\x06", b"PK\x03\x04 khong phai zip", zip_of()])
def test_a_raw_file_that_only_begins_like_a_zip_is_left_alone(wire):
    attachment, repairs = read_one("a.doc", "application/doc", wire)
    assert (attachment.data, attachment.damaged, repairs) == (wire, False, ())


def test_an_encrypted_wrapping_is_a_damaged_attachment():
    wire = bytearray(zip_of(("u.pdf", PDF)))
    wire[6] |= 1
    wire[wire.index(b"PK\x01\x02") + 8] |= 1
    attachment, repairs = read_one("a.pdf", "application/zip", bytes(wire))
    assert (attachment.damaged, repairs) == (True, ("zip-broken:a.pdf",))


def test_an_entry_without_a_name_is_the_file_all_the_same():
    """Found by the fuzz target: asking such an entry whether it is a folder fails."""
    attachment, repairs = read_one("a.pdf", "application/zip", zip_of(("", PDF)))
    assert (attachment.data, repairs) == (PDF, ())


def test_an_empty_content_is_an_empty_file():
    attachment, repairs = read_one("a.txt", "text/plain", "")
    assert (attachment.data, attachment.damaged, repairs) == (b"", False, ())


@pytest.mark.parametrize(
    ("name", "declared", "data", "damaged"),
    [
        ("a.pdf", "application/pdf", b"JVBERi0 no header", True),
        ("a.PDF", "text/plain", b"", True),
        ("a.pdf", "application/zip", zip_of(("u.pdf", b"junk"), ("v.pdf", PDF)), True),
        ("công văn", "application/pdf", b"no header", True),
        ("a.pdf", "application/pdf", b"\0" * 900 + PDF, False),
        ("công văn", "application/pdf", PDF, False),
        ("a.docx", "application/pdf", DOCX, False),
        ("a.jpg", "application/pdf", b"\xff\xd8", False),
    ],
)
def test_what_calls_itself_a_pdf_and_is_none_is_damaged(name, declared, data, damaged):
    assert read_one(name, declared, data)[0].damaged == damaged


@pytest.mark.parametrize(
    ("name", "text", "repair"),
    [
        ("a.docx", "", "empty-attachment:a.docx"),
        ("a.zip", " \n ", "empty-attachment:a.zip"),
        ("công văn", "", "empty-attachment:công văn"),
        ("a.txt", "", None),
    ],
)
def test_a_file_whose_content_was_lost_on_the_way_is_damaged(name, text, repair):
    attachment, repairs = read_one(name, "application/octet-stream", text)
    assert (attachment.data, attachment.damaged) == (b"", repair is not None)
    assert repairs == ((repair,) if repair else ())


@pytest.mark.parametrize(
    "element",
    [
        "<Attachment/>",
        "<Attachment> </Attachment>",
        "<Attachment><ContentId/><AttachmentName></AttachmentName><ContentTransferEncoded/>"
        "</Attachment>",
    ],
)
def test_an_element_that_says_nothing_is_no_file(element):
    xml = element + attachment_xml("a.pdf", "application/pdf", PDF)
    package = read_package(message_xml(attachments=xml))
    assert [attachment.name for attachment in package.attachments] == ["a.pdf"]
    assert package.repairs == ()


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_wrapped_url_safe_unpadded_and_zipped_at_once(encode):
    wire = zip_of(("u.pdf", PDF + b"\xfb\xff\xfe" * 40), method=zipfile.ZIP_STORED)
    text = "\r\n".join(wrap(encode(wire).decode().rstrip("="), 61))
    attachment, _ = read_one("a.pdf", "application/octet-stream", text)
    assert (attachment.data, attachment.damaged) == (PDF + b"\xfb\xff\xfe" * 40, False)


def test_cid_is_stripped_however_often_it_was_added():
    xml = attachment_xml("a.pdf", "application/pdf", PDF, content_id="cid:cid: CID:x-1")
    package = read_package(message_xml(attachments=xml))
    assert package.attachments[0].content_id == "x-1"
    assert package.repairs == ("content-id:a.pdf",)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "-..-etc-passwd"),
        ("C:\\Temp\\a.pdf", "C:-Temp-a.pdf"),
        ("12/UBND.pdf", "12-UBND.pdf"),
        ("a.pdf&gt;", "a.pdf"),
        ("..", "attachment-1"),
        ("", "attachment-1"),
        ("to-trinh-\u202efdp.pdf", "to-trinh-fdp.pdf"),
    ],
)
def test_a_name_is_never_a_path(given, shown):
    attachment, repairs = read_one(given, "application/pdf", PDF)
    assert attachment.name == shown
    assert repairs == (f"attachment-name:{shown}",)


REFERENCE = "<Reference><ContentId>{}</ContentId><AttachmentName>{}</AttachmentName></Reference>"


def manifest(*pairs: tuple[str, str], tag: str = "edXMLManifest") -> str:
    return f"<{tag}>{''.join(REFERENCE.format(*pair) for pair in pairs)}</{tag}>"


def test_the_manifest_lends_a_missing_name():
    xml = attachment_xml("", "application/pdf", PDF, content_id="7")
    body = manifest(("cid:7", "công văn.pdf"), tag="Manifest")
    package = read_package(message_xml(attachments=xml, body=body))
    assert package.attachments[0].name == "công văn.pdf"


def test_a_file_that_is_announced_and_absent_is_a_damaged_attachment():
    xml = attachment_xml("a.pdf", "application/pdf", PDF, content_id="7")
    body = manifest(("cid:7", "a.pdf"), ("cid:8", "b.pdf"))
    package = read_package(message_xml(attachments=xml, body=body))
    assert [(a.name, a.damaged) for a in package.attachments] == [("a.pdf", False), ("b.pdf", True)]
    assert package.repairs == ("missing-attachment:b.pdf",)


def test_a_manifest_with_other_ids_announces_nothing_new():
    xml = attachment_xml("a.pdf", "application/pdf", PDF, content_id="")
    package = read_package(message_xml(attachments=xml, body=manifest(("cid:9", "a.pdf"))))
    assert len(package.attachments) == 1
    assert package.repairs == ()


def test_the_old_format_element_completes_a_name_without_extension():
    xml = attachment_xml("công văn", "application/pdf", PDF)
    xml = xml.replace("</Attachment>", "<Format>pdf</Format></Attachment>")
    (attachment,) = read_package(message_xml(attachments=xml)).attachments
    assert (attachment.name, attachment.media_type) == ("công văn.pdf", "application/pdf")


def test_a_pdf_without_extension_is_known_by_its_bytes():
    attachment, _ = read_one("công văn", "application/zip", zip_of(("u.pdf", PDF)))
    assert (attachment.data, attachment.media_type) == (PDF, "application/pdf")
