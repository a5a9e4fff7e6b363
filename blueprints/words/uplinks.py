"""Words of a hub's lines to other axes: refusals of its pages, and what keeps a package back."""

from flask_babel import lazy_gettext as _l

_WAIT = _l("Không cần làm gì: trục tự chuyển lại.")

WORDS = {
    "route-malformed": (
        _l("Mẫu mã chỉ gồm chữ không dấu, số, dấu chấm, gạch, với một dấu * ở đầu hoặc ở cuối."),
        _l("Ví dụ H49* hoặc *.H49; một dấu * đứng riêng là mọi mã không có trong danh bạ."),
    ),
    "route-taken": (
        _l("Mẫu mã %(pattern)s đã có tuyến; một mẫu chỉ đi một đường."),
        _l("Hãy bỏ tuyến cũ trước, rồi thêm tuyến mới."),
    ),
    "route-target-unknown": (
        _l("Chưa chọn đường đi, hoặc đường đi ấy không còn."),
        _l("Hãy chọn một kết nối hoặc một hệ thống trong danh sách."),
    ),
    "uplink-closed": (_l("Kết nối lên trục này đang đóng."), _l("Hãy mở lại kết nối.")),
    "delivery-held": (_l("Lượt giao đang được giữ lại."), _l("Hãy thôi giữ ở trang gói tin.")),
    "axis-loop": (
        _l("Gói tin đã qua trục này (%(detail)s) nên không nhận, để tránh đi vòng."),
        _l("Hãy xem lại tuyến theo mã ở đây và ở trục kia."),
    ),
    "axis-bad-edxml": (
        _l("Gói tin từ trục kia không đúng edXML (%(detail)s)."),
        _l("Hãy báo đơn vị vận hành trục kia; gói gốc vẫn được giữ."),
    ),
    "axis-unknown-recipient": (
        _l("Nơi nhận %(detail)s không có trong danh bạ của trục này."),
        _l("Hãy thêm cơ quan vào danh bạ hoặc thêm tuyến; trục kia sẽ giao lại."),
    ),
    "axis-recipient-dissolved": (
        _l("Nơi nhận đã giải thể (%(detail)s)."),
        _l("Hãy báo nơi gửi cơ quan kế thừa."),
    ),
    "axis-recipient-early": (
        _l("Nơi nhận chưa đến ngày hoạt động (%(detail)s)."),
        _l("Hãy sửa ngày có hiệu lực trong danh bạ nếu sai; trục kia sẽ giao lại."),
    ),
    "axis-recipient-locked": (
        _l("Nơi nhận %(detail)s đang bị khóa."),
        _l("Hãy mở khóa trong danh bạ; trục kia sẽ giao lại."),
    ),
    "axis-same-id-other-bytes": (
        _l("Nơi nhận đã có văn bản mang mã này với nội dung khác (%(detail)s)."),
        _l("Hãy hỏi nơi gửi bản nào đúng; bản nhận trước vẫn giữ nguyên."),
    ),
    "axis-no-recipient": (
        _l("Gói tin từ trục kia không có nơi nhận."),
        _l("Hãy báo đơn vị vận hành trục kia."),
    ),
    "axis-busy": (_l("Nhiều tiến trình cùng ghi gói tin này."), _WAIT),
}
