"""What a document will look like when it is signed, numbered, dated and sealed: the pages that get
something, with the real pictures of the person and the agency. Only looked at, never stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from adapters import pdf
from adapters.signing.fields import prepare
from adapters.signing.finding import DATE, LEADER, NUMBER, SEAL
from adapters.signing.preview import Look, Preview, as_signed
from adapters.typeset import font_bytes
from domain.dates import date_line
from domain.errors import Conflict, Invalid
from domain.numbering import printed_number
from domain.places import Places
from domain.seals import FAIR_SHARE
from models.agencies import Agency, Appointment, Person
from models.outgoing import OutgoingDocument
from services.office import Office
from services.outgoing import queries
from services.signing.material import DATE_FONT, NUMBER_FONT
from services.stored_files import read_file

DPI = 100  # as the pages of a document are shown
PLACE_OF = {NUMBER: "number", DATE: "date", LEADER: "leader", SEAL: "seal"}  # others: a leader's


@dataclass(frozen=True)
class Seen:
    """What a person is told beside the picture. `missing`: places without a picture yet; `share`:
    how much of the signature the seal covers, in percent; `fair`: as NĐ 30/2020 wants it."""

    number: str
    date_text: str
    pages: tuple[int, ...]  # from 1
    missing: tuple[str, ...]
    share: int | None

    @property
    def fair(self) -> bool:
        lowest, highest = FAIR_SHARE
        return self.share is None or round(100 * lowest) <= self.share <= round(100 * highest)


def look(office: Office, doc: OutgoingDocument) -> Look:
    """What will be drawn: the number and day it has, or would get today."""
    entry = doc.number_entry
    number = entry.number if entry else queries.proposed_number(office, doc)
    people = [each.appointment.person for each in doc.signers] or [doc.signer.person]
    return _look(
        office,
        people,
        doc.agency,
        printed_number(number) + (entry.sub_number if entry else ""),
        doc.issued_date or office.today(),
    )


def check_fits(
    office: Office, signers: Sequence[Appointment], agency: Agency, prepared: bytes
) -> None:
    """Whether all can be drawn where it shall stand, asked before a file is kept: the leader shall
    not sign what then has no room for the seal. Raises what `as_signed` refuses."""
    people = [signer.person for signer in signers]
    as_signed(prepared, _look(office, people, agency, "000", office.today()))


def _look(office: Office, people: Sequence[Person], agency: Agency, number: str, day: date) -> Look:
    first, *others = [_picture(office, person.signature_sha256) for person in people]
    return Look(
        number=number,
        date_text=date_line(day),
        seal_mm=agency.seal_mm,
        font=font_bytes(NUMBER_FONT),
        date_font=font_bytes(DATE_FONT),
        signature_png=first,
        other_pngs=tuple(others),
        seal_png=_picture(office, agency.seal_sha256),
    )


def of_document(office: Office, doc: OutgoingDocument) -> tuple[Preview, Seen]:
    """The file as it stands with what is still to come.

    Raises Conflict("draft-not-ready"), Conflict("already-issued"), and what `as_signed` refuses.
    """
    if doc.issued_sha256:
        raise Conflict("already-issued", reference=doc.reference)
    sha256 = doc.signed_sha256 or doc.prepared_sha256
    if not sha256:
        raise Invalid("draft-not-ready")
    return _shown(read_file(office, sha256), look(office, doc))


def with_places(
    office: Office, doc: OutgoingDocument, draft: bytes, places: Places
) -> tuple[Preview, Seen]:
    """A draft with places only thought of; raises what `prepare` and `as_signed` refuse."""
    return _shown(prepare(draft, places), look(office, doc))


def page(preview: Preview, number: int, framed: bool = False) -> bytes:
    """WebP of page `number` (from 1); `framed` outlines the places, as do those without picture."""
    missing = set(preview.missing)
    shown = {n: b for n, b in preview.boxes.items() if framed or n in missing}
    boxes = {PLACE_OF.get(name, name): box for name, box in shown.items()}
    if not boxes:
        return pdf.page_image(preview.pdf, number - 1, DPI).webp
    return pdf.marked_page(preview.pdf, number - 1, boxes, DPI).webp


def _shown(prepared: bytes, wished: Look) -> tuple[Preview, Seen]:
    preview = as_signed(prepared, wished)
    seen = Seen(
        number=wished.number,
        date_text=wished.date_text,
        pages=tuple(sorted({box.page + 1 for box in preview.boxes.values()})),
        missing=tuple(PLACE_OF.get(name, "leader") for name in preview.missing),
        share=None if preview.overlap is None else round(100 * preview.overlap),
    )
    return preview, seen


def _picture(office: Office, sha256: str | None) -> bytes | None:
    return read_file(office, sha256) if sha256 else None
