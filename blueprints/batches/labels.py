"""Words of each kind of batch, and of what becomes of a document in one."""

from flask_babel import lazy_gettext as _l

# Of each kind: the page's name, its button, its PIN, what to do before it.
TITLES = {
    "approve": _l("Ký nhiều văn bản"),
    "issue": _l("Cấp số và đóng dấu nhiều văn bản"),
    "dispatch": _l("Gửi liên thông nhiều văn bản"),
}
BUTTONS = {
    "approve": _l("Duyệt và ký các văn bản đã chọn"),
    "issue": _l("Cấp số và đóng dấu các văn bản đã chọn"),
    "dispatch": _l("Gửi các văn bản đã chọn"),
}
PINS = {"approve": _l("Mã PIN ký số"), "issue": _l("Mã PIN con dấu cơ quan")}
NOTHING = {
    "approve": _l("Không có văn bản nào chờ tôi ký."),
    "issue": _l("Không có văn bản nào chờ cấp số."),
    "dispatch": _l("Không có văn bản nào chờ gửi."),
}
OUTCOMES = {
    "waiting": (_l("Chờ đến lượt"), "wait"),
    "under_way": (_l("Đang ký"), "info"),
    "on_token": (_l("Chờ token"), "wait"),
    "done": (_l("Xong"), "good"),
    "failed": (_l("Không thành"), "bad"),
    "given_back": (_l("Đã dừng, chưa làm"), "plain"),
}
