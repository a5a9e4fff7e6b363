"""What the XML signature of a package is worth, in one sentence. It never stands for the signatures
in the files: these alone come through every axis."""

from flask_babel import lazy_gettext as _l

EVIDENCE = {
    "empty": _l("Gói tin để trống chỗ ký XML."),
    "dummy": _l("Chữ ký XML của gói tin chép từ bản mẫu, không có giá trị chứng minh."),
    "rewritten": _l("Chữ ký XML của gói tin đã bị trục ghi lại, không còn kiểm tra được."),
    "unsupported": _l("Chữ ký XML của gói tin thuộc loại không kiểm tra được (%(detail)s)."),
    "broken": _l("Chữ ký XML của gói tin không khớp nội dung: gói tin đã đổi sau khi ký."),
    "weak": _l("Chữ ký XML của %(signed_by)s khớp nội dung nhưng dùng thuật toán đã hết hạn tin "
               "cậy (%(algorithm)s)."),
    "valid": _l("Chữ ký XML của %(signed_by)s khớp nội dung (%(algorithm)s)."),
}  # fmt: skip
TRUSTED = _l("Chứng thư số do tổ chức mà hệ thống tin cậy cấp.")
UNTRUSTED = _l("Không rõ ai cấp chứng thư số; chưa thể tin chữ ký này.")
FITTING = {"weak", "valid"}


def proven(evidence: dict) -> str:
    """A kept evidence in words; a state of another version stands for itself."""
    state = evidence["state"]
    if state not in EVIDENCE:
        return state
    said = str(EVIDENCE[state]) % evidence
    if state in FITTING:
        said = f"{said} {TRUSTED if evidence['is_trusted'] else UNTRUSTED}"
    return said
