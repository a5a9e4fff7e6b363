"""Words of refusals around assignments."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "wrong-kind": (
        _l("Vai trò của đơn vị trong văn bản này không có bước đó: đơn vị để biết chỉ xác nhận đã "
           "xem, đơn vị chủ trì và phối hợp thì báo cáo kết quả."),
        _l("Hãy dùng nút đang có ở dòng công việc."),
    ),
    "person-unknown": (
        _l("Chưa chọn người đang công tác tại đơn vị được giao."),
        _l("Hãy chọn người trong danh sách của đơn vị."),
    ),
    "deadline-after-parent": (
        _l("Hạn giao không được sau hạn của đơn vị (%(limit)s)."),
        _l("Hãy chọn ngày sớm hơn hoặc để trống để lấy đúng hạn đó."),
    ),
}  # fmt: skip
