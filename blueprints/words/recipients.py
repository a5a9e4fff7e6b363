"""Words of refusals around recipients: saved groups, long lists, those added after the dispatch."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "group-name-taken": (
        _l("Cơ quan đã có nhóm nơi nhận “%(name)s”."),
        _l("Hãy đặt tên khác, hoặc mở nhóm đó để sửa."),
    ),
    "group-lines-wrong": (
        _l("%(count)s dòng chưa đúng, chưa thêm nơi nào."),
        _l("Hãy sửa các dòng ghi bên dưới, hoặc đánh dấu bỏ qua dòng sai, rồi gửi lại."),
    ),
    "group-too-large": (
        _l("Nhóm sẽ có %(count)s nơi nhận, nhiều hơn %(limit)s."),
        _l("Hãy lập thêm một nhóm khác cho phần còn lại."),
    ),
    "group-has-self": (
        _l("%(name)s là chính cơ quan mình."),
        _l("Hãy bỏ dòng này."),
    ),
    "recipients-too-many": (
        _l("Có %(count)s nơi nhận; mỗi lần gửi tối đa %(limit)s nơi."),
        _l("Hãy bỏ bớt nơi nhận; phần còn lại gửi thêm sau khi văn bản đã gửi."),
    ),
    "recipients-none-new": (
        _l("Chưa chọn nơi nhận nào để gửi thêm."),
        _l("Hãy tìm và đánh dấu nơi nhận, hoặc chọn một nhóm có nơi chưa nhận văn bản này."),
    ),
    "recipients-have-it": (
        _l("Văn bản đã gửi cho: %(names)s."),
        _l("Hãy bỏ các nơi này; muốn gửi lại thì dùng nút gửi lại ở từng nơi nhận."),
    ),
    "addressees-missing": (
        _l("Văn bản có %(count)s nơi nhận, không liệt kê hết được trên văn bản."),
        _l("Hãy ghi gộp, ví dụ “Ủy ban nhân dân các xã, phường”."),
    ),
}
