"""Forms of certificates and trusted roots. Secrets are never filled in again."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired

from blueprints.forms import PageForm, options

NO_FILE = _l("Hãy chọn tệp.")
NO_PIN = _l("Hãy đặt PIN cho khóa ký.")


class _NewKeyForm(PageForm):
    """What every key needs: whose it is, and the PIN it will be used with."""

    holder = SelectField(_l("Gắn cho"))
    pin = PasswordField(
        _l("PIN mới để ký"),
        [InputRequired(NO_PIN)],
        description=_l("Ít nhất 6 chữ số; người ký nhập PIN này mỗi lần ký, hệ thống không lưu."),
    )
    pin_again = PasswordField(
        _l("Nhập lại PIN"),
        [InputRequired(NO_PIN), EqualTo("pin", _l("Hai lần nhập PIN không giống nhau."))],
    )


class OwnTokenForm(PageForm):
    holder = SelectField(_l("Gắn cho"))
    file = FileField(
        _l("Tệp chứng thư của token"),
        [FileRequired(NO_FILE)],
        description=_l("PEM hoặc DER (đuôi .cer, .crt); khóa vẫn nằm trong token."),
    )


class FileKeyForm(_NewKeyForm):
    file = FileField(
        _l("Tệp khóa PKCS#12"), [FileRequired(NO_FILE)], description=_l("Đuôi .p12 hoặc .pfx.")
    )
    passphrase = PasswordField(
        _l("Mật khẩu của tệp"), [InputRequired(_l("Hãy nhập mật khẩu của tệp khóa."))]
    )


class TokenKeyForm(_NewKeyForm):
    module = SelectField(
        _l("Thư viện PKCS#11"), description=_l("Người vận hành khai báo trong cấu hình máy chủ.")
    )
    token = StringField(_l("Nhãn của token"), [InputRequired(_l("Hãy nhập nhãn của token."))])
    secret = PasswordField(
        _l("PIN của token"),
        [InputRequired(_l("Hãy nhập PIN của token."))],
        description=_l("Nhập sai nhiều lần token sẽ tự khóa; hệ thống chỉ thử một lần."),
    )
    key_id = StringField(
        _l("Mã khóa (CKA_ID)"), description=_l("Chỉ cần khi trên token có nhiều khóa.")
    )


class ServiceKeyForm(_NewKeyForm):
    url = StringField(
        _l("Địa chỉ dịch vụ"),
        [InputRequired(_l("Hãy nhập địa chỉ dịch vụ ký."))],
        description=_l("Ví dụ https://ky.example.vn/csc/v1"),
    )
    access = SelectField(
        _l("Cách truy cập"),
        choices=options(
            [("client", _l("Mã khách hàng (OAuth 2)")), ("login", _l("Tên đăng nhập"))]
        ),
    )
    user = StringField(
        _l("Mã khách hàng hoặc tên đăng nhập"), [InputRequired(_l("Hãy nhập mã khách hàng."))]
    )
    access_secret = PasswordField(
        _l("Khóa bí mật hoặc mật khẩu"), [InputRequired(_l("Hãy nhập khóa bí mật."))]
    )
    credential = StringField(
        _l("Mã khóa ở dịch vụ (credentialID)"), description=_l("Chỉ cần khi có nhiều khóa.")
    )
    secret = PasswordField(_l("PIN của khóa ở dịch vụ"), description=_l("Để trống nếu không có."))


class CodeForm(PageForm):
    code = StringField(_l("Mã đang hiện trên ứng dụng"), [InputRequired(_l("Hãy nhập mã."))])


class CodeOffForm(PageForm):
    password = PasswordField(
        _l("Mật khẩu đăng nhập"), [InputRequired(_l("Hãy nhập mật khẩu đăng nhập."))]
    )


class RootForm(PageForm):
    file = FileField(
        _l("Tệp chứng thư gốc"),
        [FileRequired(NO_FILE)],
        description=_l("PEM, DER hoặc gói .p7b; bước sau mới chọn chứng thư để tin cậy."),
    )


class PinForm(PageForm):
    pin = PasswordField(_l("PIN hiện tại"), [InputRequired(_l("Hãy nhập PIN hiện tại."))])
    pin_new = PasswordField(
        _l("PIN mới"), [InputRequired(NO_PIN)], description=_l("Ít nhất 6 ký tự.")
    )
    pin_again = PasswordField(
        _l("Nhập lại PIN mới"),
        [InputRequired(NO_PIN), EqualTo("pin_new", _l("Hai lần nhập PIN không giống nhau."))],
    )
