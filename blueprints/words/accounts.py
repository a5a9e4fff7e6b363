"""Words of refusals around signing in and the person's own account."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "login-wrong": (
        _l("Tên đăng nhập hoặc mật khẩu không đúng."),
        _l("Hãy kiểm tra bộ gõ và phím Caps Lock rồi nhập lại; sai 5 lần sẽ bị tạm khóa 5 phút."),
    ),
    "login-locked": (
        _l("Tài khoản tạm khóa đến %(until)s vì nhập sai mật khẩu nhiều lần."),
        _l("Hãy thử lại sau lúc đó, hoặc nhờ quản trị viên mở khóa."),
    ),
    "no-appointment": (
        _l("Hôm nay tài khoản không giữ chức vụ nào nên chưa thể làm việc."),
        _l("Hãy nhờ quản trị viên cơ quan cử bạn vào một chức vụ."),
    ),
    "not-your-appointment": (
        _l("Chức vụ này không phải của bạn hoặc đã hết hiệu lực."),
        _l("Hãy chọn một chức vụ trong danh sách ở trang tài khoản."),
    ),
    "password-too-short": (
        _l("Mật khẩu phải có ít nhất %(least)s ký tự để khó đoán."),
        _l("Hãy dùng một cụm từ dài hơn, dễ nhớ với riêng bạn."),
    ),
    "signed-out": (
        _l("Bạn đã bị đăng xuất (phiên hết hạn hoặc bị quản trị viên kết thúc) nên chưa gửi được."),
        _l("Hãy tải lại trang để đăng nhập, rồi nhập lại; nội dung đã gõ vẫn còn ở trang này."),
    ),
    "password-too-long": (
        _l("Mật khẩu dài quá %(most)s ký tự."),
        _l("Hãy chọn mật khẩu ngắn hơn."),
    ),
    "password-wrong": (
        _l("Mật khẩu hiện tại không đúng, nên chưa đổi mật khẩu."),
        _l("Hãy nhập lại; nếu quên, nhờ quản trị viên cấp mật khẩu dùng một lần."),
    ),
    "password-unchanged": (
        _l("Mật khẩu mới trùng với mật khẩu hiện tại."),
        _l("Hãy chọn mật khẩu khác."),
    ),
    "language-unknown": (
        _l("Chưa có ngôn ngữ này."),
        _l("Hãy chọn tiếng Việt hoặc tiếng Anh."),
    ),
    "email-wrong": (
        _l("Địa chỉ thư điện tử không đúng dạng."),
        _l("Hãy nhập như ten@coquan.gov.vn hoặc để trống."),
    ),
    "telephone-wrong": (
        _l("Số điện thoại chỉ gồm chữ số, dấu cách, + . ( ) - và có ít nhất 6 ký tự."),
        _l("Hãy sửa lại hoặc để trống."),
    ),
}
