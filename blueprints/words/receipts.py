"""Words of what can be wrong with a receipt, and of a hub that is left alone for a while."""

from flask_babel import lazy_gettext as _l

_REPORT = _l("Hãy giữ nguyên tệp biên nhận và báo quản trị viên, đơn vị vận hành trục.")
_WAIT = _l("Không cần làm gì: hệ thống tự kiểm tra lại.")

WORDS = {
    "receipt-unreadable": (_l("Biên nhận không đọc được."), _REPORT),
    "receipt-signature": (
        _l("Chữ ký của biên nhận sai: biên nhận đã bị sửa hoặc không do bên ấy ký."),
        _REPORT,
    ),
    "receipt-other-bytes": (
        _l("Biên nhận ghi một gói tin khác với gói đã gửi (SHA-256 khác nhau)."),
        _REPORT,
    ),
    "receipt-other-facts": (
        _l("Biên nhận ghi mã văn bản, bên gửi hoặc bên nhận khác với gói đã gửi."),
        _REPORT,
    ),
    "receipt-recipient-missing": (
        _l("Biên nhận của trục thiếu tên nơi nhận của gói."),
        _REPORT,
    ),
    "receipt-key-unknown": (_l("Chưa có khóa công khai để kiểm tra biên nhận."), _WAIT),
    "receipt-message-unknown": (
        _l("Biên nhận đến trước khi trục trả lời cho gói tin này."),
        _WAIT,
    ),
    "receipt-key-malformed": (
        _l("Khóa biên nhận không đúng dạng."),
        _l("Hãy báo quản trị viên của bên công bố khóa."),
    ),
    "receipt-key-retired": (
        _l("Biên nhận được ký sau khi khóa ấy đã bị thay: khóa cũ có thể đã lộ."),
        _REPORT,
    ),
    "receipt-key-rotated": (
        _l("Khóa biên nhận vừa được đổi ở nơi khác, hoặc chưa có khóa nào."),
        _l("Hãy mở lại trang Khóa biên nhận; nếu vẫn cần đổi thì bấm lại."),
    ),
    "hub-resting": (
        _l("Trục không trả lời nhiều lần liền; hệ thống tạm nghỉ gọi đến %(until)s."),
        _l("Không cần làm gì: mỗi lần chỉ một cuộc gọi thử, có trả lời là mọi gói đi tiếp."),
    ),
}
