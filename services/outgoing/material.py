"""From a draft to the PDF that is read and signed: typeset from the form, or an uploaded PDF or
Word file. Nothing here touches the database, so it runs before the transaction."""

from dataclasses import dataclass, replace

from adapters import pdf, word
from adapters.files import PDF, media_type
from adapters.signing.fields import prepare
from adapters.typeset import DocumentForm, typeset_document
from domain.document_types import CONG_VAN, Urgency
from domain.errors import Invalid
from domain.places import POINTS_PER_MM, Box, Places
from domain.seals import seal_box
from models.agencies import Agency, Appointment, Unit
from models.delegations import Delegation
from services.delegations import authority_of
from services.outgoing.form import FORM, DraftForm, Upload

URGENCY_STAMPS = {
    Urgency.NORMAL: "",
    Urgency.URGENT: "KHẨN",
    Urgency.VERY_URGENT: "THƯỢNG KHẨN",
    Urgency.FLASH: "HỎA TỐC",
    Urgency.FLASH_TIMED: "HỎA TỐC",
}
MOST_LISTED = 50  # recipients that a document lists by itself, one under the other
PLACES_NOT_FOUND = "places-not-found"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Letterhead:
    """In whose name a document is written and signed."""

    agency: Agency
    unit: Unit
    signer: Appointment
    head_title: str  # of the agency's leader, when another signs for them
    notation: str
    cosigners: tuple[Appointment, ...] = ()
    delegation: Delegation | None = None  # by which another than head and deputies signs


@dataclass(frozen=True)
class Material:
    """A draft's files. `prepared` has the empty fields in it: what is read is what gets signed; it
    is None while `problem` (a refusal's code) stands in the way."""

    source: str  # form | pdf | word
    pdf: bytes
    places: Places | None
    prepared: bytes | None
    problem: str = ""
    original: Upload | None = None

    @property
    def pages(self) -> int:
        return pdf.inspect(self.pdf).pages


def make(draft: DraftForm, head: Letterhead, recipients: tuple[str, ...], limit: int) -> Material:
    """The files of a draft; `limit` is the largest upload in bytes.

    Raises what the adapters refuse (pdf-…, word-…), required("file"), file-kind-unknown,
    word-old-format, addressees-missing(count).
    """
    if draft.source == FORM:
        _check_addressees(draft, len(recipients))
        return typeset(draft, head, recipients)
    if draft.file is None:
        raise Invalid("required", field="file")
    return uploaded(draft.file, head, limit)


def _check_addressees(draft: DraftForm, count: int) -> None:
    """Where they are many they are written as a group (NĐ 30/2020, Phụ lục I, phần I, mục II.9)."""
    field = "addressees" if draft.type_name == CONG_VAN else "to_places"
    if count > MOST_LISTED and not getattr(draft, field):
        raise Invalid("addressees-missing", field=field, count=count)


def typeset(draft: DraftForm, head: Letterhead, recipients: tuple[str, ...]) -> Material:
    made = typeset_document(_document_form(draft, head, recipients))
    places = replace(made.places, seal=seal_box(made.places.leader, head.agency.seal_mm))
    return Material("form", made.pdf, places, prepare(made.pdf, places))


def uploaded(file: Upload, head: Letterhead, limit: int) -> Material:
    if len(file.data) > limit:
        raise Invalid("too-large", field="file", limit=limit // 1024 // 1024)
    source, data = as_pdf(file)
    pdf.inspect(data, max_bytes=limit)
    prepare(data, anywhere())  # a file that cannot be signed is refused now, not at the leader's
    try:
        found = pdf.find_places(data, head.signer.person.full_name)
        names = [each.person.full_name for each in head.cosigners]
        others = tuple(pdf.find_places(data, name).leader for name in names)
        seal = seal_box(found.leader, head.agency.seal_mm)
        places = replace(found, seal=seal, others=others)
        return Material(source, data, places, prepare(data, places), original=file)
    except Invalid as refusal:
        if refusal.code not in (PLACES_NOT_FOUND, "place-outside-page"):
            raise
        return Material(source, data, None, None, PLACES_NOT_FOUND, file)


def placed(source: str, data: bytes, places: Places) -> Material:
    """The same file with places that a person chose."""
    return Material(source, data, places, prepare(data, places))


def anywhere() -> Places:
    """Places that fit on any page: to ask whether a file takes fields at all."""
    dot = Box(0, 30, 30, POINTS_PER_MM, POINTS_PER_MM)
    return Places(dot, dot, dot, dot)


def as_pdf(file: Upload) -> tuple[str, bytes]:
    """What kind of file was sent, and its pages as PDF.

    Raises word-… of the converter, Invalid: word-broken, word-old-format, file-kind-unknown.
    """
    kind = media_type(file.data, file.name)
    if kind == WORD:
        return "word", word.to_pdf(file.data)
    ending = file.name.rpartition(".")[2].lower()
    if ending == "docx":
        raise Invalid("word-broken", field="file")
    if ending in ("doc", "rtf", "odt"):
        raise Invalid("word-old-format", field="file", name=file.name)
    if kind != PDF and ending != "pdf" and file.data:
        raise Invalid("file-kind-unknown", field="file", name=file.name)
    return "pdf", file.data


def _document_form(draft: DraftForm, head: Letterhead, recipients: tuple[str, ...]) -> DocumentForm:
    agency = head.agency
    letter = draft.type_name == CONG_VAN
    return DocumentForm(
        type_name=draft.type_name,
        issuer_name=agency.name,
        superior_name=agency.superior_name,
        notation=head.notation,
        place=agency.place,
        subject=draft.subject,
        body=draft.body,
        authority=authority_of(agency, head.signer, head.delegation, head.head_title),
        signer_name=head.signer.person.full_name,
        addressees=draft.addressees or (recipients if letter else ()),
        to_places=draft.to_places or _default_places(head, letter, recipients),
        cosigners=tuple(
            (authority_of(agency, each, None, head.head_title), each.person.full_name)
            for each in head.cosigners
        ),
        urgency=URGENCY_STAMPS[Urgency(draft.urgency)],
    )


def _default_places(head: Letterhead, letter: bool, recipients: tuple[str, ...]) -> tuple[str, ...]:
    """The last line is where the copy is kept (NĐ 30/2020, Phụ lục I, phần I, mục II.9)."""
    first = ("Như trên;",) if letter else tuple(f"{name};" for name in recipients)
    return (*first, ", ".join(part for part in ("Lưu: VT", head.unit.notation) if part) + ".")
