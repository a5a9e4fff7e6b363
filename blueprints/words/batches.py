"""Words of refusals around deciding many documents at once."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "batch-empty": (_l("Chưa chọn văn bản nào."), _l("Hãy đánh dấu ít nhất một văn bản.")),
    "batch-too-many": (
        _l("Mỗi lần chỉ làm được %(limit)s văn bản."),
        _l("Hãy bỏ bớt văn bản đã chọn rồi làm tiếp lần sau."),
    ),
    "batch-unopened": (
        _l("Trong các văn bản đã chọn có %(count)s văn bản bạn chưa mở xem."),
        _l("Hãy mở xem, bỏ chọn, hoặc đánh dấu ô ký cả văn bản chưa mở xem rồi nhập lại PIN."),
    ),
    "batch-item-failed": (
        _l("Văn bản này nhiều lần không làm được nên được bỏ qua."),
        _l("Hãy mở văn bản và làm riêng; nếu vẫn lỗi, báo quản trị viên."),
    ),
}
