"""What the axis's codes are called on the operator's pages, with the tone of their badge."""

from flask_babel import lazy_gettext as _l

DELIVERY = {
    "INITIAL": (_l("Chờ lấy về"), "wait"),
    "PROCESSING": (_l("Đã lấy, chưa xác nhận"), "info"),
    "FAIL": (_l("Nhận không được"), "bad"),
    "DONE": (_l("Đã nhận"), "good"),
}
KIND = {"edoc": _l("Văn bản"), "status": _l("Trạng thái")}
BUSINESS_KIND = {
    0: "",
    1: _l("Thu hồi"),
    2: _l("Cập nhật"),
    3: _l("Thay thế"),
}
SHOWN = {
    "live": _l("Đang dùng"),
    "locked": _l("Tạm khóa"),
    "dissolved": _l("Đã giải thể"),
    "": _l("Tất cả"),
}
