"""Words of the hub's refusals."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "account-agency-unknown": (
        _l("Mã %(recipient)s chưa có trong danh bạ nên chưa mở được kết nối."),
        _l("Hãy thêm cơ quan vào danh bạ trước, rồi quay lại mở kết nối."),
    ),
    "account-exists": (
        _l("Cơ quan %(recipient)s đã có kết nối; mỗi mã định danh chỉ có một."),
        _l("Nếu mất khóa bí mật, hãy bấm Đổi khóa ở danh sách hệ thống kết nối."),
    ),
    "directory-code-malformed": (
        _l("Mã định danh chỉ gồm chữ không dấu, số, dấu chấm, gạch; tối đa 35 ký tự."),
        _l("Hãy sửa mã rồi lưu lại."),
    ),
    "directory-code-taken": (
        _l("Mã %(recipient)s đã thuộc về %(name)s; một mã chỉ cho một cơ quan."),
        _l("Hãy kiểm tra lại mã, hoặc mở cơ quan ấy để sửa."),
    ),
    "directory-parent-unknown": (
        _l("Không có cơ quan nào mang mã %(recipient)s để làm cấp trên."),
        _l("Hãy tìm mã đúng trong danh bạ, hoặc để trống."),
    ),
    "directory-since-early": (
        _l("Ngày giải thể không thể sớm như vậy."),
        _l("Hãy nhập lại ngày."),
    ),
    "directory-successor-unknown": (
        _l("Mã kế thừa %(recipient)s không có trong danh bạ, đã giải thể, hoặc là chính nó."),
        _l("Hãy nhập mã một cơ quan đang hoạt động, hoặc để trống."),
    ),
    "seal-broken": (
        _l("Không mở được dữ liệu niêm phong: khóa của nút không đúng hoặc dữ liệu đã bị sửa."),
        _l("Hãy báo quản trị viên kiểm tra khóa của nút (VANTHU_NODE_KEY) và bản sao lưu."),
    ),
}
