"""Words of refusals around incoming documents."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "arrival-date-future": (
        _l("Ngày đến không được sau hôm nay (NĐ 30/2020, Điều 22: đăng ký khi văn bản đến)."),
        _l("Hãy nhập ngày văn bản thực sự đến."),
    ),
    "arrival-date-old": (
        _l("Ngày đến không được trước %(first)s."),
        _l("Sổ chỉ nhận ngày đến của năm nay và năm trước; hãy nhập lại."),
    ),
    "deadline-before-issue": (
        _l("Hạn xử lý trước cả ngày văn bản."),
        _l("Hãy kiểm tra lại hai ngày trên bản giấy."),
    ),
    "stamp-not-registered": (
        _l("Văn bản chưa vào sổ nên chưa có số đến để đóng dấu ĐẾN."),
        _l("Hãy tiếp nhận và vào sổ văn bản trước."),
    ),
    "stamp-no-page": (
        _l("Văn bản không có tệp PDF để hiện dấu ĐẾN."),
        _l("Hãy in tệp gốc và đóng dấu ĐẾN bằng tay."),
    ),
    "stamp-outside-page": (
        _l("Dấu ĐẾN (50 × 35 mm) nằm ra ngoài trang."),
        _l("Cách mép trái nhiều nhất %(left)s mm, cách mép trên nhiều nhất %(top)s mm."),
    ),
    "form-used": (
        _l("Trang này đã dùng để vào sổ văn bản số đến %(number)s; nội dung dưới đây khác "
           "văn bản đó."),
        _l("Nếu là văn bản khác, hãy kiểm tra các ô, chọn lại tệp quét rồi bấm Vào sổ lần nữa."),
    ),
    "deadline-past": (
        _l("Hạn xử lý đã qua."),
        _l("Hãy chọn ngày từ hôm nay trở đi."),
    ),
    "days-range": (
        _l("Số ngày làm việc phải từ 1 đến %(most)s."),
        _l("Hãy nhập lại, hoặc chọn ngày cụ thể."),
    ),
    "leader-unknown": (
        _l("Chưa chọn lãnh đạo đang giữ chức vụ trong cơ quan."),
        _l("Hãy chọn lãnh đạo trong danh sách."),
    ),
    "unit-twice": (
        _l("%(unit)s được chọn hai lần; mỗi đơn vị chỉ giữ một vai trò."),
        _l("Hãy bỏ bớt một lựa chọn."),
    ),
    "secret-no-file": (
        _l("Văn bản độ mật “%(secrecy)s” không được đưa tệp vào hệ thống (bí mật nhà nước)."),
        _l("Tệp đã bị bỏ, không được lưu; hãy vào sổ chỉ với thông tin, hoặc sửa lại độ mật."),
    ),
    "secrecy-unknown": (
        _l("Độ mật không hợp lệ."),
        _l("Hãy chọn Mật, Tối mật, Tuyệt mật hoặc để trống."),
    ),
    "issued-after-arrival": (
        _l("Ngày văn bản sau ngày đến."),
        _l("Hãy kiểm tra lại hai ngày trên bản giấy."),
    ),
    "duplicate-paper": (
        _l("Đã có văn bản cùng cơ quan ban hành, số ký hiệu %(reference)s và ngày "
           "(số đến %(number)s)."),
        _l("Hãy mở văn bản kia để so; nếu vẫn là văn bản khác, đánh dấu xác nhận rồi vào sổ."),
    ),
    "scan-type": (
        _l("Bản quét chỉ nhận PDF, PNG, JPEG hoặc TIFF; không nhận %(name)s."),
        _l("Hãy quét lại thành PDF rồi tải lên; nội dung đã nhập vẫn còn."),
    ),
    "picture-broken": (
        _l("Tệp ảnh bị hỏng hoặc quá lớn, không mở được."),
        _l("Hãy quét lại (PDF, 200 dpi) rồi tải lên."),
    ),
    "upload-gone": (
        _l("Tệp tải lên trước đó không còn: đã quá một ngày, hoặc văn bản đã được vào sổ với "
           "tệp ấy."),
        _l("Hãy tìm xem văn bản đã có trong sổ chưa; nếu chưa, chọn lại tệp. Nội dung đã nhập "
           "vẫn còn."),
    ),
}  # fmt: skip
