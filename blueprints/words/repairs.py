"""What the reader of packages had to mend, in words."""

from flask_babel import lazy_gettext as _l

REPAIRS = {
    "utf-16": _l("Tệp gói tin ghi bằng UTF-16, đã chuyển sang UTF-8."),
    "byte-order-mark": _l("Đầu gói tin có dấu thứ tự byte, đã bỏ."),
    "encoding": _l("Gói tin dùng bảng mã %(detail)s, đã chuyển sang UTF-8."),
    "control-characters": _l("Gói tin có ký tự không được phép trong XML, đã bỏ."),
    "leading-junk": _l("Có ký tự lạ trước nội dung gói tin, đã bỏ."),
    "trailing-junk": _l("Có ký tự lạ sau nội dung gói tin, đã bỏ."),
    "undeclared-prefix": _l("Tiền tố %(detail)s của XML chưa được khai báo, đã khai báo thay."),
    "old-status": _l("Trạng thái ghi theo khuôn dạng cũ, đã đọc được."),
    "status-code": _l("Mã trạng thái ghi là %(detail)s, đã đọc theo hai chữ số."),
    "missing": _l("Gói tin thiếu %(detail)s."),
    "not-a-number": _l("Gói tin ghi %(detail)s không phải là số, không dùng."),
    "unreadable-time": _l("Gói tin ghi %(detail)s không phải là ngày, giờ đúng, không dùng."),
    "unknown-business": _l("Quy chuẩn không có loại nghiệp vụ %(detail)s, coi là văn bản mới."),
    "misplaced": _l("Phần %(detail)s đứng sai chỗ trong gói tin, đã đọc được."),
    "junk-hop": _l("Một chặng chuyển không ghi mã cơ quan, đã bỏ qua."),
    "attachment-name": _l("Tên tệp đính kèm thiếu hoặc có ký tự lạ, nay là %(detail)s."),
    "missing-attachment": _l("Gói tin kê tệp %(detail)s nhưng không gửi kèm."),
    "content-id": _l("Mã của tệp %(detail)s lặp chữ “cid:”, đã bỏ phần lặp."),
    "content-type": _l("Tệp %(detail)s khai là tệp nén nhưng không nén, đã lấy nguyên."),
    "media-type": _l("Tệp %(detail)s khai sai loại tệp, đã theo tên và nội dung tệp."),
    "base64-wrapped": _l("Tệp %(detail)s được mã hóa có xuống dòng, đã nối lại."),
    "base64-url-safe": _l("Tệp %(detail)s được mã hóa bằng bảng chữ base64 dùng cho địa chỉ mạng, "
                          "đã đọc được."),
    "base64-padding": _l("Tệp %(detail)s thiếu hoặc thừa dấu “=” ở cuối, đã đọc được."),
    "base64-junk": _l("Tệp %(detail)s có ký tự lạ lẫn trong nội dung: tệp đã hỏng."),
    "zip-unwrapped": _l("Tệp %(detail)s nằm trong một tệp nén không được khai, đã lấy ra."),
    "zip-kept": _l("Tệp %(detail)s là tệp nén chứa nhiều tệp, giữ nguyên."),
    "zip-broken": _l("Tệp nén chứa %(detail)s bị hỏng, không mở được."),
    "zip-empty": _l("Tệp nén chứa %(detail)s rỗng."),
    "empty-attachment": _l("Tệp %(detail)s không có nội dung."),
    "more": _l("Và %(detail)s chỗ khác."),
}  # fmt: skip
# Elements of a package that may be missing, or hold what they must not.
ELEMENTS = {
    "BussinessDocType": _l("loại nghiệp vụ"),
    "DocumentId": _l("mã văn bản"),
    "DueDate": _l("hạn trả lời"),
    "PageAmount": _l("số trang"),
    "Priority": _l("độ khẩn"),
    "PromulgationAmount": _l("số bản"),
    "PromulgationDate": _l("ngày văn bản"),
    "SteeringType": _l("loại chỉ đạo"),
    "Timestamp": _l("thời điểm chuyển"),
    "Type": _l("loại văn bản"),
    "TypeDetail": _l("loại văn bản chi tiết"),
}


OF_ELEMENTS = {"missing", "not-a-number", "unreadable-time"}


def repaired(repair: str) -> str:
    """A repair as `code` or `code:detail` in words; a code of an older version stands for
    itself."""
    code, _colon, detail = repair.partition(":")
    if code in OF_ELEMENTS:
        element, sign, text = detail.partition("=")
        detail = str(ELEMENTS.get(element, element)) + (f" “{text}”" if sign else "")
    return str(REPAIRS[code]) % {"detail": detail} if code in REPAIRS else repair
