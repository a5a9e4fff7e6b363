"""Words of what can stand in the way of revoking, taking back, updating and replacing."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "already-asked": (
        _l("Nơi này đã được yêu cầu và chưa trả lời."),
        _l("Hãy đợi trả lời; xem ở “Liên thông”, mục “Cần xử lý”."),
    ),
    "already-given-back": (
        _l("Nơi này không còn giữ văn bản: đã trả lại, đã từ chối hoặc chưa từng được gửi."),
        _l("Không cần làm gì."),
    ),
    "recipient-not-sent": (
        _l("Văn bản không được gửi đến %(organ)s."),
        _l("Hãy xem lại mã định danh trong danh sách nơi nhận."),
    ),
    "nothing-changed": (
        _l("Chưa có gì thay đổi so với văn bản đã gửi."),
        _l("Hãy sửa ít nhất một mục hoặc bỏ bớt nơi nhận."),
    ),
    "document-void": (
        _l("Văn bản này đã bị thu hồi hoặc thay thế."),
        _l("Không soạn trả lời được nữa; hãy mở văn bản thay thế nếu có."),
    ),
    "document-not-of-sender": (
        _l("Văn bản đã chọn không phải của cơ quan gửi yêu cầu này, hoặc đã bị hủy."),
        _l("Hãy chọn một văn bản trong danh sách."),
    ),
    "update-unreadable": (
        _l("Gói tin cập nhật đã lưu bị hỏng, không đọc được nội dung sửa."),
        _l("Hãy đề nghị bên gửi gửi lại gói cập nhật."),
    ),
    "awaits-revoke": (
        _l("Bên gửi thu hồi một văn bản chưa đến đây."),
        _l(
            "Văn bản đến là được hủy ngay và bên gửi được báo; nếu văn bản đã ở đây mà bên gửi nói "
            "sai mã, hãy chọn văn bản ở mục “Chờ trả lời”."
        ),
    ),
    "awaits-take_back": (
        _l("Bên gửi đề nghị lấy lại một văn bản chưa đến đây."),
        _l("Không cần làm gì bây giờ: văn bản đến thì yêu cầu hiện ở mục “Chờ trả lời”."),
    ),
    "awaits-update": (
        _l("Bên gửi cập nhật một văn bản chưa đến đây."),
        _l("Không cần làm gì bây giờ: văn bản đến thì yêu cầu hiện ở mục “Chờ trả lời”."),
    ),
    "awaits-receivers": (
        _l("Bên gửi báo thay đổi nơi nhận của một văn bản chưa đến đây."),
        _l("Không cần làm gì: văn bản đến thì được ghi vào văn bản."),
    ),
    "update-without-files": (
        _l("Gói cập nhật này không kèm tệp của văn bản nên không nhận thành văn bản đến được."),
        _l("Hãy đề nghị bên gửi gửi lại văn bản."),
    ),
    "notice-two": (
        _l("Vừa nhập số văn bản đã phát hành vừa tải tệp lên."),
        _l("Hãy chỉ giữ một trong hai làm văn bản thu hồi."),
    ),
    "notice-unknown": (
        _l("Cơ quan không có văn bản đi nào đã phát hành mang số %(reference)s."),
        _l("Hãy nhập đủ số và ký hiệu như trong sổ văn bản đi, hoặc tải tệp PDF lên."),
    ),
    "notice-not-pdf": (
        _l("Tệp %(name)s không phải PDF."),
        _l("Hãy tải lên văn bản thu hồi ở dạng PDF."),
    ),
    "document-first": (
        _l("Yêu cầu đợi chính văn bản lên trục trước."),
        _l("Không cần làm gì: hệ thống sẽ tự gửi."),
    ),
}
