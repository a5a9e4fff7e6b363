"""Words of refusals that any page can meet."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "not-allowed": (
        _l("Vai trò của bạn ở đây không có quyền %(action)s."),
        _l("Hãy nhờ người có thẩm quyền, hoặc đổi sang chức vụ khác của bạn ở góc trên bên phải."),
    ),
    "not-found": (
        _l("Không tìm thấy, hoặc bạn không được xem."),
        _l("Hãy quay lại danh sách và chọn lại."),
    ),
    "stale": (
        _l("Văn bản vừa được người khác sửa."),
        _l("Nội dung bạn gõ vẫn còn đây; hãy tải lại trang để xem bản mới rồi làm tiếp."),
    ),
    "wrong-state": (
        _l("Việc này đã được làm rồi hoặc không còn phù hợp với trạng thái hiện tại."),
        _l("Hãy tải lại trang để xem trạng thái mới nhất."),
    ),
    "required": (
        _l("Chưa nhập nội dung bắt buộc."),
        _l("Hãy điền ô được đánh dấu rồi gửi lại."),
    ),
    "csrf": (
        _l("Trang đã mở quá lâu nên phiên gửi không còn hợp lệ."),
        _l("Nội dung bạn gõ vẫn còn; hãy tải lại trang rồi gửi lại."),
    ),
    "unexpected": (
        _l("Hệ thống gặp lỗi; việc của bạn chưa được ghi."),
        _l("Hãy thử lại; nếu vẫn lỗi, báo quản trị viên kèm mã lỗi bên dưới."),
    ),
    "too-many": (
        _l("Bạn thao tác quá nhanh hoặc sai quá nhiều lần."),
        _l("Hãy đợi một phút rồi thử lại."),
    ),
    "too-large": (
        _l("Tệp gửi lên quá lớn (tối đa %(limit)s MB)."),
        _l("Hãy giảm dung lượng hoặc tách tệp rồi gửi lại."),
    ),
    "hub-error": (
        _l("Trục liên thông gặp lỗi của chính nó."),
        _l("Hãy gửi lại sau; nếu còn lỗi, báo đơn vị vận hành trục."),
    ),
    "queue-server-missing": (
        _l("Máy này chưa có máy chủ hàng đợi kèm theo."),
        _l("Hãy cài lại requirements.txt, hoặc đặt VANTHU_REDIS_URL tới một máy chủ Redis."),
    ),
    "queue-server-failed": (
        _l("Máy chủ hàng đợi không khởi động được (%(reason)s)."),
        _l("Hãy xem tệp %(log)s rồi khởi động lại; dữ liệu không mất."),
    ),
    "queue-socket-path-too-long": (
        _l("Đường dẫn %(path)s dài quá %(limit)s byte nên không đặt được cổng hàng đợi ở đó."),
        _l("Hãy chọn thư mục dữ liệu có đường dẫn ngắn hơn."),
    ),
    "seal-broken": (
        _l("Không mở được dữ liệu niêm phong: khóa của nút không đúng hoặc dữ liệu đã bị sửa."),
        _l("Hãy báo quản trị viên kiểm tra khóa của nút (VANTHU_NODE_KEY) và bản sao lưu."),
    ),
}
