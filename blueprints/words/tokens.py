"""Words of refusals around a person's own token. Those of the machine endpoints are shown on the
person's computer as they are; those of what came back stand on the page of the request."""

from flask_babel import lazy_gettext as _l

_AGAIN = _l("Hãy ký lại bằng token, hoặc bấm Thôi ký bằng token.")
_ASK_ANEW = _l("Văn bản đã trở lại bước trước; khi cần hãy duyệt lại.")
_PAIR_ANEW = _l("Hãy mở trang Token cá nhân, lấy mã mới và ghép lại máy này.")
_OPEN_PAGE = _l("Hãy mở lại trang ký bằng token của văn bản trên Vanthu.")
_ADMIN = _l("Hãy báo quản trị viên.")

AGENT = {
    "pairing-code-wrong": (
        _l("Mã ghép sai, đã dùng rồi hoặc đã quá 10 phút."),
        _l("Hãy lấy mã mới ở trang Token cá nhân rồi nhập lại."),
    ),
    "device-unknown": (_l("Máy này chưa ghép hoặc đã bị thu hồi."), _PAIR_ANEW),
    "token-call-broken": (_l("Chương trình ký gửi yêu cầu không đúng."), _ADMIN),
    "token-call-unknown": (
        _l("Máy chủ không có địa chỉ này."),
        _l("Hãy kiểm tra địa chỉ máy chủ, hoặc cài bản mới của chương trình ký."),
    ),
    "token-call-failed": (
        _l("Máy chủ gặp lỗi."),
        _l("Hãy thử lại; nếu vẫn lỗi, báo quản trị viên."),
    ),
    "token-not-awaited": (
        _l("Văn bản này không còn chờ token: đã ký, đã thôi hoặc đã hết hạn."),
        _l("Hãy tải lại danh sách rồi ký các văn bản còn lại."),
    ),
    "token-answer-late": (
        _l("Chữ ký đến muộn: nội dung đã được chuẩn bị lại, hoặc quá 10 phút."),
        _l("Hãy ký lại văn bản này từ đầu."),
    ),
    "token-signature-wrong": (
        _l("Chữ ký không phải của chứng thư đã gắn, hoặc không phải trên văn bản này."),
        _l("Hãy cắm đúng token rồi ký lại."),
    ),
    "file-pass-gone": (
        _l("Địa chỉ tệp này đã dùng rồi, đã hết hạn hoặc không đúng."),
        _OPEN_PAGE,
    ),
}
REQUESTS = {
    "token-abandoned": (_l("Người ký đã thôi ký bằng token."), _ASK_ANEW),
    "token-late": (_l("Quá 24 giờ mà chưa có chữ ký của token."), _ASK_ANEW),
    "key-on-token": (
        _l("Khóa ký nằm trong token của bạn nên không có PIN ở đây."),
        _l("PIN của token đổi bằng phần mềm của nơi cấp token; ở đây ký không cần PIN."),
    ),
    "token-file-beside": (
        _l("Tệp này không phải PDF hoặc đã bị khóa, nên phần mềm VGCA không ký được vào trong."),
        _l("Hãy ký tệp này bằng chương trình signing-agent (cách 1)."),
    ),
    "token-block-refused": (
        _l("Tệp đính kèm này không nhận thêm chữ ký vào trong."),
        _l("Hãy ký lại: lần tới chữ ký nằm ở tệp .p7s đi kèm. Các tệp khác đã ký giữ nguyên."),
    ),
    "token-three-signatures": (
        _l("Lãnh đạo đã ký bằng phần mềm VGCA, nên số và ngày phải là chữ ký riêng của cơ quan."),
        _l("Hãy dùng nút ký bằng VGCA Sign Service cho văn bản này."),
    ),
    "certificate-not-yours": (
        _l("Chứng thư này không phải của người ghép máy hay của cơ quan họ làm văn thư."),
        _l("Nếu cần gắn, hãy nhờ quản trị viên tải chứng thư lên ở mục Chứng thư số."),
    ),
}
OWN = {
    "own-token-removed": (
        _l("Rút thẻ giữa chừng: những tệp đã ký vẫn giữ nguyên, phần còn lại vẫn chờ."),
        _l("Hãy cắm lại token rồi chạy lại chương trình ký; không phải ký lại phần đã xong."),
    ),
    "own-token-absent": (
        _l("Chương trình ký không thấy token nào ở máy."),
        _l("Hãy cắm token, chờ đèn sáng rồi chạy lại chương trình ký."),
    ),
    "own-token-other": (
        _l("Token đang cắm không có chứng thư đã gắn cho việc ký này."),
        _l("Hãy cắm đúng token; nếu vừa được cấp chứng thư mới, nhờ quản trị viên gắn lại."),
    ),
    "own-token-pin-wrong": (
        _l("Token báo PIN không đúng."),
        _l("Hãy chạy lại và nhập đúng PIN của token; nhập sai nhiều lần token sẽ tự khóa."),
    ),
    "own-token-pin-locked": (
        _l("Token đã tự khóa vì nhập sai PIN nhiều lần."),
        _l(
            "Hãy liên hệ nơi cấp token để mở khóa. Nếu gấp, bấm Thôi ký bằng token và dùng khóa "
            "ký khác."
        ),
    ),
    "own-token-fault": (
        _l("Token báo lỗi khi ký."),
        _l("Hãy rút token ra, cắm lại rồi chạy lại chương trình ký."),
    ),
    "own-token-suspicious": (
        _l("Chương trình ký thấy nội dung phải ký không khớp với tệp nên đã từ chối ký."),
        _l("Đừng ký. Hãy báo quản trị viên: đường truyền hoặc máy chủ có thể đã bị can thiệp."),
    ),
    "own-token-stopped": (
        _l("Người ký đã dừng ở máy có token; phần chưa ký vẫn chờ."),
        _l("Khi sẵn sàng, hãy chạy lại chương trình ký."),
    ),
}
RETURNED = {
    "returned-empty": (_l("Phần mềm ký gửi về một tệp rỗng."), _AGAIN),
    "returned-too-large": (_l("Tệp gửi về lớn hơn văn bản quá nhiều nên không được nhận."), _AGAIN),
    "returned-other-file": (
        _l("Tệp gửi về không phải văn bản này, hoặc nội dung đã bị viết lại."),
        _AGAIN,
    ),
    "returned-unsigned": (
        _l("Tệp gửi về không có chữ ký mới nào, hoặc có nhiều chữ ký hơn mức cho phép."),
        _AGAIN,
    ),
    "returned-certificate-other": (
        _l("Tệp được ký bằng chứng thư khác với chứng thư đã gắn cho việc ký này."),
        _l("Hãy cắm đúng token, chọn đúng chứng thư rồi ký lại."),
    ),
    "returned-field-taken": (_l("Chữ ký nằm ở ô dành cho người khác."), _AGAIN),
    "returned-changed": (
        _l("Ngoài chữ ký, tệp gửi về còn bị thay đổi nội dung nên không được nhận."),
        _AGAIN,
    ),
    "returned-signature-invalid": (
        _l("Chữ ký trong tệp gửi về không hợp lệ, không bao trùm cả tệp, hoặc làm hỏng chữ ký "
           "trước đó."),
        _AGAIN,
    ),
    "returned-algorithm-weak": (
        _l("Phần mềm ký dùng thuật toán băm cũ (SHA-1) nên chữ ký không được nhận."),
        _l("Hãy chọn SHA-256 trong cấu hình phần mềm ký rồi ký lại."),
    ),
    "returned-number-other": (
        _l("Số in trên trang đầu của tệp gửi về khác với số đã cấp trong sổ, hoặc không đọc được."),
        _l("Hãy ký lại và giữ đúng số mà Vanthu đưa sang phần mềm ký."),
    ),
}  # fmt: skip
WORDS = AGENT | REQUESTS | OWN | RETURNED
