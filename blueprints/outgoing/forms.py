"""The draft form. What it means is checked by the service; here only what is missing at once."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from blueprints.forms import DayField, PageForm, new_token, options
from blueprints.outgoing.labels import URGENCIES
from blueprints.outgoing.recipients import Picked
from domain.document_types import DOCUMENT_TYPES, SECRECY_LEVELS
from models.agencies import Appointment
from models.outgoing import OutgoingDocument
from services.outgoing import Upload

_NEEDED = InputRequired(_l("Chưa nhập."))


def needed_when_typeset(form: "DraftForm", field: TextAreaField) -> None:
    """The text, unless a file takes its place."""
    if form.source.data == "form" and not (field.data or "").strip():
        raise ValidationError(_l("Chưa nhập."))


needed_when_typeset.field_flags = {"required": True}


class DraftForm(PageForm):
    class Meta:
        csrf = False  # CSRFProtect checks every POST; the template draws its own token

    type_name = SelectField(_l("Loại văn bản"), [_NEEDED], validate_choice=False)
    subject = TextAreaField(_l("Trích yếu"), [_NEEDED])
    signer_id = SelectField(_l("Người ký"), [_NEEDED], validate_choice=False)
    cosigner_2 = SelectField(_l("Người ký thứ hai"), validate_choice=False)
    cosigner_3 = SelectField(_l("Người ký thứ ba"), validate_choice=False)
    urgency = SelectField(_l("Độ khẩn"), choices=options(URGENCIES), validate_choice=False)
    secrecy = SelectField(
        _l("Độ mật"),
        choices=options((level, level or _l("Không mật")) for level in SECRECY_LEVELS),
        validate_choice=False,
    )
    due_date = DayField(_l("Hạn trả lời"))
    source = RadioField(
        _l("Nội dung"),
        [_NEEDED],
        choices=options([("form", _l("Soạn trên mẫu")), ("file", _l("Tải lên tệp PDF hoặc Word"))]),
        default="form",
        validate_choice=False,
    )
    body = TextAreaField(_l("Nội dung văn bản"), [needed_when_typeset])
    addressees = TextAreaField(_l("Kính gửi"))
    to_places = TextAreaField(_l("Nơi nhận"))
    file = FileField(_l("Tệp dự thảo (PDF hoặc .docx)"))
    enclosures = MultipleFileField(_l("Thêm tệp đính kèm"))
    recipient_search = StringField(_l("Thêm nơi nhận liên thông"))
    answers_id = HiddenField()
    replaces_id = HiddenField()
    copy_id = HiddenField()
    version = HiddenField()
    form_token = HiddenField(default=new_token)

    def offer(
        self, leaders: list[Appointment], delegations: Iterable[tuple[str, str]] = ()
    ) -> "DraftForm":
        self.type_name.choices = options((kind.name, kind.name) for kind in DOCUMENT_TYPES)
        heads = [(str(each.id), f"{each.person.full_name}, {each.title}") for each in leaders]
        self.signer_id.choices = options([*heads, *delegations])
        for field in (self.cosigner_2, self.cosigner_3):
            field.choices = options([("", _l("Không có")), *heads])
        return self


def signer_value(signer_id: int | None, delegation_id: int | None) -> str:
    """How the list of signers names one: the post, and by which delegation."""
    return f"{signer_id}-{delegation_id}" if delegation_id else str(signer_id)


def of_document(doc: OutgoingDocument) -> MultiDict:
    """The fields of a form that shows the draft as it is."""
    last = doc.versions[-1]
    return MultiDict(
        {
            "type_name": doc.type_name,
            "subject": doc.subject,
            "signer_id": signer_value(doc.signer_id, doc.delegation_id),
            **{f"cosigner_{each.ordinal}": str(each.appointment_id) for each in doc.signers[1:]},
            "urgency": str(doc.urgency),
            "due_date": doc.due_date.isoformat() if doc.due_date else "",
            "source": "form" if last.source == "form" else "file",
            "body": last.body,
            "addressees": last.addressees,
            "to_places": last.to_places,
            "answers_id": str(doc.answers_id or ""),
            "replaces_id": str(doc.replaces_id or ""),
            "version": str(doc.version),
        }
    )


def fields(typed: MultiDict, files: MultiDict, to: Picked) -> dict:
    """What the service takes: plain values, lists of codes, uploads as bytes."""
    return typed.to_dict() | {
        "recipients": to.codes,
        "informed": to.informed,
        "removed": typed.getlist("removed"),
        "file": upload(files.get("file")),
        "enclosures": [u for u in map(upload, files.getlist("enclosures")) if u],
    }


def upload(file: FileStorage | None) -> Upload | None:
    """A file of the form as bytes; None where none was chosen."""
    if file is None or not file.filename:
        return None
    return Upload(file.filename, file.read())
