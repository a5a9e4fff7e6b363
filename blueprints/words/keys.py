"""Words of refusals around the holders of signing keys: tokens, remote signing services, and the
certificates bound to them. A sentence kept as a failure is told later without its fields."""

from flask_babel import lazy_gettext as _l

_NEW_SECRET = _l("Hãy nhờ quản trị viên gắn lại chứng thư với PIN đúng ở mục Chứng thư số.")
_ADMIN = _l("Hãy báo quản trị viên.")
_OTHER_KEY = _l("Hãy chọn khóa khác.")

BINDINGS = {
    "certificate-unconfirmed": (
        _l("Chứng thư vừa nạp chưa được quản trị viên xem lại và đưa vào sử dụng."),
        _l("Hãy nhờ quản trị viên bấm Đưa vào sử dụng ở mục Chứng thư số."),
    ),
    "certificate-suspended": (
        _l("Chứng thư số đang bị tạm ngưng nên không được dùng để ký."),
        _l("Hãy nhờ quản trị viên cho dùng lại, hoặc gắn chứng thư khác."),
    ),
    "certificate-secret-refused": (
        _l(
            "Token hoặc dịch vụ ký đã không nhận PIN lưu cùng chứng thư; hệ thống không thử lại để "
            "token không bị khóa."
        ),
        _NEW_SECRET,
    ),
    "certificate-not-pending": (
        _l("Chứng thư này đã được đưa vào sử dụng hoặc đã gỡ."),
        _l("Hãy tải lại trang."),
    ),
    "otp-not-wanted": (
        _l("Khóa ký của bạn không dùng mã OTP của dịch vụ ký từ xa."),
        _l("Chỉ cần nhập PIN."),
    ),
    "otp-wrong": (
        _l(
            "Mã OTP không đúng hoặc đã hết hạn; còn %(left)s lần thử trước khi khóa ký bị tạm khóa "
            "5 phút."
        ),
        _l("Hãy lấy mã OTP mới rồi nhập cả PIN và mã."),
    ),
}
TOKENS = {
    "token-absent": (
        _l("Không thấy token hoặc HSM: đã rút ra, mất điện hoặc chưa khởi động."),
        _l("Hãy cắm lại token vào máy chủ rồi ký lại; chưa có gì bị mất."),
    ),
    "token-failed": (
        _l("Token hoặc HSM không làm việc được lúc này."),
        _l("Hãy thử lại; nếu vẫn lỗi, báo quản trị viên xem thiết bị và thư viện của nó."),
    ),
    "token-pin-refused": (_l("Token không nhận PIN của nó; hệ thống không thử lại."), _NEW_SECRET),
    "token-pin-locked": (
        _l("Token đã tự khóa vì nhập sai PIN quá nhiều lần."),
        _l("Hãy nhờ quản trị viên mở khóa token bằng PIN quản trị (SO PIN) rồi gắn lại chứng thư."),
    ),
    "token-no-key": (
        _l("Trên token không có khóa bí mật kèm chứng thư như đã chọn."),
        _l("Hãy xem lại token và mã khóa (CKA_ID)."),
    ),
    "token-many-keys": (_l("Trên token có nhiều khóa: %(ids)s."), _l("Hãy nhập mã của một khóa.")),
    "token-ambiguous": (
        _l("Có nhiều token cùng nhãn."),
        _l("Hãy rút bớt, hoặc đặt nhãn khác nhau cho chúng."),
    ),
    "token-module-missing": (
        _l("Máy chủ chưa được cài thư viện PKCS#11 này."),
        _l("Hãy nhờ người vận hành khai báo ở VANTHU_PKCS11_MODULES."),
    ),
}
SERVICES = {
    "csc-address": (
        _l("Địa chỉ dịch vụ ký phải là https và kết thúc bằng /v1 hoặc /v2."),
        _l("Hãy hỏi nhà cung cấp địa chỉ gốc của giao diện CSC."),
    ),
    "csc-away": (
        _l("Dịch vụ ký từ xa không trả lời hoặc đang lỗi."),
        _l("Hãy thử lại sau ít phút; chưa có gì bị mất."),
    ),
    "csc-access-refused": (
        _l("Dịch vụ ký từ xa không nhận tài khoản truy cập của máy chủ này."),
        _l("Hãy báo quản trị viên xem lại mã khách hàng và khóa bí mật rồi gắn lại chứng thư."),
    ),
    "csc-pin-refused": (_l("Dịch vụ ký từ xa không nhận PIN của khóa."), _NEW_SECRET),
    "csc-otp-wrong": (
        _l("Dịch vụ ký từ xa không nhận mã OTP: sai, đã dùng hoặc hết hạn."),
        _l("Văn bản đã trở lại bước trước; hãy lấy mã OTP mới rồi ký lại."),
    ),
    "csc-sad-expired": (
        _l("Lệnh cho phép của dịch vụ ký từ xa đã hết hạn trước khi ký xong."),
        _l("Văn bản đã trở lại bước trước; hãy ký lại với mã OTP mới."),
    ),
    "csc-refused": (_l("Dịch vụ ký từ xa từ chối ký."), _ADMIN),
    "csc-no-credential": (_l("Tài khoản này không có khóa nào ở dịch vụ ký."), _OTHER_KEY),
    "csc-many-credentials": (
        _l("Tài khoản này có nhiều khóa: %(ids)s."),
        _l("Hãy nhập mã của một khóa."),
    ),
    "csc-credential-disabled": (_l("Khóa này đang bị tắt ở dịch vụ ký."), _OTHER_KEY),
    "csc-credential-unguarded": (
        _l("Khóa này ký được mà không cần PIN hay OTP nên không an toàn để gắn."),
        _l("Hãy yêu cầu nhà cung cấp đặt PIN hoặc OTP cho khóa."),
    ),
    "csc-algorithm": (
        _l("Khóa này ở dịch vụ ký không ký được RSA (PKCS#1 v1.5, PSS) hay ECDSA với SHA-256."),
        _l("Hãy yêu cầu nhà cung cấp mở thuật toán này cho khóa, hoặc chọn khóa khác."),
    ),
    "csc-three-signatures": (
        _l("Văn bản này cần ba chữ ký nối tiếp nhau của cơ quan, vì lãnh đạo ký bằng VGCA."),
        _l("Một mã OTP của dịch vụ ký không đủ; hãy đóng dấu bằng khóa khác của cơ quan."),
    ),
    "csc-hash-other": (
        _l("Tệp cần ký không còn là tệp mà dịch vụ ký đã cho phép."),
        _l("Hãy ký lại với mã OTP mới; vẫn không được thì dùng khóa khác."),
    ),
    "csc-too-many": (
        _l("Dịch vụ ký chỉ cho tối đa %(most)s chữ ký với một mã OTP."),
        _l("Hãy chọn ít văn bản hơn."),
    ),
}
WORDS = BINDINGS | TOKENS | SERVICES
