"""What the forms of all pages share: a day, a list to choose from, a refusal beside its field."""

import secrets
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Form, HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput

from blueprints.words import sentence
from domain.dates import read_day
from domain.errors import Forbidden, NotFound, Refusal

BAD_DATE = _l("Ngày không đúng; hãy nhập như 22/11/2026.")


class DayField(DateField):
    """A day; typed as the browser's date field sends it, or as the office writes it."""

    def __init__(self, label="", validators=(), **options) -> None:
        super().__init__(label, validators or [Optional()], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        try:
            self.data = read_day(valuelist[0])
        except ValueError:
            raise ValueError(BAD_DATE) from None


class MultiCheckboxField(SelectMultipleField):
    """Nobody knows which key to hold in a list of thirty."""

    option_widget = CheckboxInput()


# What WTForms says of itself, in its own words and in ours.
SAID = {
    "Not a valid choice.": _l("Hãy chọn trong danh sách."),
    "Invalid Choice: could not coerce.": _l("Hãy chọn trong danh sách."),
    "'%(value)s' is not a valid choice for this field.": _l("Hãy chọn trong danh sách."),
    "Not a valid integer value.": _l("Hãy nhập một số nguyên."),
    "Not a valid float value.": _l("Hãy nhập một số, ví dụ 36 hoặc 36.5."),
    "Field cannot be longer than %(max)d characters.": _l("Không được dài quá %(max)d ký tự."),
    "Number must be between %(min)s and %(max)s.": _l("Hãy nhập số từ %(min)s đến %(max)s."),
    "Number must be at least %(min)s.": _l("Hãy nhập số từ %(min)s trở lên."),
    "Number must be at most %(max)s.": _l("Hãy nhập số đến %(max)s."),
    "This field is required.": _l("Hãy điền ô này."),
}
INVALID = _l("Giá trị này không hợp lệ; hãy nhập lại.")


class _Spoken:
    """WTForms' sentences in the language of the page. What has no words of ours is told in general:
    a clerk has nothing from English."""

    def gettext(self, sentence: str) -> str:
        return str(SAID.get(sentence, INVALID))

    def ngettext(self, _singular: str, plural: str, _number: int) -> str:
        return self.gettext(plural)


class PageForm(FlaskForm):
    """The form of a page."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, _form: Form) -> _Spoken:
            return _Spoken()


def new_token() -> str:
    """Another one for each drawn form: sent twice, it is known (services/form_tokens.py)."""
    return secrets.token_hex(16)


def options(pairs: Iterable[tuple]) -> list[SelectChoice]:
    """The choices of a list, from values and their labels."""
    return [SelectChoice(value, label) for value, label in pairs]


def refuse(form: Form, refusal: Refusal, otherwise: str = "") -> int:
    """Puts a refusal beside the field it names, if the form has it, else beside `otherwise`, else
    above the form; gives the status of the answer. NotFound and Forbidden are raised again: whoever
    may not be here gets no form."""
    if isinstance(refusal, NotFound | Forbidden):
        raise refusal
    named = str(refusal.fields.get("field"))
    field = form._fields.get(named) or form._fields.get(otherwise)
    if field is None or isinstance(field, HiddenField):
        form.form_errors.append(sentence(refusal))
    else:
        field.errors = [*field.errors, sentence(refusal)]
    return refusal.status
