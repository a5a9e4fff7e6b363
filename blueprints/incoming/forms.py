"""Forms of the incoming pages. Several stand on one page: names are plain, ids carry the action."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from blueprints.forms import DayField, PageForm, new_token, options
from blueprints.incoming.labels import PHRASES, URGENCIES
from domain.document_types import DOCUMENT_TYPES, SECRECY_LEVELS

NEEDED = _l("Hãy điền ô này.")
TOO_LONG = _l("Dài quá %(max)d ký tự.")
BAD_NUMBER = _l("Hãy nhập một số nguyên dương.")

# These come filled; emptied, the next number and today are taken.
ALWAYS_FILLED = ("number", "arrival_date", "type_name", "urgency")


class Number(IntegerField):
    def process_formdata(self, valuelist) -> None:
        try:
            super().process_formdata([value.strip() for value in valuelist])
        except ValueError:
            raise ValueError(str(BAD_NUMBER)) from None


def chosen(value: object) -> int | None:
    """A choice of a list is the id of a row; nothing chosen is None."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def positive(most: int = 9_999_999) -> list:
    return [Optional(), NumberRange(1, most, message=str(BAD_NUMBER))]


class ActionForm(PageForm):
    """A form of one step; `action` is its name and the prefix of its inputs' ids."""

    action = ""
    version = HiddenField()

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        for field in self:
            field.id = f"{self.action}-{field.short_name}"
            field.label.field_id = field.id
            if field.short_name in ALWAYS_FILLED:
                field.flags.required = True

    def offer(self, dossier, fresh: bool) -> None:
        """Fills the choices of its lists; a fresh form, to which nothing was sent, proposes."""

    @property
    def values(self) -> dict:
        return self.data


class RegisterForm(ActionForm):
    action = "register"
    number = Number(_l("Số đến"), positive())
    arrival_date = DayField(_l("Ngày đến"))
    deadline = DayField(_l("Hạn xử lý"))
    note = StringField(_l("Ghi chú của văn thư"), [Length(max=500, message=TOO_LONG)])
    director = SelectField(_l("Trình ngay cho"), coerce=chosen, validate_choice=False, default=None)

    def offer(self, dossier, fresh: bool) -> None:
        self.director.choices = options([("", _l("Chưa trình")), *leaders(dossier)])
        if fresh:
            self.number.data = dossier.next_number
            self.arrival_date.data = dossier.today
            self.deadline.data = dossier.answer_due
            self.director.data = dossier.leaders[0].id if dossier.leaders else None


class RefuseForm(ActionForm):
    action = "refuse"
    reason = TextAreaField(
        _l("Lý do từ chối"), [InputRequired(NEEDED), Length(max=500, message=TOO_LONG)]
    )


class SubmitForm(ActionForm):
    action = "submit"
    director = SelectField(
        _l("Trình lãnh đạo"), [InputRequired(NEEDED)], coerce=chosen, validate_choice=False
    )

    def offer(self, dossier, fresh: bool) -> None:
        self.director.choices = options(leaders(dossier))


class DirectForm(ActionForm):
    action = "direct"
    leader = SelectField(
        _l("Ghi theo ý kiến của"), coerce=chosen, validate_choice=False, default=None
    )
    phrase = SelectField(_l("Mẫu bút phê"), validate_choice=False, default="")
    text = TextAreaField(_l("Nội dung bút phê"), [Length(max=4000, message=TOO_LONG)])
    lead = SelectField(coerce=chosen, validate_choice=False, default=None)
    support = SelectMultipleField(coerce=chosen, validate_choice=False, default=[])
    inform = SelectMultipleField(coerce=chosen, validate_choice=False, default=[])
    days = Number(_l("hoặc số ngày làm việc"), positive(250))
    deadline = DayField(_l("Hạn đến ngày"))

    def offer(self, dossier, fresh: bool) -> None:
        self.leader.choices = options(leaders(dossier))
        self.phrase.choices = options([("", _l("Tự viết")), *((str(p), p) for p in PHRASES)])
        self.lead.choices = options((unit.id, unit.name) for unit in dossier.units)
        if fresh:
            self.deadline.data = dossier.proposed_deadline
            self.leader.data = dossier.document.director_id

    @property
    def values(self) -> dict:
        """The directive is the chosen phrase and what was added to it."""
        said = " ".join(part for part in (self.phrase.data, self.text.data) if part)
        return self.data | {"text": said}


class CloseForm(ActionForm):
    action = "close"
    reason = TextAreaField(
        _l("Kết quả hoặc lý do kết thúc"),
        [InputRequired(NEEDED), Length(max=500, message=TOO_LONG)],
    )


def leaders(dossier) -> list[tuple[int, str]]:
    return [(each.id, f"{each.person.full_name} · {each.title}") for each in dossier.leaders]


ACTIONS = {
    form.action: form for form in (RegisterForm, RefuseForm, SubmitForm, DirectForm, CloseForm)
}


class PaperForm(ActionForm):
    """A document that came on paper."""

    action = "paper"
    upload = HiddenField()
    form_token = HiddenField(default=new_token)
    file = FileField(_l("Tệp quét (PDF hoặc ảnh)"))
    number = Number(_l("Số đến"), positive())
    arrival_date = DayField(_l("Ngày đến"))
    issuer_name = StringField(
        _l("Cơ quan ban hành"), [InputRequired(NEEDED), Length(max=500, message=TOO_LONG)]
    )
    document_number = StringField(_l("Số"), [Length(max=50, message=TOO_LONG)])
    notation = StringField(_l("Ký hiệu"), [Length(max=49, message=TOO_LONG)])
    issued_date = DayField(_l("Ngày văn bản"), [InputRequired(NEEDED)])
    type_name = SelectField(
        _l("Loại văn bản"), choices=options((kind.name, kind.name) for kind in DOCUMENT_TYPES)
    )
    subject = TextAreaField(
        _l("Trích yếu"), [InputRequired(NEEDED), Length(max=500, message=TOO_LONG)]
    )
    signer_name = StringField(_l("Người ký"), [Length(max=100, message=TOO_LONG)])
    signer_position = StringField(_l("Chức vụ người ký"), [Length(max=500, message=TOO_LONG)])
    urgency = SelectField(_l("Độ khẩn"), choices=options(URGENCIES), coerce=int, default=0)
    secrecy = SelectField(
        _l("Độ mật"),
        choices=options((level, level or _l("Không mật")) for level in SECRECY_LEVELS),
        default="",
    )
    pages = Number(_l("Số trang"), positive(5000))
    copies = Number(_l("Số bản"), positive(1000), default=1)
    deadline = DayField(_l("Hạn xử lý"))
    note = StringField(_l("Ghi chú"), [Length(max=500, message=TOO_LONG)])
    director = SelectField(_l("Trình ngay cho"), coerce=chosen, validate_choice=False, default=None)
    duplicate_ok = BooleanField(_l("Đã kiểm tra, vẫn vào sổ"))

    def offer(self, dossier, fresh: bool) -> None:
        self.director.choices = options([("", _l("Chưa trình")), *leaders(dossier)])
        if fresh:
            self.number.data = dossier.next_number
            self.arrival_date.data = dossier.today
            self.director.data = dossier.leaders[0].id if dossier.leaders else None
