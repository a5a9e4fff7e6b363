"""Words of federation: why a node could not be asked, or would not answer."""

from flask_babel import lazy_gettext as _l

_CHECK_SECRET = _l("Hãy đối chiếu mã hệ thống và khóa bí mật ở hai đầu.")
_WAIT = _l("Không cần làm gì: lượt sau sẽ tự hỏi lại. Nếu kéo dài, hãy báo quản trị của nút.")
_UPDATE = _l("Hãy kiểm tra địa chỉ, và phiên bản phần mềm ở hai đầu.")

WORDS = {
    "federation-unsigned": (_l("Yêu cầu không có chữ ký hoặc thiếu tiêu đề ký."), _UPDATE),
    "federation-clock": (
        _l("Đồng hồ hai máy lệch nhau quá 5 phút nên chữ ký không được nhận."),
        _l("Hãy bật đồng bộ giờ (NTP) ở cả hai máy."),
    ),
    "federation-unknown-system": (
        _l("Đầu kia không có liên kết nào mang mã hệ thống này."),
        _CHECK_SECRET,
    ),
    "federation-wrong-signature": (_l("Chữ ký của yêu cầu không đúng."), _CHECK_SECRET),
    "federation-replayed": (_l("Yêu cầu này đã được nhận một lần rồi."), _WAIT),
    "federation-unknown": (_l("Không có địa chỉ này."), _UPDATE),
    "federation-method": (_l("Địa chỉ này không nhận phương thức ấy."), _UPDATE),
    "federation-query": (_l("Tham số của yêu cầu không đúng."), _UPDATE),
    "federation-body": (_l("Báo cáo gửi tới không đúng khuôn dạng."), _UPDATE),
    "federation-large": (_l("Báo cáo gửi tới quá lớn."), _UPDATE),
    "federation-fault": (_l("Máy được hỏi gặp lỗi của chính nó."), _WAIT),
    "federation-account-locked": (
        _l("Hệ thống này đang bị khóa trên trục."),
        _l("Hãy mở khóa ở danh sách hệ thống kết nối nếu được phép."),
    ),
    "federation-site-unknown": (
        _l("Trục chưa khai báo nút nào mang mã hệ thống này."),
        _l("Hãy nhờ đơn vị vận hành trục thêm nút, để trống địa chỉ."),
    ),
    "federation-cursor": (_l("Báo cáo không nối tiếp báo cáo trước."), _WAIT),
    "federation-node-away": (_l("Không kết nối được tới nút (%(detail)s)."), _WAIT),
    "federation-node-slow": (_l("Nút không trả lời kịp thời gian."), _WAIT),
    "federation-node-refuses": (_l("Nút trả lời bằng mã HTTP %(detail)s."), _UPDATE),
    "federation-hub-away": (_l("Không kết nối được tới trục (%(detail)s)."), _WAIT),
    "federation-redirects": (
        _l("Địa chỉ của nút chuyển hướng sang nơi khác; trục không đi theo."),
        _l("Hãy nhập địa chỉ cuối cùng, thường bắt đầu bằng https://."),
    ),
    "federation-answer-bad": (_l("Câu trả lời không đúng khuôn dạng (%(detail)s)."), _UPDATE),
    "federation-answer-large": (_l("Câu trả lời quá lớn nên không đọc."), _UPDATE),
    "federation-answer-unproven": (
        _l("Câu trả lời không do nút giữ khóa bí mật này ký."),
        _l("Hãy kiểm tra địa chỉ: có thể một máy khác đang trả lời thay."),
    ),
    "federation-address-wrong": (
        _l("Địa chỉ không dùng được."),
        _l("Hãy nhập như https://vanthu.huyen.gov.vn, không kèm tham số; hoặc để trống."),
    ),
    "federation-address-http": (
        _l("Địa chỉ phải bắt đầu bằng https://."),
        _l("HTTP không mã hóa chỉ dùng cho chính máy này, trừ khi cấu hình cho phép."),
    ),
    "federation-no-account": (
        _l("Mã %(recipient)s chưa có kết nối với trục."),
        _l("Hãy mở kết nối cho cơ quan ấy trước, rồi quay lại thêm nút."),
    ),
    "federation-site-exists": (
        _l("Đã có một nút dùng mã %(recipient)s."),
        _l("Hãy sửa nút ấy, hoặc chọn mã của cơ quan khác cùng máy chủ."),
    ),
    "federation-no-address": (
        _l("Nút này không có địa chỉ để hỏi; nó tự gửi báo cáo."),
        _l("Hãy đợi lượt gửi sau, hoặc nhập địa chỉ."),
    ),
}
