"""Forms of certificates and trusted roots. Secrets are never filled in again."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import PasswordField, SelectField
from wtforms.validators import EqualTo, InputRequired

from blueprints.forms import PageForm

NO_FILE = _l("Hãy chọn tệp.")
NO_PIN = _l("Hãy đặt PIN cho khóa ký.")


class CertificateForm(PageForm):
    holder = SelectField(_l("Gắn cho"))
    file = FileField(
        _l("Tệp khóa PKCS#12"), [FileRequired(NO_FILE)], description=_l("Đuôi .p12 hoặc .pfx.")
    )
    passphrase = PasswordField(
        _l("Mật khẩu của tệp"), [InputRequired(_l("Hãy nhập mật khẩu của tệp khóa."))]
    )
    pin = PasswordField(
        _l("PIN mới để ký"),
        [InputRequired(NO_PIN)],
        description=_l("Ít nhất 6 chữ số; người ký nhập PIN này mỗi lần ký, hệ thống không lưu."),
    )
    pin_again = PasswordField(
        _l("Nhập lại PIN"),
        [InputRequired(NO_PIN), EqualTo("pin", _l("Hai lần nhập PIN không giống nhau."))],
    )


class TokenForm(PageForm):
    class Meta:
        csrf = False  # CSRFProtect checks every POST; the template draws its own token

    holder = SelectField(_l("Gắn cho"))
    file = FileField(
        _l("Tệp chứng thư của token"),
        [FileRequired(NO_FILE)],
        description=_l("PEM hoặc DER (đuôi .cer, .crt); khóa vẫn nằm trong token."),
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
