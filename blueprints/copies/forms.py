"""The form that asks for a copy. What it means is checked by the service."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional

from blueprints.copies.labels import KINDS, MEDIA, approver
from blueprints.forms import DayField, PageForm, new_token, options
from services.copies.authority import Approver
from services.copies.drafting import Original

_NEEDED = InputRequired(_l("Chưa nhập."))


class CopyForm(PageForm):
    class Meta:
        csrf = False  # CSRFProtect checks every POST; the template draws its own token

    kind = RadioField(_l("Hình thức sao"), [_NEEDED], choices=options(KINDS.items()))
    medium = RadioField(_l("Bản sao là"), [_NEEDED], choices=options(MEDIA.items()))
    file = FileField(_l("Tệp để sao"))
    original_reference = StringField(_l("Số, ký hiệu văn bản được sao"), [_NEEDED])
    original_date = DayField(_l("Ngày văn bản được sao"))
    original_issuer = StringField(_l("Cơ quan ban hành"), [_NEEDED])
    original_subject = TextAreaField(_l("Trích yếu"), [_NEEDED])
    signer_id = SelectField(_l("Người duyệt, ký bản sao"), [_NEEDED], validate_choice=False)
    to_places = TextAreaField(_l("Nơi nhận bản sao"))
    copies = IntegerField(_l("Số bản"), [Optional(), NumberRange(min=1, max=1000)], default=1)
    note = StringField(_l("Ghi chú"))
    incoming_id = HiddenField()
    outgoing_id = HiddenField()
    form_token = HiddenField(default=new_token)

    def offer(self, approvers: Sequence[Approver]) -> "CopyForm":
        self.signer_id.choices = options((each.value, approver(each)) for each in approvers)
        return self

    def propose(self, original: Original | None) -> "CopyForm":
        """What is known of the original."""
        self.kind.data, self.medium.data = "same", "electronic"
        if original is not None:
            self.medium.data = "paper" if original.is_electronic else "electronic"
            self.original_reference.data = original.reference
            self.original_date.data = original.issued_date
            self.original_issuer.data = original.issuer
            self.original_subject.data = original.subject
            self.incoming_id.data = str(original.incoming_id or "")
            self.outgoing_id.data = str(original.outgoing_id or "")
        return self
