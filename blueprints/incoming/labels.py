"""Words for the tabs, sources and directives of incoming documents; tones of their history."""

from flask_babel import lazy_gettext as _l

from blueprints.labels import URGENCY
from domain.permissions import Relation

TABS = {
    "arrived": _l("Chờ tiếp nhận"),
    "awaiting": _l("Chờ chỉ đạo"),
    "working": _l("Đang xử lý"),
    "overdue": _l("Quá hạn"),
    "done": _l("Đã xong"),
    "refused": _l("Đã từ chối"),
    "void": _l("Thu hồi, thay thế"),
    "all": _l("Tất cả"),
}
SOURCES = {
    "exchange": _l("Liên thông"),
    "internal": _l("Nội bộ hệ thống"),
    "paper": _l("Văn bản giấy"),
}
URGENCIES = tuple((level, words) for level, (words, _tone) in URGENCY.items())
# Text of the official record, not of the screen: Vietnamese in every language of the pages.
PHRASES = (
    "Giao đơn vị chủ trì tham mưu, báo cáo kết quả đúng hạn.",
    "Giao đơn vị chủ trì dự thảo văn bản trả lời, trình lãnh đạo trước hạn.",
    "Giao đơn vị chủ trì phối hợp các đơn vị liên quan triển khai thực hiện.",
    "Giao đơn vị chủ trì nghiên cứu, đề xuất hướng xử lý.",
    "Các đơn vị nghiên cứu, biết để thực hiện.",
)
# What the history of a document shows, with the tone of its mark; the words are those of the tags.
EVENTS = {
    "incoming:arrive": "info",
    "incoming:come_again": "info",
    "incoming:create": "info",
    "incoming:inspected": "plain",
    "incoming:register": "good",
    "incoming:refuse": "bad",
    "incoming:submit": "info",
    "incoming:direct": "info",
    "incoming:started": "plain",
    "incoming:completed": "good",
    "incoming:close": "good",
    "incoming:withdraw": "bad",
    "incoming:replaced": "bad",
    "change:came": "info",
    "change:choose": "info",
    "change:told": "info",
    "change:agree": "good",
    "change:refuse": "bad",
    "change:agreed": "plain",
    "change:refused": "plain",
    "document:view_file": "plain",
    "exchange:status_out": "plain",
    "assignment:hand_on": "info",
    "assignment:start": "info",
    "assignment:progress": "info",
    "assignment:complete": "good",
    "assignment:acknowledge": "good",
    "assignment:child_done": "good",
}
WHY = {
    Relation.AGENCY: _l("chức vụ của bạn được xem mọi văn bản đến của cơ quan"),
    Relation.ASSIGNED_UNIT: _l("văn bản được giao cho đơn vị bạn phụ trách"),
    Relation.ASSIGNEE: _l("bạn được giao xử lý văn bản này"),
}
