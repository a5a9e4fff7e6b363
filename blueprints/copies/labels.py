"""Words for copies: kinds, media, states, tabs, what each step did."""

from flask_babel import lazy_gettext as _l

from blueprints.delegations.labels import line
from domain.copies import CopyKind, Medium
from domain.permissions import Relation
from services.copies.authority import Approver

KINDS = {
    CopyKind.SAME: _l("Sao y: toàn bộ văn bản, từ bản gốc hoặc bản chính"),
    CopyKind.RELAYED: _l("Sao lục: toàn bộ văn bản, từ bản sao y"),
    CopyKind.EXTRACT: _l("Trích sao: một phần văn bản, trình bày lại"),
}
KIND = {
    CopyKind.SAME: _l("Sao y"),
    CopyKind.RELAYED: _l("Sao lục"),
    CopyKind.EXTRACT: _l("Trích sao"),
}
MEDIA = {
    Medium.ELECTRONIC: _l("Bản sao điện tử, có chữ ký số của cơ quan"),
    Medium.PAPER: _l("Bản sao giấy: in ra, người có thẩm quyền ký, đóng dấu"),
}
MEDIUM = {Medium.ELECTRONIC: _l("bản điện tử"), Medium.PAPER: _l("bản giấy")}
TABS = {
    "all": _l("Tất cả"),
    "requested": _l("Chờ duyệt"),
    "approved": _l("Chờ cấp số, ký"),
    "issued": _l("Đã phát hành"),
    "closed": _l("Không duyệt, đã hủy"),
}
DONE = {
    "approve": _l("Đã duyệt; văn thư sẽ cấp số."),
    "refuse": _l("Đã báo người đề nghị là không duyệt."),
    "cancel": _l("Đã hủy đề nghị sao."),
    "sign": _l("Đã cấp số; hệ thống đang ký số bản sao."),
    "sign_again": _l("Đang ký số lại."),
    "print": _l("Đã cấp số; tải bản in để ký và đóng dấu."),
}
SENT = _l("Đã đưa vào hàng gửi; theo dõi từng nơi nhận ở trang này.")
ON_TOKEN = {
    "sign": _l("Đã cấp số; còn ký bằng token của cơ quan."),
    "sign_again": _l("Chờ token của cơ quan ký."),
}
TONES = {
    "copy:create": "plain",
    "copy:approve": "good",
    "copy:refuse": "bad",
    "copy:cancel": "bad",
    "copy:sign": "good",
    "copy:sign_again": "plain",
    "copy:signed": "good",
    "copy:sign_failed": "bad",
    "copy:print": "good",
    "copy:send": "good",
}


def approver(each: Approver) -> str:
    """As in the list to choose from: "Trần Lan, Chánh Văn phòng (TUQ. Chủ tịch)"."""
    said = f"{each.post.person.full_name}, {each.post.title}"
    return f"{said} ({line(each.delegation)})" if each.delegation else said


WHY = {
    Relation.AGENCY: _l("chức vụ của bạn được xem mọi bản sao của cơ quan"),
    Relation.DRAFTER: _l("bạn là người đề nghị sao"),
    Relation.DELEGATE: _l("bạn được ủy quyền duyệt bản sao này"),
}
