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
    "document-first": (
        _l("Yêu cầu đợi chính văn bản lên trục trước."),
        _l("Không cần làm gì: hệ thống sẽ tự gửi."),
    ),
}
