"""Words of checking signatures: refusals, what a field is, what holds of a document as a whole."""

from flask_babel import lazy_gettext as _l

from domain.document_checks import Check

_OTHER_FILE = _l("Hãy chọn tệp khác.")
WORDS = {
    "detached-unreadable": (
        _l("Tệp chữ ký rời (.p7s, .p7m) không đọc được."),
        _l("Không coi chữ ký là hợp lệ; hãy xin bên gửi tệp chữ ký khác."),
    ),
    "detached-alone": (
        _l("Tệp chữ ký rời không đi kèm tệp mà nó ký."),
        _l("Hãy chọn cả tệp gốc lẫn tệp chữ ký."),
    ),
    "xml-signature-unchecked": (
        _l("Có chữ ký trong tệp, chưa kiểm tra: hệ thống không kiểm tra loại chữ ký này."),
        _l("Hãy mở tệp bằng phần mềm văn phòng để xem chữ ký, hoặc xin bản PDF đã ký."),
    ),
    "office-broken": (
        _l("Tệp Word, Excel có chữ ký nhưng cấu trúc tệp không đúng chuẩn, không kiểm tra được."),
        _l("Không coi chữ ký là hợp lệ; hãy xin bên gửi tệp khác."),
    ),
    "office-too-large": (
        _l("Tệp Word, Excel có chữ ký nhưng quá lớn khi bung ra, không kiểm tra được."),
        _l("Không coi chữ ký là hợp lệ; hãy hỏi lại bên gửi hoặc xin bản giấy."),
    ),
    "trust-bundle-large": (
        _l("Tệp quá lớn hoặc có hơn %(most)s chứng thư."),
        _l("Hãy tách tệp và thêm từng phần."),
    ),
    "trust-none-chosen": (
        _l("Chưa chứng thư nào được đánh dấu."),
        _l("Hãy so dấu vân tay rồi đánh dấu chứng thư muốn thêm."),
    ),
    "trust-purpose-unknown": (_l("Mục đích tin cậy không rõ."), _l("Hãy chọn trong danh sách.")),
    "trust-root-unchanged": (
        _l("Chứng thư này đã ở tình trạng ấy rồi."),
        _l("Hãy xem lại danh sách."),
    ),
    "reason-missing": (_l("Chưa ghi lý do."), _l("Hãy ghi lý do để lưu vào nhật ký.")),
    "check-nothing": (_l("Chưa chọn tệp nào để kiểm tra."), _OTHER_FILE),
    "check-too-large": (_l("Tệp lớn quá %(limit)s MB."), _OTHER_FILE),
}  # fmt: skip

PURPOSES = {
    "leader": _l("chữ ký của người có thẩm quyền"),
    "person": _l("chữ ký cá nhân"),
    "seal": _l("con dấu cơ quan"),
    "number": _l("ô số văn bản do cơ quan ký"),
    "date": _l("ô ngày tháng do cơ quan ký"),
    "copy": _l("chữ ký bản sao (sao y, sao lục, trích sao)"),
    "attachment": _l("chữ ký trên phụ lục, tệp kèm theo"),
    "corner": _l("khối thông tin ký ở đầu trang (bản số hóa, bản đăng)"),
    "invisible": _l("chữ ký không hiển thị trên trang"),
    "timestamp": _l("dấu thời gian của cả văn bản"),
    "detached": _l("chữ ký rời, ở tệp riêng"),
    "office": _l("chữ ký trong tệp Word, Excel"),
    "unknown": _l("không rõ; xem loại chứng thư, đừng xem hình"),
}
TRUST_PURPOSES = {
    "both": _l("Chữ ký và dấu thời gian"),
    "signing": _l("Chỉ chữ ký"),
    "stamping": _l("Chỉ dấu thời gian"),
    "helper": _l("Trung gian, không tự nó được tin cậy"),
}
TRUST_STATES = {
    "active": (_l("Đang tin cậy"), "good"),
    "suspended": (_l("Tạm dừng"), "wait"),
    "removed": (_l("Đã gỡ"), "bad"),
}
GRADES = {
    "sound": _l("còn an toàn"),
    "legacy": _l("đã cũ, tạm chấp nhận có cảnh báo"),
    "refused": _l("không còn được chấp nhận"),
}
VERDICTS = {
    "valid": _l("Chữ ký hợp lệ"),
    "untrusted": _l("Toàn vẹn nhưng chưa tin cậy được chứng thư"),
    "modified": _l("Nội dung đã thay đổi sau khi ký"),
    "broken": _l("Chữ ký hỏng"),
    "inconclusive": _l("Không kết luận được"),
    "unsigned": _l("Không có chữ ký số"),
}
CHECKS = {
    "person-signed": _l("Có chữ ký số cá nhân."),
    "person-missing": _l("Không có chữ ký số cá nhân; nếu là bản số hóa từ giấy thì xem chữ ký tay "
                         "trên ảnh."),
    "agency-signed": _l("Có chữ ký số của cơ quan."),
    "agency-missing": _l("Không có chữ ký số của cơ quan."),
    "order-right": _l("Cơ quan ký sau người có thẩm quyền (NĐ 30/2020, Điều 32)."),
    "sealed-first": _l("Cơ quan ký trước khi người có thẩm quyền ký, trái NĐ 30/2020, Điều 32."),
    "signer-agrees": _l("Người ký đúng với thông tin văn bản: %(detail)s."),
    "signer-differs": _l("Người ký khác: chứng thư ghi %(detail)s, văn bản ghi %(expected)s."),
    "position-agrees": _l("Chức vụ trong chứng thư phù hợp: %(detail)s."),
    "position-differs": _l("Chức vụ khác: chứng thư ghi %(detail)s, văn bản ghi %(expected)s."),
    "agency-agrees": _l("Chữ ký cơ quan là của cơ quan ban hành: %(detail)s."),
    "agency-differs": _l("Chữ ký cơ quan không phải của cơ quan ban hành: chứng thư ghi "
                         "%(detail)s, văn bản ghi %(expected)s."),
    "enclosure-signed": _l("Tệp kèm theo %(detail)s có chữ ký số của cơ quan."),
    "enclosure-unsigned": _l("Tệp kèm theo %(detail)s không có chữ ký số của cơ quan."),
}  # fmt: skip


def said(check: Check) -> str:
    """A check of the document in a sentence."""
    sentence = str(CHECKS[check.code])
    return sentence % vars(check) if "%(" in sentence else sentence
