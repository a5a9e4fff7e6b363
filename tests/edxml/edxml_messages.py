"""Messages the edXML tests start from: an invented document, its parts, and hand-made frames."""

import base64
import io
import zipfile
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
from domain.dates import VIETNAM

SAMPLES = Path(__file__).parents[2].parent / "shared" / "data" / "edxml"
NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n\n"
BINH_SON = Organ("000.01.02.H48", "UBND huyện Bình Sơn", email="binhson@example.vn")
SON_TINH = Organ("000.01.03.H48", "UBND huyện Sơn Tịnh")


def plain_package(**changes) -> Package:
    fields = {
        "sender": SON_TINH,
        "recipients": (BINH_SON,),
        "document_id": "000.01.03.H48,2026/03/02,45/UBND-VP",
        "number": "45",
        "notation": "UBND-VP",
        "issued_date": date(2026, 3, 2),
        "subject": "V/v báo cáo tình hình sản xuất < 3 tháng & đề xuất",
    }
    return Package(**fields | changes)


def full_package(**changes) -> Package:
    """Every field set, so that nothing can be lost unnoticed."""
    fields = {
        "sender": Organ(
            "000.01.03.H48",
            "UBND huyện Sơn Tịnh",
            "UBND tỉnh Quảng Ngãi",
            "Thị trấn Tịnh Hà",
            "sontinh@example.vn",
            "0255 000001",
            "0255 000002",
            "sontinh.example.vn",
        ),
        "recipients": (BINH_SON, Organ("000.09.99.H48", "UBND xã Bình Hải")),
        "place": "Sơn Tịnh",
        "type_code": 2,
        "type_detail": 1,
        "type_name": "Báo cáo",
        "content": "Nội dung tóm tắt",
        "competence": "TM. ỦY BAN NHÂN DÂN",
        "signer_position": "Chủ tịch",
        "signer_name": "Trần Văn Mẫu",
        "due_date": date(2026, 3, 20),
        "priority": 2,
        "sphere": "Nội bộ tỉnh",
        "typer_notation": "NTM",
        "copies": 5,
        "pages": 3,
        "direction": True,
        "reply_fors": "12/UBND-NV",
        "reference_codes": "H48.2026.01",
        "appendixes": ("Phụ lục I", "Phụ lục II"),
        "response_for": (
            ResponseFor("000.01.02.H48", "12/UBND-NV", date(2026, 2, 1), "id-12"),
            ResponseFor("000.09.99.H48", "7/UBND", None, ""),
        ),
        "steering_type": 1,
        "tasks": ("NV-01", "NV-02"),
        "application_type": "QLVB",
        "immediate_response": True,
        "original_body": True,
        "errors": (ReportedError("E01", "Thiếu mã"), ReportedError("E02")),
        "to_places": ("Như trên", "Lưu: VT"),
        "trace": (Hop("000.01.03.H48", datetime(2026, 3, 2, 8, 30, 5, tzinfo=VIETNAM)),),
        "business": Business(
            BusinessKind.UPDATE,
            "Sửa trích yếu",
            "id-44",
            True,
            True,
            True,
            (ReceiverChange("000.01.02.H48", False), ReceiverChange("000.09.99.H48", True)),
            (Replacement("id-40", ("000.01.02.H48", "000.09.99.H48")),),
            Staff("Văn thư", "Nguyễn Thị Mẫu", "0900000000", "vanthu@example.vn", "PB-1", "NV-9"),
        ),
        "attachments": (
            Attachment(
                "Công văn 45.pdf",
                data=PDF,
                description="Bản chính",
                content_id="a-1",
                field_name="file",
                mime_type="application/pdf",
            ),
            Attachment(
                "biểu.xlsx", data=zip_of(("[Content_Types].xml", b"<x/>")), content_id="a-2"
            ),
            Attachment("ghi chú.txt", data="Chú ý".encode(), content_id="a-3"),
        ),
    }
    return plain_package(**fields | changes)


def plain_status(**changes) -> StatusMessage:
    fields = {
        "sender": BINH_SON,
        "response_for": ResponseFor("000.01.03.H48", "45/UBND-VP", date(2026, 3, 2), "id-45"),
        "staff": Staff("Văn thư", "Lê Thị Mẫu", "0900000001", "le@example.vn", "PB-2", "NV-2"),
        "code": "03",
        "errors": (ReportedError("E03", "Sai ngày"),),
        "description": "Đã vào sổ",
        "at": datetime(2026, 3, 2, 10, 0, tzinfo=VIETNAM),
    }
    return StatusMessage(**fields | changes)


def zip_of(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in entries:
            entry = zipfile.ZipInfo(name)  # of 1980, so that the bytes never depend on the clock
            entry.compress_type = method
            archive.writestr(entry, data)
    return target.getvalue()


def attachment_xml(name: str, content_type: str, data: bytes | str, content_id: str = "1") -> str:
    text = data if isinstance(data, str) else base64.b64encode(data).decode()
    return (
        f"<Attachment><ContentId>{content_id}</ContentId><AttachmentName>{name}</AttachmentName>"
        f"<ContentType>{content_type}</ContentType>"
        f"<ContentTransferEncoded>{text}</ContentTransferEncoded></Attachment>"
    )


def message_xml(
    header: str = "<Subject>Thử</Subject>", traces: str = "", attachments: str = "", body: str = ""
) -> bytes:
    """A hand-made message in the default namespace only."""
    return (
        f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader><MessageHeader>'
        "<From><OrganId>000.01.03.H48</OrganId></From><To><OrganId>000.01.02.H48</OrganId></To>"
        "<DocumentId>id-45</DocumentId><PromulgationInfo><PromulgationDate>2026/03/02"
        f"</PromulgationDate></PromulgationInfo>{header}</MessageHeader>"
        f"<TraceHeaderList>{traces}</TraceHeaderList></edXMLHeader>"
        f"<edXMLBody>{body}</edXMLBody></edXMLEnvelope>"
        f"<AttachmentEncoded>{attachments}</AttachmentEncoded></edXML>"
    ).encode()
