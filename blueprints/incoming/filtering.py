"""The filter bar of the list; what is not understood filters nothing."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, HiddenField, SearchField, SelectField

from blueprints.forms import DayField, options
from blueprints.incoming.labels import SOURCES


class FilterForm(Form):
    state = HiddenField()
    q = SearchField(_l("Số, ký hiệu, trích yếu, nơi gửi"))
    source = SelectField(
        _l("Nguồn"), choices=options([("", _l("Mọi nguồn")), *SOURCES.items()]), default=""
    )
    since = DayField(_l("Đến từ ngày"))
    until = DayField(_l("đến ngày"))
    urgent = BooleanField(_l("Chỉ văn bản khẩn"))
    waiting = BooleanField(_l("Chỉ văn bản chờ tôi"))

    @property
    def values(self) -> dict:
        self.validate()
        return {name: field.data for name, field in self._fields.items() if not field.errors}

    @property
    def used(self) -> bool:
        return any(field.data for name, field in self._fields.items() if name != "state")
