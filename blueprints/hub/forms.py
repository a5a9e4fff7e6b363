"""Forms of the hub's pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional

from blueprints.forms import DayField, PageForm

NO_NAME = _l("Hãy nhập tên cơ quan.")
NO_CODE = _l("Hãy nhập mã định danh.")


class EntryForm(PageForm):
    version = HiddenField()
    code = StringField(
        _l("Mã định danh"),
        [InputRequired(NO_CODE), Length(max=35)],
        description=_l("Ví dụ 000.21.31.H48; chữ, số và dấu chấm, tối đa 35 ký tự."),
    )
    name = StringField(_l("Tên cơ quan"), [InputRequired(NO_NAME), Length(max=500)])
    parent_code = StringField(_l("Mã cơ quan cấp trên"), [Length(max=35)])
    old_code = StringField(
        _l("Mã cũ"),
        [Length(max=35)],
        description=_l("Văn bản gửi tới mã cũ vẫn đến cơ quan này."),
    )
    email = StringField(_l("Thư điện tử"), [Length(max=100)])


class DissolveForm(PageForm):
    version = HiddenField()
    since = DayField(_l("Giải thể từ ngày"), [InputRequired(_l("Hãy nhập ngày giải thể."))])
    successor = StringField(
        _l("Mã cơ quan kế thừa"),
        [Optional(), Length(max=35)],
        description=_l("Bên gửi được báo mã này khi gửi tới cơ quan đã giải thể."),
    )
    forwards = BooleanField(
        _l("Chuyển tiếp cho cơ quan kế thừa"),
        description=_l("Văn bản gửi tới mã cũ đến cơ quan kế thừa thay vì bị từ chối."),
    )


class AccountForm(PageForm):
    system_id = StringField(
        _l("Mã định danh của cơ quan"),
        [InputRequired(NO_CODE), Length(max=35)],
        description=_l("Mã này là system id khi phần mềm kết nối trục; phải có trong danh bạ."),
    )
    node_name = StringField(
        _l("Tên hệ thống, nơi đặt"),
        [Length(max=500)],
        description=_l("Ví dụ: Nút huyện Bình Sơn."),
    )


class SiteForm(PageForm):
    system_id = StringField(
        _l("Mã hệ thống dùng để ký"),
        [InputRequired(NO_CODE), Length(max=35)],
        description=_l("Mã của một cơ quan trên nút đã mở kết nối với trục."),
    )
    name = StringField(_l("Tên nút"), [Length(max=500)])
    address = StringField(
        _l("Địa chỉ của nút"),
        [Length(max=500)],
        description=_l("Ví dụ https://vanthu.huyen.gov.vn. Để trống nếu nút tự gửi báo cáo."),
    )


class ImportForm(PageForm):
    file = FileField(_l("Tệp XLSX hoặc CSV"), [InputRequired(_l("Hãy chọn một tệp."))])
