"""What an officer fills in for a draft, read from the fields of a form into one typed object."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.dates import read_day
from domain.document_types import Urgency, document_type
from domain.errors import Invalid
from domain.text import nfc

FORM, FILE = "form", "file"
COSIGNERS = ("cosigner_2", "cosigner_3")
LONGEST_LINE = 500


@dataclass(frozen=True)
class Upload:
    """A file as it was sent."""

    name: str
    data: bytes


@dataclass(frozen=True)
class DraftForm:
    """`source` is "form" (typeset by us) or "file" (an uploaded PDF or Word file; `file` may be
    absent when the draft keeps the one it has). `informed` are the codes of recipients who need
    not act, only know; `removed` are ids of enclosures to take off."""

    type_name: str
    subject: str
    signer_id: int
    delegation_id: int | None = None
    cosigners: tuple[int, ...] = ()
    source: str = FORM
    body: str = ""
    addressees: tuple[str, ...] = ()
    to_places: tuple[str, ...] = ()
    urgency: int = 0
    due_date: date | None = None
    answers_id: int | None = None
    replaces_id: int | None = None
    recipients: tuple[str, ...] = ()
    informed: frozenset[str] = frozenset()
    file: Upload | None = None
    enclosures: tuple[Upload, ...] = ()
    removed: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, form: Mapping) -> "DraftForm":
        """Raises Invalid: required(field), too-long(field, limit), document-type-unknown,
        not-a-number(field), not-a-date(field), urgency-unknown, secret-not-drafted(secrecy)."""
        secrecy = _text(form, "secrecy")
        if secrecy:  # law 10: nothing of it is kept, not even the draft
            raise Invalid("secret-not-drafted", secrecy=secrecy)
        source = form.get("source") or FORM
        signer_id, delegation_id = _signer(form)
        draft = cls(
            type_name=document_type(_line(form, "type_name")).name,
            subject=_line(form, "subject"),
            signer_id=_required(signer_id, "signer_id"),
            delegation_id=delegation_id,
            cosigners=tuple(i for i in (_number(form, name) for name in COSIGNERS) if i),
            source=FORM if source == FORM else FILE,
            body=_text(form, "body"),
            addressees=_lines(form, "addressees"),
            to_places=_lines(form, "to_places"),
            urgency=urgency_of(form),
            due_date=read_date(form.get("due_date"), "due_date"),
            answers_id=_number(form, "answers_id"),
            replaces_id=_number(form, "replaces_id"),
            recipients=tuple(_many(form, "recipients")),
            informed=frozenset(_many(form, "informed")),
            file=form.get("file") or None,
            enclosures=tuple(form.get("enclosures") or ()),
            removed=frozenset(int(i) for i in _many(form, "removed") if str(i).isdigit()),
        )
        if draft.source == FORM:
            _required(draft.body, "body")
        return draft


def urgency_of(form: Mapping) -> int:
    """Raises Invalid: not-a-number, urgency-unknown."""
    urgency = _number(form, "urgency") or 0
    if urgency not in set(Urgency):
        raise Invalid("urgency-unknown", field="urgency")
    return urgency


def read_date(value: object, field: str) -> date | None:
    """A date from a text; Invalid("not-a-date")."""
    if value is None or isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        return read_day(text) if text else None
    except ValueError:
        raise Invalid("not-a-date", field=field, value=text) from None


def _required(value, field: str):
    if not value:
        raise Invalid("required", field=field)
    return value


def _text(form: Mapping, field: str) -> str:
    return nfc(str(form.get(field) or "").replace("\r\n", "\n"))


def _line(form: Mapping, field: str) -> str:
    line = " ".join(_text(form, field).split())
    if len(line) > LONGEST_LINE:
        raise Invalid("too-long", field=field, limit=LONGEST_LINE)
    return _required(line, field)


def _lines(form: Mapping, field: str) -> tuple[str, ...]:
    value = form.get(field) or ""
    lines = value.splitlines() if isinstance(value, str) else value
    return tuple(line for line in (nfc(str(each)) for each in lines) if line)


def _number(form: Mapping, field: str) -> int | None:
    text = str(form.get(field) or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 15):
        raise Invalid("not-a-number", field=field, value=text)
    return int(text)


def _signer(form: Mapping) -> tuple[int | None, int | None]:
    """The signer's appointment and, as "12-5", by which delegation."""
    post, _dash, delegation = str(form.get("signer_id") or "").partition("-")
    return _number({"signer_id": post}, "signer_id"), _number(
        {"signer_id": delegation}, "signer_id"
    )


def _many(form: Mapping, field: str) -> Iterable:
    value = form.get(field) or ()
    return value.split() if isinstance(value, str) else value
