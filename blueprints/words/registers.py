"""Words of refusals around state secrets, which are registered and nothing more."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "secret-not-drafted": (
        _l("Văn bản độ mật “%(secrecy)s” không được soạn, lưu hoặc gửi trên hệ thống này "
           "(bí mật nhà nước). Nội dung và tệp vừa nhập không được lưu."),
        _l("Hãy soạn trên máy tính độc lập, không nối mạng; văn thư chỉ vào sổ văn bản mật đi."),
    ),
    "secrecy-missing": (
        _l("Sổ này chỉ dành cho văn bản có độ mật."),
        _l("Hãy chọn Mật, Tối mật hoặc Tuyệt mật; văn bản khác vào sổ văn bản đi khi phát hành."),
    ),
    "secret-subject": (
        _l("Không ghi trích yếu của văn bản “%(secrecy)s” vào hệ thống."),
        _l("Hãy để trống ô trích yếu."),
    ),
    "secret-cancelled": (
        _l("Dòng số %(reference)s đã hủy, không sửa hay hủy lần nữa được."),
        _l("Cần ghi lại thì vào sổ một dòng mới."),
    ),
    "nothing-changed-here": (
        _l("Chưa có mục nào được sửa."),
        _l("Hãy sửa ít nhất một mục hoặc bấm “Thôi”."),
    ),
    "issued-other-year": (
        _l("Số này thuộc sổ năm %(year)s nên ngày văn bản phải trong năm đó."),
        _l("Hãy sửa lại ngày; nếu sai năm thì hủy dòng này và vào sổ của năm đúng."),
    ),
}  # fmt: skip
