"""What the axis's codes are called on the operator's pages, with the tone of their badge."""

from flask_babel import lazy_gettext as _l

from blueprints import labels as words_of

IMPORT = {
    "reading": (_l("Đang đọc"), "info"),
    "ready": (_l("Chờ áp dụng"), "wait"),
    "applying": (_l("Đang ghi"), "info"),
    "applied": (_l("Đã áp dụng"), "good"),
    "failed": (_l("Không đọc được"), "bad"),
}
CHANGE = {"error": _l("Dòng sai"), "new": _l("Thêm mới"), "changed": _l("Thay đổi")}
DELIVERY = {
    "INITIAL": (_l("Chờ lấy về"), "wait"),
    "PROCESSING": (_l("Đã lấy, chưa xác nhận"), "info"),
    "FAIL": (_l("Nhận không được"), "bad"),
    "PARKED": (_l("Tạm giữ"), "bad"),
    "DONE": (_l("Đã nhận"), "good"),
}
STATES = ("FAIL", "PARKED", "INITIAL", "PROCESSING", "DONE")  # what needs somebody comes first
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
STANDING = {
    "contradicted": (_l("Nhật ký trái với trước"), "bad"),
    "unreachable": (_l("Không hỏi được"), "bad"),
    "silent": (_l("Im lặng quá lâu"), "bad"),
    "behind": (_l("Đang ứ đọng"), "wait"),
    "new": (_l("Chưa có báo cáo"), "plain"),
    "well": (_l("Tốt"), "good"),
}
EVENT = {
    "sent": _l("Đã gửi lên trục"),
    "delivered": _l("Đã đến nơi"),
    "failed": _l("Gửi không được"),
    "parked": _l("Tạm dừng gửi"),
    "resumed": _l("Gửi lại"),
    "refused": _l("Từ chối gói tin"),
    "status_in": _l("Nhận trạng thái"),
    "status_out": _l("Gửi trạng thái"),
    "arrived": _l("Văn bản đến"),
    "cancelled": _l("Đã hủy gửi"),
    "withdrawn": _l("Đã thu hồi, trả lại"),
    "replaced": _l("Bị thay thế"),
    "recipients_added": _l("Gửi thêm nơi nhận"),
}


def event(name: str) -> str:
    """What a node told in words: of a change its kind and how it stands."""
    kind, _, verb = name.rpartition("_")
    if kind in words_of.CHANGE_KIND and verb in words_of.CHANGE:
        return f"{words_of.label(kind, 'change_kind')}: {words_of.label(verb, 'change')}"
    return str(EVENT.get(name, name))


def counts_of(found) -> list[tuple[str, int]]:
    """How many lines of a file there are of each kind, what needs a look first."""
    return [("error", found.errors), ("new", found.new), ("changed", found.changed)]
