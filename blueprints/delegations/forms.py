"""The form of a delegation. What NĐ 30/2020, Điều 13 allows is checked by the service."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from blueprints.delegations.labels import FORMS, line
from blueprints.forms import DayField, MultiCheckboxField, PageForm, options
from domain.copies import DELEGATED
from domain.delegation import GRANTORS, DelegationForm
from domain.document_types import DOCUMENT_TYPES
from models.agencies import Appointment
from models.delegations import Delegation

NEEDED = [InputRequired(_l("Hãy điền ô này."))]


class DelegationFormPage(PageForm):
    form = SelectField(_l("Hình thức ký"), NEEDED, choices=options(FORMS.items()))
    grantor_id = SelectField(_l("Người đứng đầu giao ký"), NEEDED, coerce=int)
    holder_id = SelectField(_l("Người được giao ký"), NEEDED, coerce=int)
    passed_from_id = SelectField(
        _l("Giao lại từ"),
        coerce=int,
        description=_l("Chỉ với TL.: cấp phó của đơn vị ký thay (KT.) trưởng đơn vị."),
    )
    types = MultiCheckboxField(
        _l("Loại văn bản được ký"),
        NEEDED,
        choices=options(
            (name, name) for name in (*(kind.name for kind in DOCUMENT_TYPES), DELEGATED)
        ),
    )
    content = StringField(_l("Nội dung, lĩnh vực được ký"), [*NEEDED, Length(max=500)])
    basis = StringField(
        _l("Văn bản giao ký"),
        [*NEEDED, Length(max=500)],
        description=_l("Số, ký hiệu, ngày của văn bản ủy quyền hoặc quy chế làm việc."),
    )
    since = DayField(_l("Từ ngày"), NEEDED)
    until = DayField(_l("Đến hết ngày"), description=_l("TUQ. phải có ngày kết thúc."))

    def offer(
        self, posts: Sequence[Appointment], given: Sequence[Delegation]
    ) -> "DelegationFormPage":
        heads = [each for each in posts if each.role in GRANTORS]
        self.grantor_id.choices = options((each.id, _post(each)) for each in heads)
        others = [each for each in posts if each.role not in GRANTORS]
        self.holder_id.choices = options((each.id, _post(each)) for each in others)
        passable = [
            each for each in given
            if each.form == DelegationForm.ORDERED and not each.ended_on and not each.passed_from_id
        ]  # fmt: skip
        none = [(0, _("Không giao lại"))]
        named = [(each.id, f"{_post(each.holder)} ({line(each)})") for each in passable]
        self.passed_from_id.choices = options([*none, *named])
        return self


def _post(appointment: Appointment) -> str:
    return f"{appointment.person.full_name}, {appointment.title}"
