"""Packages and systems for the hub's tests; codes are those of the demo province, all invented."""

from datetime import date, datetime

from adapters.axis.client import AxisClient
from adapters.edxml.package import (
    Attachment,
    Business,
    BusinessKind,
    Organ,
    Package,
    ResponseFor,
    Staff,
    StatusMessage,
)
from adapters.edxml.times import VIETNAM
from adapters.edxml.write import write_package, write_status
from services.hub import acceptance, deliveries

BINH_SON, BINH_MINH = "000.00.31.H48", "000.21.31.H48"
SON_TINH, TINH_HA = "000.00.32.H48", "000.21.32.H48"
SECRETS = {code: f"bi-mat-cua-{code}" for code in (BINH_SON, BINH_MINH, SON_TINH, TINH_HA)}
UID = f"{SON_TINH},2026/03/02,45/UBND-NV"


def edoc(
    sender: str = SON_TINH, to: tuple[str, ...] = (BINH_SON,), text: str = "một", **changes
) -> bytes:
    fields = {
        "sender": Organ(sender, "Ủy ban nhân dân huyện Sơn Tịnh"),
        "recipients": tuple(Organ(code, "Đơn vị nhận") for code in to),
        "document_id": UID,
        "number": "45",
        "notation": "UBND-NV",
        "issued_date": date(2026, 3, 2),
        "subject": f"V/v báo cáo rà soát tài sản công, bản {text}",
        "attachments": (Attachment("ghi chú.txt", data=text.encode()),),
    }
    return write_package(Package(**fields | changes))


def update(text: str) -> bytes:
    business = Business(BusinessKind.UPDATE, reason="Sửa trích yếu", document_id=UID)
    return edoc(text=text, business=business)


def status(code: str = "03", sender: str = BINH_SON, answered: str = SON_TINH) -> bytes:
    message = StatusMessage(
        sender=Organ(sender, "Ủy ban nhân dân huyện Bình Sơn"),
        response_for=ResponseFor(answered, "45/UBND-NV", date(2026, 3, 2), UID),
        staff=Staff("Văn thư", "Phạm Thị Mẫu"),
        code=code,
        description="Đã tiếp nhận",
        at=datetime(2026, 3, 2, 9, 0, tzinfo=VIETNAM),
    )
    return write_status(message)


def accept(office, sender: str, data: bytes, *rest, **more) -> str:
    """`acceptance.accept` of bytes at hand."""
    with office.files.incoming() as package:
        package.write([data])
        return acceptance.accept(office, sender, package, *rest, **more).doc_id


def fetch(office, system_id: str, doc_id: str) -> bytes:
    with deliveries.fetch(office, system_id, doc_id).open() as file:
        return file.read()


def client(url: str, code: str, **options) -> AxisClient:
    return AxisClient(url, code, options.pop("secret", SECRETS.get(code, "x")), **options)
