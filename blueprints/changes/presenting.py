"""What an update changes, field by field, in words."""

from datetime import date

from flask_babel import lazy_gettext as _l

from blueprints.filters import day
from blueprints.labels import label

FIELDS = {
    "number": _l("Số"),
    "notation": _l("Ký hiệu"),
    "issued_date": _l("Ngày văn bản"),
    "type_name": _l("Loại văn bản"),
    "subject": _l("Trích yếu"),
    "signer_name": _l("Người ký"),
    "signer_position": _l("Chức vụ người ký"),
    "urgency": _l("Độ khẩn"),
    "asked_by": _l("Hạn trả lời"),
    "due_date": _l("Hạn trả lời"),
    "receivers": _l("Danh sách nơi nhận"),
    "files": _l("Tệp"),
}
DAYS = {"issued_date", "asked_by", "due_date"}


def compared(differences: list[dict]) -> list[dict]:
    """Rows of name, before and after, as a person reads them."""
    return [
        {
            "name": str(FIELDS.get(row["field"], row["field"])),
            "before": _said(row["field"], row["before"]),
            "after": _said(row["field"], row["after"]),
        }
        for row in differences
    ]


def _said(field: str, value: object) -> str:
    if value in (None, ""):
        return "—"
    if field in DAYS:
        return day(date.fromisoformat(str(value)))
    if field == "urgency":
        return label(value, "urgency")
    return ", ".join(value) if isinstance(value, list) else str(value)
