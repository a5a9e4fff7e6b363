"""Words of refusals around certified copies."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "copy-of-electronic": (
        _l("Văn bản điện tử không sao y, sao lục thành bản điện tử (NĐ 30/2020, Điều 25)."),
        _l("Hãy gửi chính văn bản điện tử với chữ ký của nó, chọn bản sao giấy, hoặc trích sao."),
    ),
    "copy-source-signed": (
        _l("Tệp đã có chữ ký số: đây là văn bản điện tử, không phải bản quét văn bản giấy."),
        _l("Hãy gửi chính tệp đó, chọn bản sao giấy, hoặc tải lên bản quét chưa ký."),
    ),
    "copy-no-file": (
        _l("Văn bản này không có tệp PDF để sao."),
        _l("Hãy mở “Đề nghị sao” ở mục Bản sao và tải tệp quét lên."),
    ),
    "signer-not-approver": (
        _l("Người này không được giao ký bản sao (NĐ 30/2020, Điều 27)."),
        _l("Hãy chọn một người trong danh sách."),
    ),
    "copy-approver-not-named": (
        _l("Người đứng đầu cơ quan không còn giao %(person)s duyệt bản sao (NĐ 30/2020, Điều 27)."),
        _l("Hãy đề nghị sao lại, chọn người khác; hoặc nhờ quản trị viên sửa ở trang Cơ quan."),
    ),
    "copy-not-issued": (
        _l("Chỉ gửi kèm được bản sao điện tử đã phát hành."),
        _l("Hãy cấp số, ký số bản sao trước; bản sao giấy thì gửi qua bưu điện."),
    ),
    "copies-range": (
        _l("Số bản phải từ 1 đến %(most)s."),
        _l("Hãy nhập lại số bản."),
    ),
}
