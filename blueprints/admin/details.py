"""The details of an entry of the audit chain in words: what each is called, and values as people
read them. Digests are facts for machines: they come apart, to be folded away."""

import re
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from blueprints.filters import day, moment
from blueprints.labels import BUSINESS, TRANSPORT, label
from blueprints.problems import problem
from blueprints.words.roles import ROLE_NAMES

NAMES = {
    "active": _l("đang dùng"),
    "address": _l("địa chỉ"),
    "agency": _l("cơ quan"),
    "appointment": _l("chức vụ"),
    "aside": _l("số tệp ở khu tạm"),
    "aside_size": _l("byte ở khu tạm"),
    "authority": _l("thẩm quyền ký"),
    "before": _l("trước đó"),
    "by": _l("người làm"),
    "calls": _l("số lần gọi đến nay"),
    "cause": _l("nguyên nhân"),
    "certificate": _l("chứng thư"),
    "certificate_subject": _l("chủ chứng thư"),
    "change": _l("thay đổi"),
    "code": _l("mã"),
    "copy": _l("bản sao"),
    "copy_approvers": _l("chức vụ được duyệt bản sao"),
    "count": _l("số lượng"),
    "codes": _l("mã định danh"),
    "date": _l("ngày"),
    "digest": _l("bản được duyệt"),
    "doc_id": _l("mã trên trục"),
    "document": _l("văn bản số"),
    "document_uid": _l("mã văn bản"),
    "email": _l("thư điện tử"),
    "ended": _l("số phiên đã kết thúc"),
    "endpoint": _l("địa chỉ trục"),
    "entries": _l("số mục"),
    "failure": _l("lý do không thành"),
    "faults": _l("số chỗ sai"),
    "fields": _l("chi tiết"),
    "files": _l("tệp"),
    "full_name": _l("họ và tên"),
    "holder_agency_id": _l("cơ quan giữ"),
    "hub_doc_id": _l("mã trên trục"),
    "input": _l("bản trước khi ký"),
    "issued": _l("bản phát hành"),
    "key": _l("khóa ký"),
    "kind": _l("loại"),
    "language": _l("ngôn ngữ"),
    "last_day": _l("ngày cuối"),
    "looked": _l("số tệp đã xem"),
    "lead": _l("chủ trì"),
    "leader": _l("lãnh đạo"),
    "left": _l("số lần còn lại"),
    "operations": _l("số lần gọi từng thao tác từ mục trước"),
    "locked": _l("bị khóa"),
    "message_id": _l("gói tin"),
    "name": _l("tên"),
    "notation": _l("ký hiệu"),
    "note": _l("ghi chú"),
    "number": _l("số"),
    "on_behalf": _l("ghi thay lãnh đạo"),
    "ordinal": _l("bản"),
    "output": _l("bản sau khi ký"),
    "parent": _l("thuộc"),
    "part": _l("tệp thứ"),
    "payload_sha256": _l("nội dung gói"),
    "person": _l("người"),
    "person_id": _l("người"),
    "place": _l("địa danh"),
    "places": _l("vị trí"),
    "prepared": _l("bản trình bày"),
    "problem": _l("vướng mắc"),
    "reason": _l("lý do"),
    "recipient": _l("nơi nhận"),
    "recipients": _l("nơi nhận"),
    "reference": _l("số, ký hiệu"),
    "refusal": _l("lý do từ chối"),
    "register": _l("sổ"),
    "request": _l("yêu cầu ký"),
    "result": _l("kết quả"),
    "role": _l("vai trò"),
    "seal": _l("con dấu"),
    "seal_mm": _l("cỡ dấu (mm)"),
    "secret_replaced": _l("đổi khóa bí mật"),
    "sender": _l("nơi gửi"),
    "sequence": _l("mục"),
    "sequences": _l("các mục"),
    "sha256": _l("tệp"),
    "signer": _l("người ký"),
    "since": _l("từ ngày"),
    "source": _l("nguồn"),
    "state": _l("trạng thái"),
    "successor": _l("cơ quan kế thừa"),
    "superior_name": _l("cơ quan chủ quản"),
    "system_id": _l("hệ thống"),
    "telephone": _l("điện thoại"),
    "text": _l("ý kiến"),
    "to": _l("gửi đến"),
    "type": _l("loại văn bản"),
    "unit": _l("đơn vị"),
    "until": _l("đến lúc"),
    "username": _l("tên đăng nhập"),
    "verdict": _l("kết luận"),
    "added": _l("đã thêm"),
    "again": _l("lần nữa"),
    "allowed": _l("được phép"),
    "changed": _l("đã đổi"),
    "checked": _l("đã so"),
    "differences": _l("số chỗ khác"),
    "forwards": _l("chuyển tiếp"),
    "key_id": _l("mã khóa"),
    "new": _l("thêm mới"),
    "original_sha256": _l("nội dung trước khi qua trục"),
    "owner": _l("chủ khóa"),
    "pattern": _l("mẫu mã"),
    "peer": _l("bên kia"),
    "purpose": _l("tin cậy để"),
    "removed": _l("đã bỏ"),
    "size": _l("dung lượng (byte)"),
    "remote_doc_id": _l("mã ở trục trên"),
    "step": _l("bước"),
    "target": _l("đường đi"),
    "action": _l("việc"),
    "archive": _l("bản lưu lâu dài"),
    "backend": _l("nơi giữ khóa"),
    "basis": _l("căn cứ"),
    "demanded": _l("đòi mã xác thực"),
    "device": _l("máy đã ghép"),
    "documents": _l("các văn bản số"),
    "file": _l("tệp"),
    "form": _l("hình thức ký thay"),
    "given_back": _l("số văn bản trả lại"),
    "grantor": _l("người giao"),
    "holder": _l("người giữ"),
    "manner": _l("cách ký"),
    "medium": _l("hình thức bản sao"),
    "milliseconds": _l("mili giây"),
    "missing": _l("còn thiếu"),
    "stamped": _l("có dấu thời gian"),
    "standing": _l("mức lưu"),
    "types": _l("loại văn bản"),
    "uplink": _l("trục trên"),
}
CODES = {
    "active": _l("đang hoạt động"),
    "add": _l("thêm"),
    "dissolve": _l("giải thể"),
    "edit": _l("sửa"),
    "apply": _l("áp dụng"),
    "edoc": _l("văn bản"),
    "forward": _l("đổi việc chuyển tiếp"),
    "register": _l("đăng ký qua trục"),
    "register_edit": _l("sửa qua trục"),
    "day_came": _l("đến ngày có hiệu lực hoặc hết hiệu lực"),
    "restore": _l("bỏ ghi nhận giải thể"),
    "unregister": _l("xóa qua trục"),
    "upload": _l("tải lên"),
    "en": _l("tiếng Anh"),
    "exchange": _l("liên thông"),
    "internal": _l("nội bộ"),
    "leader": _l("lãnh đạo"),
    "lock": _l("khóa lại"),
    "paper": _l("giấy"),
    "seal": _l("con dấu"),
    "status": _l("trạng thái"),
    "unlock": _l("mở khóa"),
    "vi": _l("tiếng Việt"),
    "valid": _l("hợp lệ"),
    "untrusted": _l("chưa tin cậy được chứng thư"),
    "modified": _l("nội dung bị sửa sau khi ký"),
    "broken": _l("chữ ký hỏng"),
    "inconclusive": _l("không kết luận được"),
    "unsigned": _l("không có chữ ký"),
}
CODED = ("change", "copy_approvers", "kind", "language", "role", "source", "step", "verdict")
PROBLEMS = ("failure", "problem", "refusal")
DIGEST = re.compile(r"[0-9a-f]{64}")


def told(tag: str, details: dict) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Name and value of each detail: those for everybody, and the digests."""
    plain, digests = [], []
    for name, value in details.items():
        if value is None or value in ("", [], {}):
            continue
        pair = (str(NAMES.get(name, name)), _value(tag, name, value))
        (digests if _is_digest(value) else plain).append(pair)
    return plain, digests


def _is_digest(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(isinstance(each, str) and DIGEST.fullmatch(each) for each in values)


def _value(tag: str, name: str, value: object) -> str:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, list):
        return ", ".join(_value(tag, name, each) for each in value)
    if isinstance(value, dict):
        inner = told(tag, value)[0]
        return "; ".join(f"{key} {text}" for key, text in inner)
    return _text(tag, name, str(value))


def _text(tag: str, name: str, text: str) -> str:
    if name in PROBLEMS or (name == "code" and tag == "signing:failed"):
        said = problem(text)
        return said.reason if said else text
    if name in CODED:
        return str(ROLE_NAMES.get(text) or CODES.get(text, text))
    if name == "state":
        return label(text.lower(), "transport") if text.lower() in TRANSPORT else text
    if name == "code" and text in BUSINESS:
        return f"{text} {label(text, 'business')}"
    return _day(text)


def _day(text: str) -> str:
    """A day or a moment as it is written here, whatever else as it is."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return day(date.fromisoformat(text))
        if re.match(r"\d{4}-\d\d-\d\dT\d\d:", text):
            return moment(datetime.fromisoformat(text))
    except ValueError:
        pass
    return text
