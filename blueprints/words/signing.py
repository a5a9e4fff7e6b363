"""Words of refusals around signing: PINs, certificates, requests, files that are to be signed. A
sentence kept as a failure is told later without its fields, so these do without; and words for the
details that explain a verdict."""

from flask_babel import lazy_gettext as _l

_AGAIN = _l("Văn bản đã trở lại bước trước; hãy duyệt và nhập lại PIN.")
_ADMIN_CERTIFICATE = _l("Hãy nhờ quản trị viên gắn chứng thư mới ở mục Chứng thư số.")
_OTHER_P12 = _l("Hãy chọn tệp .p12/.pfx khác hoặc xin cấp lại; PIN và mật khẩu phải nhập lại.")
_OTHER_PICTURE = _l("Hãy nhờ quản trị viên tải lên ảnh PNG nền trong suốt khác.")

PINS = {
    "pin-wrong": (
        _l("PIN không đúng; còn %(left)s lần thử trước khi khóa ký bị tạm khóa 5 phút."),
        _l("Hãy nhập lại PIN của khóa ký (không phải mật khẩu đăng nhập)."),
    ),
    "pin-locked": (
        _l("Khóa ký đang tạm khóa vì nhập sai PIN 5 lần liền."),
        _l("Hãy thử lại sau %(until)s."),
    ),
    "pin-too-short": (
        _l("PIN phải có ít nhất %(shortest)s ký tự."),
        _l("Hãy đặt PIN dài hơn."),
    ),
    "pin-not-for-this": (
        _l("PIN vừa nhập không phải cho văn bản và vai trò này."),
        _l("Hãy mở lại văn bản và nhập PIN."),
    ),
    "pin-mismatch": (
        _l("Hai lần nhập PIN không giống nhau."),
        _l("Hãy nhập lại cả hai ô PIN."),
    ),
    "code-wrong": (
        _l(
            "Mã xác thực không đúng hoặc đã dùng rồi; còn %(left)s lần thử trước khi khóa ký bị "
            "tạm khóa 5 phút."
        ),
        _l("Hãy chờ ứng dụng hiện mã mới rồi nhập cả PIN và mã."),
    ),
    "code-not-matching": (
        _l("Mã vừa nhập không khớp với ứng dụng vừa thêm."),
        _l("Hãy xem giờ của điện thoại có đúng không, rồi nhập mã đang hiện."),
    ),
    "second-factor-missing": (
        _l("Chứng thư này đòi mã xác thực khi ký, mà bạn chưa bật mã xác thực."),
        _l("Hãy bật ở mục Ký số, Mã xác thực; rồi ký lại."),
    ),
    "second-factor-known": (
        _l("Bạn đã bật mã xác thực rồi."),
        _l("Muốn dùng điện thoại khác thì hãy tắt mã cũ trước."),
    ),
    "authorisation-expired": (
        _l("Lệnh ký chỉ có hiệu lực 10 phút và đã hết hạn trước khi máy ký xử lý."),
        _AGAIN,
    ),
    "authorisation-invalid": (
        _l("Lệnh ký không khớp với đúng văn bản, người ký và thời hạn đã duyệt."),
        _AGAIN,
    ),
}
CERTIFICATES = {
    "certificate-missing": (
        _l("Chưa có chứng thư số nào được gắn để ký."),
        _ADMIN_CERTIFICATE,
    ),
    "certificate-expired": (
        _l("Chứng thư số đã hết hạn nên không được dùng để ký."),
        _ADMIN_CERTIFICATE,
    ),
    "certificate-not-yet-valid": (
        _l("Chứng thư số chưa đến ngày có hiệu lực."),
        _l("Hãy ký sau ngày chứng thư có hiệu lực, hoặc nhờ quản trị viên gắn chứng thư khác."),
    ),
    "certificate-revoked": (
        _l("Chứng thư số đã bị gỡ nên không được dùng để ký."),
        _ADMIN_CERTIFICATE,
    ),
    "certificate-not-bound": (
        _l("Chứng thư đã chọn không phải của người ký hoặc cơ quan của văn bản này."),
        _AGAIN,
    ),
    "certificate-key-usage": (
        _l("Chứng thư này không được cấp để ký (thiếu mục đích ký số)."),
        _ADMIN_CERTIFICATE,
    ),
    "certificate-not-person": (
        _l("Đây là chứng thư của cơ quan; người ký phải dùng chứng thư cá nhân."),
        _OTHER_P12,
    ),
    "certificate-not-agency": (
        _l("Đây là chứng thư cá nhân; con dấu phải dùng chứng thư của cơ quan."),
        _OTHER_P12,
    ),
    "certificate-name-differs": (
        _l("Chứng thư mang tên %(subject)s, khác với người được gắn là %(person)s."),
        _l("Hãy chọn đúng người hoặc đúng tệp khóa."),
    ),
    "certificate-already-bound": (
        _l("Chứng thư này đang được gắn rồi."),
        _l("Hãy gỡ lần gắn trước, hoặc chọn chứng thư khác."),
    ),
    "certificate-broken": (_l("Tệp chứng thư không đọc được."), _l("Hãy chọn tệp PEM hoặc DER.")),
    "trust-root-broken": (
        _l("Một chứng thư gốc trong danh sách tin cậy bị hỏng."),
        _l("Hãy báo quản trị viên kiểm tra mục Chứng thư gốc."),
    ),
    "trust-root-not-authority": (
        _l("Đây không phải chứng thư của cơ quan chứng thực nên không thể làm gốc tin cậy."),
        _l("Hãy chọn tệp chứng thư gốc của cơ quan chứng thực."),
    ),
    "trust-root-known": (_l("Chứng thư gốc này đã có trong danh sách."), _l("Không cần thêm nữa.")),
    "p12-unreadable": (
        _l("Không mở được tệp khóa: tệp hỏng hoặc sai mật khẩu của tệp."),
        _OTHER_P12,
    ),
    "p12-no-key": (_l("Tệp không có khóa bí mật kèm chứng thư."), _OTHER_P12),
    "p12-key-mismatch": (_l("Khóa bí mật trong tệp không khớp với chứng thư."), _OTHER_P12),
    "p12-too-large": (_l("Tệp khóa lớn quá %(limit)s KB nên không phải tệp PKCS#12."), _OTHER_P12),
    "key-type-unsupported": (_l("Loại khóa này chưa dùng được; cần RSA hoặc EC."), _OTHER_P12),
    "key-too-weak": (
        _l("Khóa RSA %(bits)s bit quá yếu; cần ít nhất %(smallest)s bit."),
        _OTHER_P12,
    ),
    "key-sealed-broken": (
        _l("Khóa ký đang lưu không mở được trên máy chủ này."),
        _l("Hãy nhờ quản trị viên gắn lại chứng thư."),
    ),
}
REQUESTS = {
    "appointment-ended": (
        _l("Người duyệt không còn giữ chức vụ có quyền ký khi máy ký xử lý."),
        _l("Hãy trả lại văn bản và chọn người ký khác."),
    ),
    "leader-signature-missing": (
        _l("Cơ quan chỉ đóng dấu trên văn bản đã có chữ ký số hợp lệ của lãnh đạo."),
        _l("Hãy chờ lãnh đạo ký xong rồi cấp số và đóng dấu."),
    ),
    "leader-signature-invalid": (
        _l("Chữ ký số của lãnh đạo trên văn bản không hợp lệ nên không thể đóng dấu."),
        _l("Hãy báo quản trị viên; văn bản cần được ký lại."),
    ),
    "leader-certificate-other": (
        _l("Chữ ký trên văn bản không phải bằng chứng thư đã gắn cho lãnh đạo."),
        _l("Hãy báo quản trị viên; văn bản cần được ký lại."),
    ),
    "number-missing": (
        _l("Văn bản chưa có số và ngày nên chưa thể đóng dấu."),
        _l("Hãy cấp số rồi đóng dấu."),
    ),
    "number-empty": (_l("Ô số của văn bản còn trống."), _l("Hãy cấp số rồi đóng dấu.")),
    "date-empty": (_l("Ô ngày của văn bản còn trống."), _l("Hãy nhập ngày rồi đóng dấu.")),
    "signature-image-missing": (
        _l("Người ký chưa có ảnh chữ ký (NĐ 30/2020, Phụ lục I)."),
        _l("Hãy nhờ quản trị viên tải ảnh chữ ký lên rồi ký lại."),
    ),
    "seal-image-missing": (
        _l("Cơ quan chưa có ảnh con dấu (NĐ 30/2020, Phụ lục I)."),
        _l("Hãy nhờ quản trị viên tải ảnh con dấu lên rồi đóng dấu lại."),
    ),
    "seal-size": (_l("Kích thước con dấu không hợp lệ."), _OTHER_PICTURE),
    "seal-too-large": (
        _l("Con dấu lớn hơn chỗ dành cho nó trên trang."),
        _l(
            "Hãy mở “Đặt vị trí”, dịch chữ ký và con dấu xa mép trang hơn; văn bản đã trình thì"
            " trả lại để người soạn đặt lại."
        ),
    ),
    "image-broken": (_l("Ảnh chữ ký hoặc con dấu bị hỏng."), _OTHER_PICTURE),
    "image-empty": (_l("Ảnh chữ ký hoặc con dấu không có nét nào."), _OTHER_PICTURE),
    "image-too-large": (_l("Ảnh chữ ký hoặc con dấu quá lớn."), _OTHER_PICTURE),
    "image-not-transparent": (
        _l("Ảnh chữ ký hoặc con dấu không có nền trong suốt nên che mất chữ."),
        _OTHER_PICTURE,
    ),
    "font-broken": (_l("Phông chữ của máy chủ bị hỏng."), _l("Hãy báo quản trị viên.")),
    "font-missing-letters": (
        _l("Phông chữ của máy chủ thiếu chữ cần in."),
        _l("Hãy báo quản trị viên."),
    ),
    "file-damaged": (
        _l("Tệp lưu trên máy chủ bị mất hoặc hỏng."),
        _l("Hãy báo quản trị viên phục hồi từ bản sao lưu rồi thử lại."),
    ),
    "signing-failed": (
        _l("Máy ký gặp lỗi; chưa có chữ ký nào được tạo."),
        _l("Hãy thử lại; nếu vẫn lỗi, báo quản trị viên."),
    ),
    "signed-file-invalid": (
        _l("Tệp sau khi ký không qua được kiểm tra nên đã bị bỏ."),
        _l("Hãy thử lại; nếu vẫn lỗi, báo quản trị viên."),
    ),
    "signature-not-genuine": (
        _l("Chữ ký đóng tệp không đúng với nội dung tệp."),
        _l("Hãy dùng bản gốc của tệp; nếu vẫn lỗi, báo quản trị viên."),
    ),
    "pdf-locked": (
        _l("Chữ ký đã có trong tệp không cho phép thêm chữ ký này."),
        _l("Hãy dùng bản chưa ký, hoặc ký vào ô chữ ký có sẵn trong tệp."),
    ),
    "field-missing": (
        _l("Tệp không có ô chữ ký cần ký."),
        _l("Hãy lưu lại dự thảo để hệ thống chuẩn bị tệp."),
    ),
    "field-name-taken": (
        _l("Tệp đã có ô nhập liệu trùng tên với ô chữ ký cần thêm."),
        _l("Hãy in tệp ra PDF (bỏ các ô nhập liệu) rồi tải lên lại."),
    ),
    "signature-room-too-small": (
        _l("Chữ ký lớn hơn chỗ đã chừa trong tệp; chưa có chữ ký nào được thêm."),
        _l("Hãy ký lại; nếu vẫn lỗi, báo quản trị viên."),
    ),
    "too-many-signatures": (
        _l("Tệp có quá %(most)s chữ ký, không phải văn bản bình thường."),
        _l("Không coi chữ ký là hợp lệ; hãy hỏi lại bên gửi hoặc xin bản giấy."),
    ),
    "inspection-died": (
        _l("Không kiểm tra được chữ ký: tệp quá nặng hoặc làm hỏng bộ kiểm tra."),
        _l("Không coi chữ ký là hợp lệ; hãy hỏi lại bên gửi hoặc xin bản giấy."),
    ),
}
WORDS = PINS | CERTIFICATES | REQUESTS

DETAILS = {
    "algorithm-refused": _l("thuật toán quá yếu, không được chấp nhận"),
    "algorithm-weak": _l("thuật toán băm cũ (SHA-1), tạm chấp nhận có cảnh báo"),
    "byte-range-gap": _l("có dữ liệu lạ xen vào chỗ để chữ ký"),
    "byte-range-wrong": _l("vùng dữ liệu được ký khai báo sai"),
    "contents-elsewhere": _l("chữ ký bị chuyển chỗ, không nằm nơi đã khai báo"),
    "encoding-ber": _l("chữ ký mã hóa kiểu cũ (BER), tạm chấp nhận có cảnh báo"),
    "encoding-refused": _l("chữ ký mã hóa kiểu cũ (BER), đã hết hạn chấp nhận"),
    "loose-end": _l("có dữ liệu lạ nối vào cuối tệp sau khi ký"),
    "key-refused": _l("khóa quá ngắn, không được chấp nhận"),
    "key-weak": _l("khóa ngắn, sắp hết hạn chấp nhận"),
    "time-from-document-stamp": _l("thời gian theo dấu thời gian đóng cho cả văn bản"),
    "certificate-chain": _l("chuỗi chứng thư không đến được gốc tin cậy"),
    "certificate-expired": _l("chứng thư hết hạn khi ký"),
    "certificate-not-yet-valid": _l("chứng thư chưa có hiệu lực khi ký"),
    "certificate-key-usage": _l("chứng thư không được cấp để ký"),
    "certificate-revoked": _l("chứng thư đã bị thu hồi"),
    "certificate-unknown-issuer": _l("không rõ cơ quan cấp chứng thư"),
    "changed-after-signing": _l("có thay đổi không được phép sau khi ký"),
    "content-changed": _l("nội dung khác với nội dung đã ký"),
    "content-outside": _l(
        "tệp hiện cả nội dung nằm ngoài tệp (ảnh, đối tượng liên kết), chữ ký "
        "không giữ được phần ấy"
    ),
    "parts-not-signed": _l("có phần nội dung của tệp không được ký"),
    "coverage-incomplete": _l("chữ ký không bao trùm hết phần đã ký"),
    "expired-without-timestamp": _l("chứng thư đã hết hạn và chữ ký không có dấu thời gian"),
    "not-judged": _l("không xét được thay đổi sau khi ký"),
    "revocation-unknown": _l("chưa kiểm tra được tình trạng thu hồi"),
    "signature-format-unsupported": _l("định dạng chữ ký chưa hỗ trợ"),
    "signature-not-genuine": _l("chữ ký không khớp với khóa của chứng thư"),
    "signature-unreadable": _l("không đọc được chữ ký"),
    "signed-in-the-future": _l("thời điểm ký ở tương lai"),
    "timestamp-broken": _l("dấu thời gian hỏng"),
    "timestamp-ended": _l(
        "chứng thư của nơi đóng dấu thời gian đã hết hạn mà không có dấu mới hơn "
        "phủ lên, nên dấu không còn chứng minh được thời điểm"
    ),
    "timestamp-revoked": _l(
        "chứng thư của nơi đóng dấu thời gian đã bị thu hồi, nên dấu không "
        "chứng minh được thời điểm"
    ),
    "timestamp-untrusted": _l("dấu thời gian chưa tin cậy"),
}
