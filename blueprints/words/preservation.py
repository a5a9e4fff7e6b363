"""Words of time stamps and of what is kept so that signatures can be checked for decades."""

from flask_babel import lazy_gettext as _l

# The level a file's signatures have reached (domain/preservation.py): in a few words, what that
# means, its tone.
LEVELS = {
    "b-b": (
        _l("Chưa có dấu thời gian (B-B)"),
        _l("Chỉ có chữ ký; khi chứng thư hết hạn sẽ khó chứng minh đã ký lúc nào."),
        "wait",
    ),
    "b-t": (
        _l("Đã có dấu thời gian (B-T)"),
        _l("Chứng minh được đã ký trước một thời điểm; còn thiếu bằng chứng thu hồi."),
        "info",
    ),
    "b-lt": (
        _l("Đã có dấu thời gian và bằng chứng thu hồi (B-LT)"),
        _l("Kiểm tra được cả khi không còn hỏi được đơn vị cấp chứng thư."),
        "good",
    ),
    "b-lta": (
        _l("Đã có dấu thời gian và lưu lâu dài (B-LTA)"),
        _l("Có bản lưu lâu dài; dấu thời gian được tự gia hạn trước khi hết hạn."),
        "good",
    ),
}
# Of a file that has no archive form: what lies in its own chain beside it.
BESIDE = (
    _l("Đã có dấu thời gian và lưu lâu dài, tính cả hồ sơ lưu bên cạnh tệp (B-LTA)"),
    _l("Tệp giữ nguyên từng byte; bằng chứng và dấu thời gian nằm ở hồ sơ bên cạnh, được tự gia "
       "hạn trước khi hết hạn. Ai mang riêng tệp đi thì không mang theo hồ sơ ấy."),
    "good",
)  # fmt: skip
# The same for a line of a list.
SHORT = {
    "b-b": _l("Chưa có dấu thời gian"),
    "b-t": _l("Có dấu thời gian (B-T)"),
    "b-lt": _l("Đủ bằng chứng (B-LT)"),
    "b-lta": _l("Lưu lâu dài (B-LTA)"),
}
STANDINGS = {
    "good": _l("đã hỏi, không bị thu hồi"),
    "revoked": _l("đã hỏi, có chứng thư bị thu hồi"),
    "unknown": _l("chưa hỏi được"),
}
_LATER = _l(
    "Chữ ký vẫn dùng được; hệ thống tự xin lại dấu thời gian. Nếu kéo dài, hãy kiểm tra đường mạng "
    "tới dịch vụ."
)
_ASK_AUTHORITY = _l("Hãy hỏi đơn vị cung cấp dịch vụ cấp dấu thời gian.")
_SETTING = _l("Hãy kiểm tra VANTHU_TSA_URL và các cài đặt dấu thời gian đi kèm.")

WORDS = {
    "tsa-not-set": (
        _l("Nút này chưa đặt dịch vụ cấp dấu thời gian."),
        _l("Hãy đặt VANTHU_TSA_URL rồi khởi động lại."),
    ),
    "tsa-away": (_l("Không kết nối được dịch vụ cấp dấu thời gian."), _LATER),
    "tsa-slow": (_l("Dịch vụ cấp dấu thời gian không trả lời kịp."), _LATER),
    "tsa-refused": (
        _l("Dịch vụ cấp dấu thời gian từ chối yêu cầu."),
        _l("Hãy kiểm tra VANTHU_TSA_URL và tệp tài khoản VANTHU_TSA_CREDENTIALS."),
    ),
    "tsa-broken": (_l("Dịch vụ cấp dấu thời gian trả lời không đúng chuẩn RFC 3161."), _SETTING),
    "tsa-other-imprint": (
        _l("Dấu thời gian nhận được là của dữ liệu khác."),
        _ASK_AUTHORITY,
    ),
    "tsa-other-question": (
        _l("Dấu thời gian nhận được không trả lời đúng câu hỏi đã gửi."),
        _ASK_AUTHORITY,
    ),
    "tsa-other-policy": (
        _l("Dấu thời gian nhận được theo chính sách khác với chính sách đã đặt."),
        _l("Hãy kiểm tra VANTHU_TSA_POLICY."),
    ),
    "tsa-wrong-time": (
        _l("Đồng hồ của dịch vụ cấp dấu thời gian lệch quá 10 phút so với máy chủ."),
        _l("Hãy chỉnh lại đồng hồ máy chủ (NTP)."),
    ),
    "tsa-untrusted": (
        _l("Chứng thư của dịch vụ cấp dấu thời gian chưa được tin cậy, hết hạn hoặc sai mục đích."),
        _l("Hãy thêm chứng thư gốc của dịch vụ vào danh sách tin cậy."),
    ),
    "archive-failed": (
        _l("Chưa tạo được bản lưu lâu dài của văn bản."),
        _l("Hệ thống tự làm lại; văn bản đã phát hành không đổi."),
    ),
    "manifest-broken": (
        _l("Hồ sơ bằng chứng lưu bên cạnh tệp bị hỏng."),
        _l("Hãy khôi phục kho tệp từ bản sao lưu."),
    ),
    "manifest-other-file": (
        _l("Hồ sơ bằng chứng là của tệp khác."),
        _l("Hãy khôi phục cơ sở dữ liệu và kho tệp từ cùng một bản sao lưu."),
    ),
    "manifest-not-linked": (
        _l("Hồ sơ bằng chứng thiếu một mắt xích."),
        _l("Hãy khôi phục cơ sở dữ liệu và kho tệp từ cùng một bản sao lưu."),
    ),
    "stamps-ended": (
        _l("Dấu thời gian lưu bên cạnh đã hết hạn mà chưa được gia hạn."),
        _l("Hãy báo quản trị viên xem mục Dấu thời gian."),
    ),
    "preservation-waiting": (
        _l("Đang thu thập bằng chứng và xin dấu thời gian."),
        _l("Thường xong trong vài phút."),
    ),
    "revocation-unknown": (
        _l("Chưa hỏi được tình trạng thu hồi của chứng thư."),
        _l("Hệ thống hỏi lại mỗi đêm, trong 30 ngày."),
    ),
}
