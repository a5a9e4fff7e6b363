"""Words for tabs and steps of outgoing documents; tones of their history."""

from flask_babel import lazy_gettext as _l

from blueprints.labels import URGENCY
from domain.document_types import Urgency
from domain.permissions import Relation

TABS = {
    "all": _l("Tất cả"),
    "draft": _l("Dự thảo"),
    "review": _l("Đang duyệt"),
    "signing": _l("Chờ ký"),
    "issuing": _l("Chờ phát hành"),
    "issued": _l("Chờ gửi"),
    "dispatched": _l("Đã gửi"),
    "void": _l("Thu hồi, thay thế"),
    "cancelled": _l("Đã hủy"),
}
# What a reviewer's mark says.
SAID = {
    "agree": _l("đồng ý nội dung"),
    "forward": _l("đúng thể thức, trình ký"),
    "approve": _l("duyệt và ký số"),
    "return": _l("trả lại"),
}
DONE = {
    "submit": _l("Đã trình duyệt."),
    "agree": _l("Đã đồng ý, chuyển kiểm tra thể thức."),
    "return": _l("Đã trả lại cho người soạn kèm lý do."),
    "forward": _l("Đã trình lãnh đạo ký."),
    "approve": _l("Đã duyệt; hệ thống đang ký số."),
    "issue": _l("Đã cấp số; hệ thống đang đóng dấu."),
    "reseal": _l("Đang đóng dấu lại."),
    "readdress": _l("Đã đổi nơi nhận liên thông."),
    "dispatch": _l("Đã đưa vào hàng gửi; theo dõi từng nơi nhận ở trang này."),
    "add_recipients": _l("Đã đưa vào hàng gửi cho các nơi nhận thêm."),
    "cancel": _l("Đã hủy dự thảo."),
    "take_back": _l("Đã gửi yêu cầu lấy lại; văn bản chưa gửi đi thì được hủy gửi ngay."),
    "update": _l("Đã cập nhật và báo từng nơi nhận."),
    "revoke": _l("Đã thu hồi và báo mọi nơi nhận."),
}
# What the history shows, with the tone of its mark; the words are those of the tags.
HISTORY = {
    "outgoing:create": "plain",
    "outgoing:edit": "plain",
    "outgoing:submit": "info",
    "outgoing:agree": "good",
    "outgoing:return": "bad",
    "outgoing:forward": "good",
    "outgoing:approve": "good",
    "outgoing:leader_signed": "good",
    "outgoing:next_signer": "good",
    "outgoing:leader_failed": "bad",
    "outgoing:issue": "good",
    "outgoing:reseal": "plain",
    "outgoing:sealed": "good",
    "outgoing:seal_failed": "bad",
    "outgoing:readdress": "plain",
    "outgoing:dispatch": "good",
    "outgoing:add_recipients": "good",
    "outgoing:cancel": "bad",
    "outgoing:take_back": "bad",
    "outgoing:update": "info",
    "outgoing:revoke": "bad",
    "outgoing:replaced": "plain",
}
TRACKED = {
    "all": _l("Tất cả"),
    "waiting": _l("Chờ gửi"),
    "sent": _l("Đã gửi lên trục"),
    "delivered": _l("Đã đến nơi"),
    "trouble": _l("Cần xem"),
    "unanswered": _l("Chưa phản hồi"),
}
WHY = {
    Relation.AGENCY: _l("chức vụ của bạn được xem mọi văn bản đi của cơ quan"),
    Relation.UNIT: _l("văn bản do đơn vị bạn phụ trách soạn"),
    Relation.DRAFTER: _l("bạn là người soạn"),
    Relation.DELEGATE: _l("bạn được giao ký văn bản này"),
    Relation.PARTICIPANT: _l("bạn đã tham gia xử lý văn bản này"),
}
_LEVELS = (Urgency.NORMAL, Urgency.URGENT, Urgency.VERY_URGENT, Urgency.FLASH)
URGENCIES = tuple((str(int(level)), URGENCY[level][0]) for level in _LEVELS)
SOURCES = {
    "form": _l("soạn trên mẫu"),
    "pdf": _l("tệp PDF"),
    "word": _l("tệp Word"),
    "copy": _l("bản sao đã ký số"),
}
