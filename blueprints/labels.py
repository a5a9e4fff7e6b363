"""States, kinds and codes in words, with the tone of their badge."""

from flask_babel import lazy_gettext as _l

OUTGOING = {
    "draft": (_l("Dự thảo"), "plain"),
    "in_review": (_l("Chờ trưởng đơn vị"), "wait"),
    "form_check": (_l("Chờ kiểm tra thể thức"), "wait"),
    "awaiting_leader": (_l("Chờ lãnh đạo ký"), "wait"),
    "signing": (_l("Đang ký số"), "info"),
    "signed": (_l("Đã ký, chờ cấp số"), "wait"),
    "sealing": (_l("Đang đóng dấu"), "info"),
    "numbered": (_l("Đã cấp số, chờ đóng dấu lại"), "bad"),
    "issued": (_l("Đã phát hành, chờ gửi"), "wait"),
    "dispatched": (_l("Đã gửi"), "good"),
    "revoked": (_l("Đã thu hồi"), "bad"),
    "replaced": (_l("Bị thay thế"), "plain"),
    "cancelled": (_l("Đã hủy"), "bad"),
}
INCOMING = {
    "arrived": (_l("Chờ tiếp nhận"), "wait"),
    "refused": (_l("Đã từ chối"), "bad"),
    "registered": (_l("Đã vào sổ"), "info"),
    "awaiting_direction": (_l("Chờ chỉ đạo"), "wait"),
    "directed": (_l("Đã phân công"), "info"),
    "in_progress": (_l("Đang xử lý"), "info"),
    "done": (_l("Đã xong"), "good"),
    "withdrawn": (_l("Đã thu hồi, trả lại"), "bad"),
    "replaced": (_l("Bị thay thế"), "plain"),
}
ASSIGNMENT = {
    "new": (_l("Chưa bắt đầu"), "wait"),
    "handed_on": (_l("Đã giao tiếp"), "info"),
    "started": (_l("Đang làm"), "info"),
    "done": (_l("Đã xong"), "good"),
}
ASSIGNMENT_KIND = {
    "lead": (_l("Chủ trì"), "info"),
    "support": (_l("Phối hợp"), "plain"),
    "inform": (_l("Để biết"), "plain"),
}
TRANSPORT = {
    "queued": (_l("Chờ gửi"), "wait"),
    "sent": (_l("Đã gửi lên trục"), "info"),
    "delivered": (_l("Đã đến nơi"), "good"),
    "failed": (_l("Gửi không được"), "bad"),
    "parked": (_l("Tạm dừng gửi"), "bad"),
    "cancelled": (_l("Đã hủy gửi"), "plain"),
}
BUSINESS = {
    "01": (_l("Đã đến"), "info"),
    "02": (_l("Từ chối tiếp nhận"), "bad"),
    "03": (_l("Đã tiếp nhận"), "info"),
    "04": (_l("Đã phân công"), "info"),
    "05": (_l("Đang xử lý"), "info"),
    "06": (_l("Đã hoàn thành"), "good"),
    "13": (_l("Yêu cầu lấy lại"), "wait"),
    "15": (_l("Đồng ý cập nhật, lấy lại"), "info"),
    "16": (_l("Không đồng ý cập nhật, lấy lại"), "bad"),
}
CHANGE = {
    "waiting": (_l("Chờ văn bản đến"), "wait"),
    "asked": (_l("Chờ trả lời"), "wait"),
    "agreed": (_l("Đã đồng ý"), "good"),
    "refused": (_l("Không đồng ý"), "bad"),
    "cancelled": (_l("Đã thôi"), "plain"),
    "told": (_l("Đã báo"), "info"),
}
CHANGE_KIND = {
    "revoke": (_l("Thu hồi"), "bad"),
    "take_back": (_l("Lấy lại"), "wait"),
    "update": (_l("Cập nhật"), "info"),
    "replace": (_l("Thay thế"), "info"),
    "receivers": (_l("Thay đổi nơi nhận"), "info"),
}
COPY = {
    "requested": (_l("Chờ duyệt"), "wait"),
    "approved": (_l("Chờ cấp số"), "wait"),
    "signing": (_l("Đang ký số"), "info"),
    "numbered": (_l("Đã cấp số, chưa ký được"), "bad"),
    "issued": (_l("Đã phát hành"), "good"),
    "refused": (_l("Không duyệt"), "bad"),
    "cancelled": (_l("Đã hủy"), "plain"),
}
# As in edXML's priority; documents of our own go to 3 (NĐ 30/2020, Phụ lục I, mục II).
URGENCY = {
    0: (_l("Thường"), "plain"),
    1: (_l("Khẩn"), "urgent"),
    2: (_l("Thượng khẩn"), "urgent"),
    3: (_l("Hỏa tốc"), "urgent full"),
    4: (_l("Hỏa tốc hẹn giờ"), "urgent full"),
}
QUEUES = {
    "to_sign": _l("Chờ tôi ký"),
    "to_review": _l("Dự thảo chờ tôi xem xét"),
    "to_check": _l("Chờ kiểm tra thể thức"),
    "to_number": _l("Chờ cấp số, đóng dấu"),
    "to_reseal": _l("Đóng dấu chưa thành"),
    "to_dispatch": _l("Chờ gửi đi"),
    "my_drafts": _l("Dự thảo của tôi"),
    "to_register": _l("Chờ tiếp nhận"),
    "to_submit": _l("Đã vào sổ, chờ trình"),
    "to_direct": _l("Chờ tôi chỉ đạo"),
    "overdue": _l("Quá hạn xử lý"),
    "to_hand_on": _l("Chờ tôi giao việc"),
    "to_do": _l("Việc tôi phải làm"),
    "to_know": _l("Để biết"),
    "copies_to_approve": _l("Bản sao chờ tôi duyệt"),
    "on_token": _l("Chờ token của tôi"),
    "copies_on_token": _l("Bản sao chờ token của tôi"),
    "copies_to_number": _l("Bản sao chờ cấp số, ký"),
    "to_answer": _l("Bên gửi đề nghị, chờ trả lời"),
    "sent_needs": _l("Văn bản gửi đi cần xử lý"),
}
TABLES = {
    "copy": COPY,
    "outgoing": OUTGOING,
    "incoming": INCOMING,
    "assignment": ASSIGNMENT,
    "assignment_kind": ASSIGNMENT_KIND,
    "transport": TRANSPORT,
    "business": BUSINESS,
    "change": CHANGE,
    "change_kind": CHANGE_KIND,
    "urgency": URGENCY,
}


def label(code: str | int | None, table: str) -> str:
    """The words for a code; the code itself where a newer peer sends one we do not know."""
    return str(TABLES[table].get(code, (code or "", "plain"))[0])


def tone(code: str | int | None, table: str) -> str:
    return TABLES[table].get(code, ("", "plain"))[1]
