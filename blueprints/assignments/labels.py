"""Words for the tabs and steps of assignments."""

from flask_babel import lazy_gettext as _l

TABS = {
    "mine": _l("Của tôi"),
    "unit": _l("Của đơn vị"),
    "inform": _l("Để biết"),
    "done": _l("Đã xong"),
}
WHOLE_AGENCY = _l("Toàn cơ quan")
DONE = {
    "hand_on": _l("Đã giao người xử lý."),
    "start": _l("Đã nhận việc và bắt đầu xử lý."),
    "progress": _l("Đã ghi tiến độ."),
    "complete": _l("Đã báo cáo kết quả."),
    "acknowledge": _l("Đã xác nhận xem để biết."),
}
