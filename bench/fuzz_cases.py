"""The cases of the fuzz target: real samples where they are at hand, messages of our own writing,
messages grown at random from the standard's own elements; then mutilated."""

import base64
import io
import random
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from adapters.edxml.package import (
    Attachment,
    Business,
    BusinessKind,
    Hop,
    Organ,
    Package,
    ReceiverChange,
    Replacement,
    ReportedError,
    ResponseFor,
    Staff,
    StatusMessage,
)
from adapters.edxml.write import write_package, write_status
from domain.dates import VIETNAM

SAMPLES = Path(__file__).parents[2] / "shared" / "data" / "edxml"
NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj\n%%EOF\n"
FILE_TEXT = re.compile(rb"(<[^<>]*ContentTransferEncoded[^<>]*>)[^<]{400,}(?=<)")
ELEMENTS = """
edXML edXMLEnvelope edXMLHeader MessageHeader From To OrganId OrganName Code CodeNumber
CodeNotation PromulgationInfo Place PromulgationDate DocumentType Type TypeDetail TypeName
Subject Content SignerInfo DueDate OtherInfo Priority PageAmount Direction Appendixes Appendix
ResponseFor SteeringType DocumentId ResponseForTask TaskCode ToPlaces TraceHeaderList
TraceHeader Timestamp Bussiness BussinessDocType BussinessDocReason BussinessDocumentInfo
DocumentInfo DocumentReceiver ReceiverList Receiver ReceiverType ReplacementInfoList
ReplacementInfo OrganIdList StaffInfo Paper ErrorList Error ErrCode Signature SignedInfo
SignatureValue DigitalSignature KeyInfo X509Data X509Certificate Reference Transforms Status
StatusCode Description edXMLBody edXMLManifest Manifest AttachmentEncoded Attachment ContentId
AttachmentName ContentType Format ContentTransferEncoded MimeType FieldName
""".split()  # noqa: SIM905 - a list of seventy lines says no more
SKELETON = ("edXML", "edXMLEnvelope", "edXMLHeader", "MessageHeader")
VALUES = (
    "", " ", "0", "1", "2", "3", "-1", "9", "99999999999999999999", "²", "null", "true", "x" * 300,
    "000.01.03.H48", "2026/03/02", "2014/02/30", "0000/00/00", "9999/12/31 23:59:59", "31/12/2026",
    "2026-03-02T08:00:00+25:00", "application/zip", "application/pdf", "text/plain", "a.pdf",
    "../etc/passwd", "a.zip", "a.ZIP", "cid:1", "cid:", "a.pdf>", "\u00a0", "\u202e", "ỹ" * 9,
    "UEsDBA==", "JVBERi0xLjcK", "====", "QUJD\nREVG", "-_-_", "A", "\ufeff", "%s%n", "{{7*7}}",
)  # fmt: skip
TOKENS = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"&#0;", b"&#x110000;", b"<![CDATA[", b"]]>",
    b"<!--", b"-->", b"<?xml version='1.0' encoding='utf-16'?>", b"<?x y?>", b"</", b"/>",
    b" xmlns=''", b" xmlns:edXML='urn:x'", b" xlink:href='x'", b"\x00", b"\x01", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\x80", b"edXML:", b"ns0:", b"<Status>", b"</Status>",
    b"PK\x03\x04", b"PK\x05\x06", b"=", b"\xe2\x80\xa8", b"'", b'"', b">", b"<", b"1212\n",
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "windows-1258", "iso-8859-1", "utf-7")


class Cases:
    """An endless row of cases out of one source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._seeds = [*_written(), *_samples()]
        self._changes: tuple[Callable[[bytearray], bytes | bytearray], ...] = (
            self._flip, self._cut, self._double, self._insert, self._splice, self._swap_lines,
            self._truncate,
        )  # fmt: skip
        self._careful = (self._revalue, self._revalue, self._rename)  # it stays well-formed

    def next(self) -> bytes:
        way = self._chance.random()
        if way < 0.25:
            data = self._grown()
        elif way < 0.35:
            data = self._with_odd_file()
        else:
            data = self._chance.choice(self._seeds)
        for _ in range(self._chance.choice((0, 1, 2, 4))):
            data = bytes(self._chance.choice(self._careful)(bytearray(data)))
        for _ in range(self._chance.choice((0, 0, 0, 1, 1, 3))):
            data = bytes(self._chance.choice(self._changes)(bytearray(data)) or b"<")
        return self._recoded(data) if self._chance.random() < 0.05 else data

    def _at(self, data: bytes) -> int:
        return self._chance.randrange(len(data) + 1)

    def _flip(self, data: bytearray) -> bytearray:
        for _ in range(self._chance.choice((1, 2, 8))):
            data[self._chance.randrange(len(data))] = self._chance.randrange(256)
        return data

    def _cut(self, data: bytearray) -> bytearray:
        start = self._at(data)
        del data[start : start + self._chance.choice((1, 4, 40, 400))]
        return data

    def _double(self, data: bytearray) -> bytearray:
        start = self._at(data)
        part = data[start : start + self._chance.choice((4, 40, 400))]
        place = self._at(data)
        data[place:place] = part * self._chance.choice((1, 2, 30))
        return data

    def _insert(self, data: bytearray) -> bytearray:
        place = self._at(data)
        data[place:place] = self._chance.choice(TOKENS)
        return data

    def _splice(self, data: bytearray) -> bytearray:
        other = self._chance.choice(self._seeds)
        return data[: self._at(data)] + other[self._at(other) :]

    def _swap_lines(self, data: bytearray) -> bytes:
        lines = bytes(data).split(b"\n")
        one, two = self._chance.randrange(len(lines)), self._chance.randrange(len(lines))
        lines[one], lines[two] = lines[two], lines[one]
        return b"\n".join(lines)

    def _revalue(self, data: bytearray) -> bytes:
        """Another text in some element: the message stays well-formed."""
        texts = list(re.finditer(rb">([^<>]*)</", data))
        if not texts:
            return data
        found = self._chance.choice(texts)
        value = self._chance.choice(VALUES).replace("<", "&lt;").encode()
        return data[: found.start(1)] + value + data[found.end(1) :]

    def _rename(self, data: bytearray) -> bytes:
        names = list(set(re.findall(rb"</([\w:]+)>", data)))
        if not names:
            return data
        old = self._chance.choice(sorted(names))
        new = self._chance.choice(ELEMENTS).encode()
        return re.sub(rb"(?<=[</])" + re.escape(old) + rb"(?=[\s/>])", new, data)

    def _truncate(self, data: bytearray) -> bytearray:
        return data[: self._at(data)]

    def _recoded(self, data: bytes) -> bytes:
        text = data.decode("utf-8", "replace")
        return text.encode(self._chance.choice(ENCODINGS), "replace")

    def _grown(self) -> bytes:
        """A skeleton with whatever hangs on it."""
        inner = "".join(self._element(self._chance.randrange(4)) for _ in range(8))
        for name in reversed(SKELETON):
            around = self._element(2) if self._chance.random() < 0.5 else ""
            space = f' xmlns="{NAMESPACE}"' if name == "edXML" else ""
            inner = f"<{name}{space}>{inner}{around}</{name}>"
        return inner.encode()

    def _element(self, depth: int) -> str:
        name = self._chance.choice(ELEMENTS)
        prefix = self._chance.choice(("", "", "", "edXML:", "x:"))
        if depth == 0 or self._chance.random() < 0.3:
            value = self._chance.choice(VALUES).replace("&", "&amp;").replace("<", "&lt;")
        else:
            value = "".join(self._element(depth - 1) for _ in range(self._chance.randrange(4)))
        return f"<{prefix}{name}>{value}</{prefix}{name}>"

    def _with_odd_file(self) -> bytes:
        """A sound message around a file whose zip and base64 are mutilated."""
        entry = self._chance.choice(
            ("u.pdf", "../x.pdf", "a/b.pdf", "[Content_Types].xml", "x.txt")
        )
        wire = bytearray(_zip((entry, PDF), ("v.txt", b"0" * self._chance.choice((1, 5000)))))
        for _ in range(self._chance.randrange(4)):
            wire = bytearray(self._chance.choice((self._flip, self._cut, self._insert))(wire))
            wire = wire or bytearray(b"PK\x03\x04")
        text = base64.b64encode(wire).decode()
        if self._chance.random() < 0.3:
            place = self._at(text)
            text = (
                text[:place] + self._chance.choice(("=", "\n", "-", "*", "é", " ")) + text[place:]
            )
        name, kind = self._chance.choice(VALUES), self._chance.choice(VALUES)
        plain = write_package(_package(attachments=(Attachment("a.pdf", data=PDF),))).decode()
        kinds = (name or "a.pdf", kind or "application/zip")
        for old, new in zip(("a.pdf", "application/pdf"), kinds, strict=True):
            if self._chance.random() < 0.4:
                plain = plain.replace(f">{old}<", f">{new.replace('<', '&lt;')}<")
        return re.sub(r"(ContentTransferEncoded[^>]*>)[^<]*", lambda m: m[1] + text, plain).encode()


def _zip(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data)
    return target.getvalue()


def _package(**changes) -> Package:
    fields = {
        "sender": Organ("000.01.03.H48", "UBND huyện Sơn Tịnh", "UBND tỉnh", email="a@example.vn"),
        "recipients": (Organ("000.01.02.H48", "UBND huyện Bình Sơn"), Organ("000.09.99.H48")),
        "document_id": "000.01.03.H48,2026/03/02,45/UBND-VP",
        "number": "45",
        "notation": "UBND-VP",
        "issued_date": date(2026, 3, 2),
        "subject": "V/v báo cáo < 3 tháng & đề xuất",
        "due_date": date(2026, 3, 20),
        "type_name": "Công văn",
        "appendixes": ("Phụ lục I",),
        "tasks": ("NV-01",),
        "to_places": ("Như trên", "Lưu: VT"),
        "errors": (ReportedError("E1", "Thiếu"),),
        "response_for": (ResponseFor("000.01.02.H48", "12/UBND-NV", date(2026, 2, 1), "id-12"),),
        "trace": (Hop("000.01.03.H48", datetime(2026, 3, 2, 8, 30, tzinfo=VIETNAM)),),
    }
    return Package(**fields | changes)


def _written() -> list[bytes]:
    files = (
        Attachment("Công văn 45.pdf", data=PDF, description="Bản chính"),
        Attachment("biểu.xlsx", data=_zip(("[Content_Types].xml", b"<x/>"))),
        Attachment("ghi chú.txt", data="Chú ý".encode()),
    )
    staff = Staff("Văn thư", "Nguyễn Thị Mẫu", "0900000000", "vanthu@example.vn")
    packages = [
        _package(
            attachments=files,
            business=Business(
                kind, "Lý do", "id-44", True, True, True,
                (ReceiverChange("H48", False), ReceiverChange("H49", True)),
                (Replacement("id-40", ("H48", "H49")),), staff,
            ),
        )
        for kind in BusinessKind
    ]  # fmt: skip
    answered = ResponseFor("000.01.03.H48", "45/UBND-VP", date(2026, 3, 2), "id-45")
    at = datetime(2026, 3, 2, 10, 0, tzinfo=VIETNAM)
    statuses = [
        StatusMessage(Organ("H48"), answered, staff, code, "Đã vào sổ", at)
        for code in ("01", "02", "13", "15")
    ]
    return [*map(write_package, packages), write_package(_package()), *map(write_status, statuses)]


def _samples() -> list[bytes]:
    """The public samples with short files, so that what is mutilated is not always a file."""
    found = [path.read_bytes() for path in sorted(SAMPLES.glob("*.edxml"))]
    short = base64.b64encode(_zip(("u.doc", b"<?xml version='1.0'?>")))
    return [FILE_TEXT.sub(lambda text: text[1] + short, data) for data in found]
