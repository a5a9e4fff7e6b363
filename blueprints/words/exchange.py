"""Words of what can stand in the way of a package, outwards and inwards."""

from flask_babel import lazy_gettext as _l

_SELF = _l("Không cần làm gì: hệ thống sẽ tự gửi lại khi trục liên lạc được.")
_ASK_SENDER = _l("Hãy báo cơ quan gửi kiểm tra và gửi lại; gói gốc vẫn được giữ ở đây.")

WORDS = {
    "hub-away": (_l("Trục liên thông đang không liên lạc được."), _SELF),
    "axis-refused": (
        _l("Trục liên thông từ chối (mã %(number)s): %(said)s."),
        _l("Hãy sửa nguyên nhân trục nêu rồi bấm “Gửi lại”, hoặc báo quản trị viên."),
    ),
    "axis-refused-15": (
        _l("Trục không nhận ra hệ thống này: sai mã hệ thống hoặc khóa bí mật (%(said)s)."),
        _l("Hãy nhờ quản trị viên kiểm tra liên kết với trục."),
    ),
    "axis-refused-18": (
        _l("Trục không có nơi nhận này trong danh bạ, hoặc cơ quan đã giải thể (%(said)s)."),
        _l("Hãy xem lại nơi nhận, gửi cho cơ quan kế thừa nếu có, rồi bấm “Gửi lại”."),
    ),
    "axis-refused-19": (
        _l("Trục không cho hệ thống này gửi: bị khóa hoặc sai mã cơ quan gửi (%(said)s)."),
        _l("Hãy liên hệ đơn vị vận hành trục."),
    ),
    "axis-refused-23": (
        _l("Trục đang khóa nơi nhận này (%(said)s)."),
        _l("Hãy đợi trục mở khóa rồi bấm “Gửi lại”, hoặc liên hệ đơn vị vận hành trục."),
    ),
    "axis-refused-27": (
        _l("Trục đã nhận một văn bản khác mang mã này (%(said)s)."),
        _l("Hãy báo quản trị viên; không gửi lại bằng cách khác."),
    ),
    "secret-rotated": (
        _l("Khóa bí mật vừa được đổi trong một lần bấm khác; khóa mới đã hiện ở lần đó."),
        _l("Hãy dùng khóa đã hiện. Nếu không giữ lại được, mở lại trang này rồi tạo khóa mới."),
    ),
    "hub-link-missing": (
        _l("Cơ quan chưa được kết nối với trục liên thông nên chưa gửi, nhận được."),
        _l("Hãy nhờ quản trị viên khai báo địa chỉ trục, mã hệ thống và khóa bí mật."),
    ),
    "axis-endpoint-invalid": (
        _l("Địa chỉ trục liên thông không hợp lệ: %(endpoint)s."),
        _l("Hãy nhập địa chỉ dạng https://máy-chủ/đường-dẫn, không có dấu ? hay #."),
    ),
    "attachment-empty": (
        _l("Tệp đính kèm %(name)s rỗng nên không đóng gói được."),
        _l("Hãy thay tệp đính kèm rồi gửi lại."),
    ),
    "recipient-gone": (
        _l("Cơ quan nhận trên máy chủ này không còn hoạt động."),
        _l("Hãy gửi cho cơ quan kế thừa."),
    ),
    "recipient-failed": (
        _l("Hệ thống của nơi nhận báo không nhận được gói tin."),
        _l("Hãy liên hệ nơi nhận; trục sẽ chuyển lại cho họ sau một giờ."),
    ),
    "recipient-unreachable": (
        _l("Danh bạ không còn nhận văn bản gửi tới cơ quan này; các nơi khác vẫn được gửi."),
        _l("Hãy đợi danh bạ cập nhật rồi gửi lại, hoặc gửi cho cơ quan kế thừa."),
    ),
    "packages-left": (
        _l("%(detail)s gói tin trên trục chưa lấy được vì lỗi của hệ thống này."),
        _l("Hệ thống tự thử lại ở mỗi lần hỏi trục; nếu còn mãi, hãy báo quản trị viên."),
    ),
    "package-malformed": (
        _l("Gói tin đến không đọc được (%(reason)s)."),
        _ASK_SENDER,
    ),
    "package-too-large": (
        _l("Gói tin lớn hơn %(detail)s MB, mức lớn nhất đã cấu hình ở đây."),
        _l("Hãy gửi bằng cách khác, hoặc nhờ quản trị viên nâng VANTHU_MAX_PACKAGE_MB."),
    ),
    "package-foreign-namespace": (
        _l("Gói tin đến không theo QCVN 102:2016/BTTTT (không gian tên %(namespace)s)."),
        _ASK_SENDER,
    ),
    "package-key-unusable": (
        _l("Khóa ký gói tin đã cấu hình không dùng được."),
        _l("Quản trị viên kiểm tra tệp khóa VANTHU_PACKAGE_KEY; sau đó gửi lại."),
    ),
    "same-id-other-bytes": (
        _l("Gói tin mang mã của một văn bản đã nhận nhưng nội dung khác; không nhận."),
        _l("Hãy hỏi cơ quan gửi bản nào đúng; bản nhận trước vẫn giữ nguyên."),
    ),
    "duplicate": (
        _l("Gói tin này đã nhận trước đó; không tạo văn bản đến lần nữa."),
        _l("Không cần làm gì."),
    ),
    "business-kind": (
        _l("Gói tin thu hồi, cập nhật hoặc thay thế một văn bản đã nhận (loại %(detail)s)."),
        _l("Hãy mở gói tin, tìm văn bản cùng mã và xử lý theo yêu cầu của nơi gửi."),
    ),
    "status-unknown-document": (
        _l("Trạng thái báo về cho một văn bản mà cơ quan này không gửi cho nơi báo."),
        _l("Không cần làm gì; nếu lặp lại, hãy hỏi cơ quan báo trạng thái."),
    ),
    "lease-lost": (
        _l("Một tiến trình khác đang làm việc này."),
        _l("Hãy tải lại trang sau ít phút."),
    ),
}
