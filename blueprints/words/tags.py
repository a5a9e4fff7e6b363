"""What each tag of the audit chain says, in words. The steps people take bear the names of their
actions."""

from flask_babel import lazy_gettext as _l

from blueprints.words.actions import ACTION_NAMES

TAG_NAMES = {
    "account:login": _l("Đăng nhập"),
    "account:login_refused": _l("Đăng nhập sai mật khẩu"),
    "account:logout": _l("Đăng xuất"),
    "account:session_end": _l("Kết thúc phiên đăng nhập"),
    "account:password_change": _l("Đổi mật khẩu"),
    "account:profile_edit": _l("Sửa thông tin tài khoản"),
    "account:appointment_switch": _l("Đổi chức vụ làm việc"),
    "admin:person_create": _l("Tạo tài khoản"),
    "admin:person_edit": _l("Sửa tài khoản"),
    "admin:person_deactivate": _l("Khóa tài khoản"),
    "admin:person_activate": _l("Mở lại tài khoản"),
    "admin:person_unlock": _l("Gỡ tạm khóa đăng nhập"),
    "admin:password_reset": _l("Cấp lại mật khẩu"),
    "admin:sessions_end": _l("Kết thúc mọi phiên của một người"),
    "admin:appointment_create": _l("Cử vào chức vụ"),
    "admin:appointment_end": _l("Thôi chức vụ"),
    "admin:agency_create": _l("Thêm cơ quan"),
    "admin:agency_edit": _l("Sửa thông tin cơ quan"),
    "admin:unit_create": _l("Thêm đơn vị"),
    "admin:unit_edit": _l("Sửa đơn vị"),
    "admin:hub_link": _l("Sửa liên kết với trục"),
    "admin:audit_verify": _l("Kiểm tra chuỗi nhật ký"),
    "admin:head_contradicts": _l("Nhật ký trái với đầu chuỗi gửi tại trục"),
    "admin:certificate_bind": _l("Gắn chứng thư số"),
    "admin:certificate_revoke": _l("Gỡ chứng thư số"),
    "admin:trust_root_add": _l("Thêm chứng thư gốc tin cậy"),
    "document:view_file": _l("Tải tệp gốc"),
    "outgoing:create": _l("Tạo dự thảo"),
    "outgoing:places": _l("Đặt vị trí số, ngày, chữ ký"),
    "outgoing:leader_signed": _l("Lãnh đạo đã ký số"),
    "outgoing:leader_failed": _l("Chữ ký của lãnh đạo không thành"),
    "outgoing:sealed": _l("Đã đóng dấu số"),
    "outgoing:seal_failed": _l("Đóng dấu số không thành"),
    "incoming:started": _l("Văn bản đến bắt đầu được xử lý"),
    "incoming:completed": _l("Văn bản đến xử lý xong"),
    "assignment:child_done": _l("Việc đã giao tiếp được làm xong"),
    "incoming:arrive": _l("Văn bản đến nơi"),
    "incoming:create": _l("Nhập văn bản giấy"),
    "incoming:inspected": _l("Kiểm tra chữ ký số văn bản đến"),
    "recipient_group:create": _l("Lập nhóm nơi nhận"),
    "recipient_group:edit": _l("Sửa nhóm nơi nhận"),
    "recipient_group:delete": _l("Xóa nhóm nơi nhận"),
    "outgoing:replaced": _l("Văn bản đi bị thay thế"),
    "incoming:withdraw": _l("Văn bản đến bị thu hồi hoặc trả lại"),
    "incoming:replaced": _l("Văn bản đến bị thay thế"),
    "change:asked": _l("Yêu cầu nơi nhận"),
    "change:came": _l("Bên gửi yêu cầu"),
    "change:agreed": _l("Yêu cầu được đồng ý"),
    "change:refused": _l("Yêu cầu không được đồng ý"),
    "change:cancelled": _l("Thôi yêu cầu"),
    "exchange:cancelled": _l("Hủy gửi, văn bản chưa rời cơ quan"),
    "register:number": _l("Cấp số trong sổ"),
    "signing:pin_changed": _l("Đổi PIN ký số"),
    "signing:pin_refused": _l("Nhập sai PIN ký số"),
    "signing:pin_locked": _l("PIN ký số bị tạm khóa"),
    "signing:failed": _l("Ký số không thành"),
    "exchange:sent": _l("Đã gửi gói tin"),
    "exchange:delivered": _l("Đã giao gói tin"),
    "exchange:failed": _l("Gửi gói tin không thành"),
    "exchange:parked": _l("Gói tin chờ người xử lý"),
    "exchange:resumed": _l("Gửi lại gói tin"),
    "exchange:seen": _l("Đã xem gói tin có vấn đề"),
    "exchange:recipient_refused": _l("Nơi nhận từ chối văn bản"),
    "exchange:status_in": _l("Nhận trạng thái xử lý"),
    "exchange:status_out": _l("Gửi trạng thái xử lý"),
    "exchange:refused": _l("Từ chối gói tin"),
    "exchange:reconciled": _l("Đối soát với trục"),
    "exchange:hub_resting": _l("Trục không trả lời, tạm nghỉ gọi"),
    "exchange:hub_back": _l("Trục đã trả lời lại"),
    "exchange:receipt_key": _l("Ghi nhận khóa biên nhận"),
    "exchange:receipt_wrong": _l("Biên nhận không đúng"),
    "hub:accept": _l("Trục nhận gói tin"),
    "hub:refuse": _l("Trục từ chối gói tin"),
    "hub:fetch": _l("Trục giao gói tin"),
    "hub:acknowledge": _l("Trục nhận xác nhận"),
    "hub:directory_edit": _l("Sửa danh bạ"),
    "hub:account_create": _l("Mở tài khoản trục"),
    "hub:account_lock": _l("Khóa hoặc mở tài khoản trục"),
    "hub:secret_rotate": _l("Đổi khóa bí mật của tài khoản trục"),
    "hub:receipt_wrong": _l("Biên nhận của nơi nhận không đúng"),
    "hub:head_contradicts": _l("Nhật ký của một hệ thống trái với đầu chuỗi đã gửi"),
    "hub:site_add": _l("Thêm nút để theo dõi"),
    "hub:site_edit": _l("Sửa nút được theo dõi"),
    "hub:site_remove": _l("Bỏ nút được theo dõi"),
    "hub:site_clear": _l("Làm rõ nhật ký trái ngược của một nút"),
}

SUBJECT_NAMES = {
    "agency": _l("cơ quan"),
    "appointment": _l("chức vụ"),
    "assignment": _l("công việc"),
    "certificate_binding": _l("chứng thư"),
    "change": _l("yêu cầu của bên gửi"),
    "directory_entry": _l("mục danh bạ"),
    "dispatch": _l("lượt gửi"),
    "exchange_message": _l("gói tin"),
    "delivery": _l("lượt giao"),
    "hub_circuit": _l("đường tới trục"),
    "hub_account": _l("tài khoản trục"),
    "hub_link": _l("liên kết trục"),
    "incoming_document": _l("văn bản đến"),
    "lodged_head": _l("đầu chuỗi nhật ký"),
    "node_site": _l("nút"),
    "login_session": _l("phiên"),
    "outgoing_document": _l("văn bản đi"),
    "person": _l("người"),
    "receipt": _l("biên nhận"),
    "receipt_key": _l("khóa biên nhận"),
    "recipient_group": _l("nhóm nơi nhận"),
    "reconciliation": _l("lần đối soát"),
    "register_entry": _l("số trong sổ"),
    "signing_request": _l("yêu cầu ký"),
    "trust_root": _l("chứng thư gốc"),
    "unit": _l("đơn vị"),
}


def tag_name(tag: str) -> str:
    """The words for a tag; a tag of an older version stands for itself."""
    name = str(TAG_NAMES.get(tag) or ACTION_NAMES.get(tag, tag))
    return name[:1].upper() + name[1:]


# What one is told of though nobody took a step.
NO_STEP = {"assignment:new": _l("Việc mới được giao")}


def told(kind: str) -> str:
    """What a notification is about: a step, in the words of the audit chain."""
    return str(NO_STEP.get(kind) or tag_name(kind))
