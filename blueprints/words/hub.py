"""Words of the hub's refusals."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "account-agency-unknown": (
        _l("Mã %(recipient)s chưa có trong danh bạ nên chưa mở được kết nối."),
        _l("Hãy thêm cơ quan vào danh bạ trước, rồi quay lại mở kết nối."),
    ),
    "account-exists": (
        _l("Cơ quan %(recipient)s đã có kết nối; mỗi mã định danh chỉ có một."),
        _l("Nếu mất khóa bí mật, hãy bấm Đổi khóa ở danh sách hệ thống kết nối."),
    ),
    "directory-code-malformed": (
        _l("Mã định danh chỉ gồm chữ không dấu, số, dấu chấm, gạch; tối đa 35 ký tự."),
        _l("Hãy sửa mã rồi lưu lại."),
    ),
    "directory-code-taken": (
        _l("Mã %(recipient)s đã thuộc về %(name)s; một mã chỉ cho một cơ quan."),
        _l("Hãy kiểm tra lại mã, hoặc mở cơ quan ấy để sửa."),
    ),
    "directory-parent-unknown": (
        _l("Không có cơ quan nào mang mã %(recipient)s để làm cấp trên."),
        _l("Hãy tìm mã đúng trong danh bạ, hoặc để trống."),
    ),
    "directory-forward-nowhere": (
        _l("Chuyển tiếp cần có mã cơ quan kế thừa."),
        _l("Hãy nhập mã kế thừa, hoặc bỏ chọn chuyển tiếp."),
    ),
    "import-cell": (
        _l("Cột %(column)s không đọc được: “%(cell)s”."),
        _l("Hãy sửa ô này trong tệp rồi nhập lại; ngày ghi như 22/11/2026, đánh dấu bằng x."),
    ),
    "import-days": (
        _l("Ngày hết hiệu lực sớm hơn ngày bắt đầu."),
        _l("Hãy sửa ngày trong tệp rồi nhập lại."),
    ),
    "import-no-name": (
        _l("Thiếu tên cơ quan."),
        _l("Hãy điền tên trong tệp rồi nhập lại."),
    ),
    "import-twice": (
        _l("Mã %(recipient)s đã có ở một dòng phía trên của tệp."),
        _l("Hãy giữ một dòng cho mỗi mã rồi nhập lại."),
    ),
    "sheet-no-heading": (
        _l("Tệp không có dòng tiêu đề với hai cột Mã định danh và Tên cơ quan."),
        _l("Hãy tải danh bạ về để có tệp mẫu, điền theo các cột ấy rồi nhập lại."),
    ),
    "sheet-too-large": (
        _l("Tệp quá lớn: tối đa %(rows)s dòng, %(megabytes)s MB."),
        _l("Hãy chia thành nhiều tệp rồi nhập từng tệp."),
    ),
    "sheet-unreadable": (
        _l("Không đọc được tệp: cần tệp XLSX hoặc CSV (mã UTF-8)."),
        _l("Hãy lưu lại bằng Excel hoặc LibreOffice với định dạng ấy rồi nhập lại."),
    ),
    "sheet-not-calculated": (
        _l("Tệp có ô công thức chưa có kết quả, đọc vào sẽ thành ô trống."),
        _l("Hãy mở tệp bằng Excel hoặc LibreOffice, lưu lại rồi nhập lại."),
    ),
    "directory-since-early": (
        _l("Ngày giải thể không thể sớm như vậy."),
        _l("Hãy nhập lại ngày."),
    ),
    "directory-successor-unknown": (
        _l("Mã kế thừa %(recipient)s không có trong danh bạ, đã giải thể, hoặc là chính nó."),
        _l("Hãy nhập mã một cơ quan đang hoạt động, hoặc để trống."),
    ),
    "payload-removed": (
        _l("Nội dung gói tin đã hết thời hạn lưu và đã được xóa khỏi trục."),
        _l("Hãy báo bên gửi gửi lại văn bản."),
    ),
}
