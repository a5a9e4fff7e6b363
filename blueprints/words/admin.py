"""Words of refusals in the administration."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "username-wrong": (
        _l("Tên đăng nhập gồm 3 đến 50 chữ thường không dấu, chữ số, dấu chấm, gạch nối."),
        _l("Hãy sửa lại, ví dụ: a.nguyenvan."),
    ),
    "username-taken": (
        _l("Tên đăng nhập này đã có người dùng trên máy chủ."),
        _l("Hãy chọn tên khác, hoặc thêm người đã có tài khoản vào cơ quan."),
    ),
    "username-unknown": (
        _l("Không có tài khoản nào mang tên đăng nhập này."),
        _l("Hãy kiểm tra lại, hoặc tạo tài khoản mới."),
    ),
    "name-missing": (
        _l("Chưa nhập tên."),
        _l("Hãy nhập tên rồi gửi lại."),
    ),
    "person-elsewhere": (
        _l("Tài khoản này thuộc quyền quản trị của %(agency)s, nơi người này giữ chức vụ trước."),
        _l("Bạn chỉ cử hoặc thôi chức vụ ở cơ quan mình; việc khác hãy nhờ quản trị viên nơi đó."),
    ),
    "last-administrator": (
        _l("Đây là quản trị viên cuối cùng của cơ quan; bỏ đi thì không ai quản trị được nữa."),
        _l("Hãy cử một quản trị viên khác trước."),
    ),
    "role-not-here": (
        _l("Vai trò này không dùng ở máy chủ này."),
        _l("Hãy chọn một vai trò trong danh sách."),
    ),
    "appointment-exists": (
        _l("Người này đang giữ đúng vai trò đó ở đơn vị đó."),
        _l("Hãy thôi chức vụ cũ trước, hoặc chọn đơn vị hay vai trò khác."),
    ),
    "dates-crossed": (
        _l("Ngày kết thúc đứng trước ngày bắt đầu (%(since)s)."),
        _l("Hãy chọn ngày kết thúc từ ngày bắt đầu trở đi."),
    ),
    "unit-unknown": (
        _l("Đơn vị được chọn không còn hoạt động hoặc không thuộc cơ quan."),
        _l("Hãy chọn đơn vị trong danh sách."),
    ),
    "unit-taken": (
        _l("Cơ quan đã có đơn vị mang tên này."),
        _l("Hãy đặt tên khác."),
    ),
    "unit-in-circle": (
        _l("Đơn vị không thể trực thuộc chính nó hoặc đơn vị con của nó."),
        _l("Hãy chọn đơn vị cấp trên khác."),
    ),
    "unit-in-use": (
        _l("Đơn vị còn %(people)s chức vụ đang giữ và %(units)s đơn vị con hoạt động."),
        _l("Hãy chuyển người và đơn vị con đi trước rồi cho ngừng hoạt động."),
    ),
    "agency-code-wrong": (
        _l("Mã định danh chỉ gồm chữ cái, chữ số và dấu chấm, dài từ 3 đến 35 ký tự."),
        _l("Hãy nhập mã do cơ quan có thẩm quyền cấp, ví dụ 000.00.32.H48."),
    ),
    "agency-code-taken": (
        _l("Máy chủ này đã có cơ quan mang mã đó."),
        _l("Hãy kiểm tra lại mã định danh."),
    ),
    "seal-size-wrong": (
        _l("Kích thước con dấu phải từ %(least)s đến %(most)s mm."),
        _l("Hãy nhập đường kính thật của con dấu, ví dụ 36."),
    ),
    "image-missing": (
        _l("Chưa chọn tệp hình con dấu."),
        _l("Hãy chọn một tệp PNG nền trong suốt."),
    ),
    "endpoint-wrong": (
        _l("Địa chỉ trục phải bắt đầu bằng https:// (hoặc http:// trong mạng thử nghiệm)."),
        _l("Hãy chép nguyên địa chỉ do đơn vị vận hành trục cấp."),
    ),
    "secret-missing": (
        _l("Liên kết mới cần khóa bí mật do trục cấp."),
        _l("Hãy dán khóa bí mật rồi lưu lại."),
    ),
    "hub-link-taken": (
        _l("Mã hệ thống này đã dùng cho một cơ quan khác trên máy chủ."),
        _l("Mỗi cơ quan có mã hệ thống riêng; hãy kiểm tra lại."),
    ),
}
