"""Forms of the pages about lines to other axes and routes by code."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, StringField, URLField
from wtforms.validators import InputRequired, Length

from blueprints.forms import PageForm, options

KINDS = {
    "axis": _l("Trục VXP, hoặc trục dùng phần mềm này"),
    "token": _l("Cổng REST có token (OAuth2)"),
    "multipart": _l("Cổng multipart (X-SystemId, X-SecretKey)"),
}
NEEDED = [InputRequired(_l("Hãy điền ô này."))]


class UplinkForm(PageForm):
    name = StringField(
        _l("Tên trục kia"), [*NEEDED, Length(max=500)], description=_l("Ví dụ: Trục quốc gia.")
    )
    kind = SelectField(_l("Cách nói chuyện"), NEEDED, choices=options(KINDS.items()))
    endpoint = URLField(
        _l("Địa chỉ trục"),
        [*NEEDED, Length(max=500)],
        description=_l("Do đơn vị vận hành trục kia cấp, không có dấu ? hay #."),
    )
    system_id = StringField(
        _l("Mã của trục này ở trục kia"), [*NEEDED, Length(max=35)], description=_l("System id.")
    )
    secret = PasswordField(_l("Khóa bí mật"), [Length(max=500)])
    client_id = StringField(_l("Tên ứng dụng (client id)"), [Length(max=200)])
    client_secret = PasswordField(_l("Khóa ứng dụng (client secret)"), [Length(max=500)])


class RouteForm(PageForm):
    pattern = StringField(
        _l("Mã hoặc mẫu mã"),
        [*NEEDED, Length(max=36)],
        description=_l(
            "Một mã, hoặc H49* (bắt đầu bằng), *.H49 (kết thúc bằng), * (mọi mã ngoài danh bạ)."
        ),
    )
    target = SelectField(_l("Đi theo đường"), NEEDED, validate_choice=False)
