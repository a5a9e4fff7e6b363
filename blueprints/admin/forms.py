"""Forms of the administration."""

from collections.abc import Iterable

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    EmailField,
    FloatField,
    PasswordField,
    SelectField,
    StringField,
    TelField,
    URLField,
)
from wtforms.validators import InputRequired, Length

from blueprints.forms import DayField, MultiCheckboxField, PageForm, options
from blueprints.words.roles import ROLE_NAMES
from domain.copies import MAY_BE_NAMED
from domain.roles import Role
from models.agencies import Unit

NAMED = {
    Role.DEPUTY_LEADER: _l("Cấp phó của người đứng đầu (ký thay, KT.)"),
    Role.CHIEF_OF_OFFICE: _l("Chánh văn phòng (thừa lệnh, TL.)"),
}
NEEDED = [InputRequired(_l("Hãy điền ô này."))]


def shown() -> str:
    """The mark of what the form showed when it was drawn (`services.admin.seen`)."""
    return request.form.get("seen", "")


class MillimetreField(FloatField):
    """A measure; decimals after a comma or a point."""

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else f"{self.data:g}".replace(".", ",")

    def process_formdata(self, valuelist) -> None:
        try:
            super().process_formdata([text.strip().replace(",", ".") for text in valuelist])
        except ValueError:
            raise ValueError(_l("Hãy nhập một số, ví dụ 36 hoặc 36,5.")) from None


class ContactForm(PageForm):
    full_name = StringField(_l("Họ và tên"), [*NEEDED, Length(max=100)])
    email = EmailField(_l("Thư điện tử"), [Length(max=100)])
    telephone = TelField(_l("Điện thoại"), [Length(max=30)])


class PostForm(PageForm):
    """A position; `choices` must be given before it is shown or checked."""

    unit_id = SelectField(_l("Đơn vị"), NEEDED, coerce=int)
    role = SelectField(_l("Vai trò"), NEEDED)
    title = StringField(
        _l("Chức vụ ghi trên văn bản"),
        [*NEEDED, Length(max=100)],
        description=_l("Ví dụ: Phó Chủ tịch, Trưởng phòng, Chuyên viên."),
    )
    since = DayField(_l("Từ ngày"), NEEDED)
    until = DayField(_l("Đến hết ngày"))

    def offer(self, units: Iterable[Unit], roles: Iterable) -> None:
        self.unit_id.choices = options((unit.id, unit.name) for unit in units if unit.is_active)
        self.role.choices = options((str(role), ROLE_NAMES[role]) for role in roles)


class PersonForm(PostForm):
    username = StringField(
        _l("Tên đăng nhập"),
        [*NEEDED, Length(max=50)],
        description=_l("Chữ thường không dấu, chữ số, dấu chấm, gạch nối. Không đổi được về sau."),
    )
    full_name = StringField(_l("Họ và tên"), [*NEEDED, Length(max=100)])
    email = EmailField(_l("Thư điện tử"), [Length(max=100)])
    telephone = TelField(_l("Điện thoại"), [Length(max=30)])


class InviteForm(PostForm):
    username = StringField(_l("Tên đăng nhập"), NEEDED)


class EndForm(PageForm):
    last_day = DayField(_l("Ngày cuối giữ chức vụ"), NEEDED)


class UnitForm(PageForm):
    name = StringField(_l("Tên đơn vị"), [*NEEDED, Length(max=500)])
    notation = StringField(
        _l("Ký hiệu"), [Length(max=100)], description=_l("Ví dụ: VP, TCKH. Dùng trong số ký hiệu.")
    )
    parent_id = SelectField(_l("Trực thuộc"), coerce=int, default=0)

    def offer(self, units: Iterable[Unit], without: int | None = None) -> None:
        above = [(unit.id, unit.name) for unit in units if unit.is_active and unit.id != without]
        self.parent_id.choices = options([(0, _l("(ngay dưới cơ quan)")), *above])


class LetterheadForm(PageForm):
    name = StringField(_l("Tên cơ quan"), [*NEEDED, Length(max=500)])
    superior_name = StringField(
        _l("Cơ quan chủ quản"),
        [Length(max=500)],
        description=_l("Dòng phía trên tên cơ quan ở đầu văn bản; để trống nếu không ghi."),
    )
    notation = StringField(
        _l("Ký hiệu cơ quan"), [*NEEDED, Length(max=100)], description=_l("Ví dụ: UBND.")
    )
    authority = StringField(
        _l("Thẩm quyền ký"),
        [Length(max=100)],
        description=_l("Dòng phía trên chức vụ người ký, ví dụ: TM. ỦY BAN NHÂN DÂN."),
    )
    place = StringField(
        _l("Địa danh"),
        [*NEEDED, Length(max=100)],
        description=_l("Đứng trước ngày tháng của văn bản."),
    )
    address = StringField(_l("Địa chỉ"), [Length(max=500)])
    email = EmailField(_l("Thư điện tử"), [Length(max=100)])
    telephone = TelField(_l("Điện thoại"), [Length(max=30)])


class SealForm(PageForm):
    image = FileField(
        _l("Hình con dấu"),
        description=_l("Tệp PNG nền trong suốt, màu đỏ. Bỏ trống để giữ hình đang dùng."),
    )
    seal_mm = MillimetreField(
        _l("Đường kính thật (mm)"),
        NEEDED,
        description=_l("Con dấu in ra đúng kích thước này, ví dụ 36."),
    )


class CopyApproversForm(PageForm):
    roles = MultiCheckboxField(
        _l("Ngoài người đứng đầu, ai được duyệt, ký bản sao"),
        choices=options((role, NAMED[role]) for role in MAY_BE_NAMED),
    )


class AdministratorForm(PageForm):
    username = StringField(
        _l("Tên đăng nhập của quản trị viên"),
        [*NEEDED, Length(max=50)],
        description=_l("Chữ thường không dấu, chữ số, dấu chấm, gạch nối. Không đổi được về sau."),
    )
    full_name = StringField(_l("Họ và tên quản trị viên"), [*NEEDED, Length(max=100)])


class AgencyForm(LetterheadForm, AdministratorForm):
    code = StringField(
        _l("Mã định danh"),
        [*NEEDED, Length(max=35)],
        description=_l("Do cơ quan có thẩm quyền cấp, ví dụ 000.23.32.H48. Không đổi được về sau."),
    )
    unit_name = StringField(
        _l("Đơn vị đầu tiên"), [*NEEDED, Length(max=500)], description=_l("Ví dụ: Văn phòng.")
    )


class HubLinkForm(PageForm):
    kind = SelectField(
        _l("Loại trục"),
        choices=options(
            [
                ("axis", _l("Trục VXP, hoặc trục dùng phần mềm này")),
                ("token", _l("Cổng REST có token (OAuth2)")),
                ("multipart", _l("Cổng multipart (X-SystemId, X-SecretKey)")),
            ]
        ),
        default="axis",
    )
    endpoint = URLField(_l("Địa chỉ trục"), [*NEEDED, Length(max=500)])
    system_id = StringField(_l("Mã hệ thống"), [*NEEDED, Length(max=100)])
    secret = PasswordField(_l("Khóa bí mật"), [Length(max=500)])
    client_id = StringField(_l("Tên ứng dụng (client id)"), [Length(max=200)])
    client_secret = PasswordField(_l("Khóa ứng dụng (client secret)"), [Length(max=500)])
