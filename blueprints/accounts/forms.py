"""Forms of the account pages."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField, StringField, TelField
from wtforms.validators import EqualTo, InputRequired, Length

from blueprints.forms import PageForm, options


class LoginForm(PageForm):
    username = StringField(_l("Tên đăng nhập"), [InputRequired(_l("Hãy nhập tên đăng nhập."))])
    password = PasswordField(_l("Mật khẩu"), [InputRequired(_l("Hãy nhập mật khẩu."))])


class PasswordForm(PageForm):
    current = PasswordField(
        _l("Mật khẩu hiện tại"), [InputRequired(_l("Hãy nhập mật khẩu hiện tại."))]
    )
    password = PasswordField(_l("Mật khẩu mới"), [InputRequired(_l("Hãy nhập mật khẩu mới."))])
    again = PasswordField(
        _l("Nhập lại mật khẩu mới"),
        [
            InputRequired(_l("Hãy nhập lại mật khẩu mới.")),
            EqualTo("password", _l("Hai lần nhập mật khẩu mới chưa giống nhau.")),
        ],
    )


class ProfileForm(PageForm):
    email = EmailField(_l("Thư điện tử"), [Length(max=100)])
    telephone = TelField(_l("Điện thoại"), [Length(max=30)])


class LanguageForm(PageForm):
    language = RadioField(
        _l("Ngôn ngữ của các trang"),
        [InputRequired()],
        choices=options([("vi", "Tiếng Việt"), ("en", "English")]),
    )
