"""Words of refusals around outgoing documents and the files they are made of."""

from flask_babel import lazy_gettext as _l

_CHOOSE_FILE = _l("Hãy chọn tệp khác; nội dung đã nhập vẫn còn trên trang.")
_PICK_OTHER = _l("Hãy bỏ nơi nhận này và chọn lại từ danh bạ.")

WORDS = {
    "pdf-empty": (_l("Tệp PDF rỗng, không có nội dung."), _CHOOSE_FILE),
    "pdf-not-pdf": (_l("Tệp này không phải PDF dù mang đuôi .pdf."), _CHOOSE_FILE),
    "pdf-encrypted": (
        _l("Tệp PDF có mật khẩu nên không thể đọc và ký số."),
        _l("Hãy bỏ mật khẩu của tệp rồi tải lên lại."),
    ),
    "pdf-broken": (
        _l("Tệp PDF bị hỏng, không mở được."),
        _l("Hãy xuất lại tệp từ phần mềm soạn thảo rồi tải lên lại."),
    ),
    "pdf-too-large": (
        _l("Tệp PDF quá lớn."),
        _l("Hãy giảm dung lượng hoặc tách phụ lục thành tệp đính kèm."),
    ),
    "pdf-too-many-pages": (
        _l("Tệp PDF có quá nhiều trang (tối đa %(limit)s trang)."),
        _l("Hãy tách phần phụ lục thành tệp đính kèm."),
    ),
    "pdf-no-page": (_l("Tệp không có trang này."), _l("Hãy chọn trang khác.")),
    "pdf-already-signed": (
        _l("Tệp PDF đã có chữ ký số; thêm ô số, ngày, chữ ký sẽ làm hỏng chữ ký đó."),
        _l("Hãy tải lên bản chưa ký."),
    ),
    "pdf-certified": (
        _l("Tệp PDF được chứng nhận là không ai được sửa; không thêm được số, ngày, chữ ký."),
        _l("Hãy tải lên bản chưa ký; bản đã chứng nhận thì gửi làm tệp đính kèm."),
    ),
    "pdf-has-form": (
        _l("Tệp PDF có ô nhập liệu; nội dung còn có thể bị đổi sau khi ký."),
        _l("Hãy in tệp ra PDF (bỏ các ô nhập liệu) rồi tải lên lại."),
    ),
    "pdf-not-prepared": (
        _l("Tệp PDF chưa có đủ ô số, ngày và chữ ký."),
        _l("Hãy lưu lại dự thảo để hệ thống chuẩn bị tệp."),
    ),
    "places-not-found": (
        _l("Không tìm thấy chỗ ghi số, ngày hoặc chữ ký trong tệp tải lên."),
        _l("Hãy bấm “Đặt vị trí” để chỉ chỗ cho từng ô."),
    ),
    "place-outside-page": (
        _l("Ô đặt ra ngoài trang %(page)s hoặc trang này không có."),
        _l("Hãy sửa số trang và các số đo rồi xem trước lại."),
    ),
    "not-an-upload": (
        _l("Văn bản soạn trên mẫu đã có sẵn vị trí theo NĐ 30/2020."),
        _l("Hãy quay lại văn bản; không cần đặt vị trí."),
    ),
    "word-converter-missing": (
        _l("Máy chủ chưa cài LibreOffice nên không chuyển được tệp Word."),
        _l("Hãy lưu tệp thành PDF rồi tải lên, hoặc soạn trực tiếp trên mẫu."),
    ),
    "word-broken": (
        _l("Tệp Word bị hỏng hoặc không chuyển được thành PDF."),
        _l("Hãy lưu tệp thành PDF rồi tải lên."),
    ),
    "word-too-slow": (
        _l("Chuyển tệp Word thành PDF quá lâu (hơn %(seconds)s giây)."),
        _l("Hãy lưu tệp thành PDF rồi tải lên."),
    ),
    "word-old-format": (
        _l("Chỉ nhận tệp Word dạng .docx; tệp %(name)s ở dạng khác."),
        _l("Hãy lưu thành .docx hoặc PDF rồi tải lên."),
    ),
    "file-kind-unknown": (
        _l("Dự thảo chỉ nhận tệp PDF hoặc Word (.docx); không nhận %(name)s."),
        _l("Tệp loại khác hãy để ở phần đính kèm."),
    ),
    "enclosure-empty": (
        _l("Tệp đính kèm %(name)s rỗng, không có nội dung."),
        _l("Hãy chọn lại tệp."),
    ),
    "enclosure-encrypted": (
        _l("Tệp đính kèm %(name)s có mật khẩu, cơ quan không ký được và nơi nhận không mở được."),
        _l("Hãy bỏ mật khẩu của tệp rồi chọn lại."),
    ),
    "enclosure-broken": (
        _l("Tệp đính kèm %(name)s là PDF bị hỏng, không mở và không ký số được."),
        _l("Hãy xuất lại tệp từ phần mềm soạn thảo rồi chọn lại."),
    ),
    "detached-signature-wrong": (
        _l("Tệp chữ ký .p7s không khớp với tệp đi cùng."),
        _l("Hãy yêu cầu bên gửi gửi lại cả hai tệp."),
    ),
    "message-too-large": (
        _l("Văn bản và tệp đính kèm vượt quá %(limit)s MB, trục liên thông không nhận."),
        _l("Hãy bỏ bớt hoặc giảm dung lượng tệp đính kèm."),
    ),
    "document-type-unknown": (
        _l("“%(name)s” không phải là loại văn bản hành chính theo NĐ 30/2020, Điều 7."),
        _l("Hãy chọn loại trong danh sách."),
    ),
    "too-long": (_l("Nội dung dài quá %(limit)s ký tự."), _l("Hãy viết ngắn lại.")),
    "not-a-date": (_l("“%(value)s” không phải là ngày."), _l("Hãy nhập ngày, tháng, năm đúng.")),
    "not-a-number": (_l("“%(value)s” không phải là số hợp lệ."), _l("Hãy nhập lại bằng chữ số.")),
    "urgency-unknown": (_l("Mức độ khẩn không hợp lệ."), _l("Hãy chọn trong danh sách.")),
    "cosigner-twice": (
        _l("Một người chỉ ký văn bản một lần."),
        _l("Hãy chọn người cùng ký khác, hoặc “Không có”."),
    ),
    "signer-not-leader": (
        _l("Người ký phải là lãnh đạo đang giữ chức vụ của cơ quan (NĐ 30/2020, Điều 13)."),
        _l("Hãy chọn người ký trong danh sách."),
    ),
    "due-date-past": (
        _l("Hạn trả lời đã qua."),
        _l("Hãy chọn ngày từ hôm nay trở đi hoặc để trống."),
    ),
    "recipient-unknown": (_l("Danh bạ không có cơ quan mang mã %(organ)s."), _PICK_OTHER),
    "recipient-locked": (
        _l("%(name)s (%(organ)s) đang tạm ngừng nhận văn bản trên trục liên thông."),
        _PICK_OTHER,
    ),
    "recipient-dissolved": (
        _l("%(name)s (%(organ)s) đã giải thể hoặc sáp nhập. Cơ quan kế thừa: %(successor)s."),
        _l("Hãy bỏ nơi nhận này và chọn cơ quan kế thừa."),
    ),
    "recipient-self": (
        _l("%(name)s là chính cơ quan ban hành, không gửi liên thông cho mình."),
        _PICK_OTHER,
    ),
    "recipients-missing": (
        _l("Văn bản không có nơi nhận nào trên trục liên thông nên không gửi được."),
        _l("Văn bản đã phát hành; hãy gửi bản giấy theo mục “Nơi nhận”."),
    ),
    "draft-not-ready": (
        _l("Dự thảo chưa có đủ chỗ ghi số, ngày và chữ ký nên chưa trình được."),
        _l("Hãy bấm “Đặt vị trí” hoặc tải lên tệp khác."),
    ),
    "already-issued": (
        _l("Văn bản đã phát hành; trang của văn bản có bản đã ký."),
        _l("Hãy mở văn bản để xem."),
    ),
    "document-changed": (
        _l("Văn bản đã thay đổi sau khi bạn mở xem; chỉ được ký đúng nội dung đã đọc."),
        _l("Hãy tải lại trang, đọc bản mới rồi ký."),
    ),
    "number-taken": (
        _l("Số %(wanted)s vừa được cấp cho văn bản khác; số kế tiếp là %(next)s."),
        _l("Ô số đã được cập nhật; hãy kiểm tra rồi gửi lại."),
    ),
    "number-not-next": (
        _l("Số phải lấy liên tục, số kế tiếp là %(next)s."),
        _l("Ô số đã được cập nhật; hãy kiểm tra rồi gửi lại."),
    ),
    "register-closed": (
        _l("%(name)s đã khóa."),
        _l("Hãy chọn ngày thuộc năm có sổ đang mở, hoặc nhờ quản trị mở sổ."),
    ),
    "issued-in-future": (
        _l("Ngày văn bản không được sau hôm nay."),
        _l("Ngày văn bản là ngày phát hành; hãy chọn lại."),
    ),
    "issued-too-old": (
        _l("Ngày văn bản không được trước %(first)s."),
        _l("Sổ chỉ nhận ngày của năm nay và năm trước; hãy chọn lại."),
    ),
    "issued-before-last": (
        _l("Ngày văn bản sớm hơn ngày của số vừa cấp: %(reference)s ngày %(last)s "
           "(NĐ 30/2020, Điều 15: số và ngày liên tục)."),
        _l("Hãy chọn từ ngày đó trở đi."),
    ),
    "draft-made": (
        _l("Trang này đã lưu thành một dự thảo rồi; nội dung dưới đây khác dự thảo đó."),
        _l("Hãy mở dự thảo đã lưu để sửa; nếu muốn lập thêm dự thảo khác, bấm Lưu lần nữa."),
    ),
    "issued-before-signing": (
        _l("Ngày văn bản sớm hơn ngày lãnh đạo ký số (%(signed)s)."),
        _l("Hãy sửa ngày, hoặc đánh dấu “Vẫn dùng ngày này” rồi phát hành."),
    ),
}  # fmt: skip
