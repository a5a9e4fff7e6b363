"""The stamp "ĐẾN" of a received document: laid over page 1 for viewing and in prints, never written
into the file, which would break its signatures. Only its place is kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from adapters import pdf
from adapters.files import PDF
from adapters.pdf.overlays import Overlay
from adapters.typeset.stamp import (
    HEIGHT_MM,
    NOTE_HEIGHT_MM,
    NOTE_WIDTH_MM,
    WIDTH_MM,
    ArrivalStamp,
    typeset_stamp,
)
from domain import permissions
from domain.errors import Conflict, Invalid
from domain.places import POINTS_PER_MM
from domain.roles import Actor
from models.incoming import IncomingDocument, Paper
from services import page_images, stored_files
from services.incoming import access, queries
from services.office import Office
from services.unit_of_work import transaction

# From the left and the top of the page, in mm. Văn thư stamps under the number of a document with a
# heading, under "V/v" of a letter, or under the date: the first of these that is free is proposed.
PRESETS = {
    "under-number": (30.0, 50.0),
    "under-subject": (30.0, 60.0),
    "under-date": (140.0, 50.0),
    "top-left": (5.0, 5.0),
    "top-right": (155.0, 5.0),
    "bottom-left": (20.0, 257.0),
    "bottom-right": (140.0, 257.0),
}
NOTE = "BẢN IN CÓ DẤU ĐẾN · không thay bản gốc có chữ ký số"
MARGIN_MM = 3.0
Place = tuple[float, float]


@dataclass(frozen=True)
class Stamped:
    """A document with its stamp; `place` is None while nobody chose one."""

    document: IncomingDocument
    paper: Paper
    place: Place | None
    may_move: bool


def is_stamped(document: IncomingDocument, paper: Paper) -> bool:
    """Whether this paper bears the stamp: the main one of a registered document, if it is a PDF."""
    return (
        document.arrival_number is not None
        and paper.ordinal == 1
        and bool(paper.sha256)
        and paper.media_type == PDF
    )


def open_stamp(office: Office, actor: Actor, document_id: int) -> Stamped:
    """Raises NotFound, Conflict("stamp-not-registered"), Invalid("stamp-no-page")."""
    document = queries.load(office, actor, document_id)
    if document.arrival_number is None:
        raise Conflict("stamp-not-registered")
    if not is_stamped(document, document.main):
        raise Invalid("stamp-no-page")
    place = None
    if document.stamp_left is not None and document.stamp_top is not None:
        place = (document.stamp_left, document.stamp_top)
    return Stamped(document, document.main, place, may_move(actor, document))


def may_move(actor: Actor, document: IncomingDocument) -> bool:
    held = access.relations(actor, document)
    return permissions.allowing(actor, "incoming:stamp", held) is not None


def move(office: Office, actor: Actor, document_id: int, place: Place) -> None:
    """Keeps where the stamp goes. Raises as `open_stamp`, Forbidden("not-allowed"),
    Invalid("stamp-outside-page")."""
    stamped = open_stamp(office, actor, document_id)
    held = access.relations(actor, stamped.document)
    permissions.require(actor, "incoming:stamp", held)
    _require_on_page(office, stamped, place)
    with transaction(office, actor) as work:
        document = access.locked(work, document_id)
        document.stamp_left, document.stamp_top = place
        work.audit("incoming:stamp", document, place=f"{place[0]}, {place[1]} mm")


def proposed(office: Office, stamped: Stamped) -> Place:
    """The chosen place, or the first of the usual ones where least is printed."""
    if stamped.place is not None:
        return stamped.place
    data = stored_files.read_file(office, stamped.paper.sha256)
    return pdf.emptiest(data, WIDTH_MM, HEIGHT_MM, tuple(PRESETS.values()))


def page_image(
    office: Office, actor: Actor, document_id: int, place: Place | None, *, zoom: bool = False
) -> bytes:
    """Page 1 with the stamp, as WebP; at another place than the kept one if wanted."""
    stamped = open_stamp(office, actor, document_id)
    place = place or proposed(office, stamped)
    stamp = _typeset(stamped)
    dpi = page_images.ZOOM_DPI if zoom else page_images.SCREEN_DPI
    known = hashlib.sha256(repr((_said(stamped), place)).encode()).hexdigest()[:16]

    def draw() -> bytes:
        data = stored_files.read_file(office, stamped.paper.sha256)
        copy = pdf.overlaid(data, [Overlay(stamp, 0, *place)], pages=(0,))
        return pdf.page_image(copy, 0, dpi).webp

    return page_images.drawn(office, stamped.paper.sha256, f"stamped-{dpi}-{known}.webp", draw)


def print_copy(office: Office, actor: Actor, document_id: int) -> tuple[str, bytes]:
    """Name and bytes of a copy to be printed, made in memory and kept nowhere: the stamp on its
    first page, on every page a line that says what it is. Raises as `open_stamp`,
    Unavailable("file-damaged")."""
    stamped = open_stamp(office, actor, document_id)
    data = stored_files.read_file(office, stamped.paper.sha256)
    stamp, place = _typeset(stamped), proposed(office, stamped)
    overlays = [Overlay(stamp, 0, *place, on=(0,))]
    for number, (width, height) in enumerate(pdf.inspect(data).page_sizes):
        left = (width / POINTS_PER_MM - NOTE_WIDTH_MM) / 2
        top = height / POINTS_PER_MM - NOTE_HEIGHT_MM - MARGIN_MM
        overlays.append(Overlay(stamp, 1, left, top, on=(number,)))
    copy = pdf.overlaid(data, overlays)
    with transaction(office, actor) as work:
        work.audit("incoming:stamp_print", stamped.document, sha256=stamped.paper.sha256)
    return f"ban-in-so-den-{stamped.document.arrival_number}.pdf", copy


def read_place(form: Mapping) -> Place:
    """Raises Invalid("not-a-number", field)."""
    return _length(form, "left"), _length(form, "top")


def _length(form: Mapping, field: str) -> float:
    text = str(form.get(field) or "").strip().replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        raise Invalid("not-a-number", field=field, value=text) from None
    if not -2000 < value < 2000:
        raise Invalid("not-a-number", field=field, value=text)
    return round(value, 1)


def _require_on_page(office: Office, stamped: Stamped, place: Place) -> None:
    data = stored_files.read_file(office, stamped.paper.sha256)
    width, height = (side / POINTS_PER_MM for side in pdf.inspect(data).page_sizes[0])
    across, down = max(width - WIDTH_MM, 0.0), max(height - HEIGHT_MM, 0.0)
    if not (0 <= place[0] <= across and 0 <= place[1] <= down):
        field = "left" if not 0 <= place[0] <= across else "top"
        raise Invalid("stamp-outside-page", field=field, left=round(across), top=round(down))


def _said(stamped: Stamped) -> ArrivalStamp:
    document = stamped.document
    return ArrivalStamp(
        agency=document.agency.name,
        number=str(document.arrival_number),
        date=f"{document.arrival_date:%d/%m/%Y}" if document.arrival_date else "",
        to=_handed_to(document),
        note=NOTE,
    )


def _handed_to(document: IncomingDocument) -> str:
    """Whom the document was passed to: the lead, or the leader it is laid before."""
    for each in document.handed_to:
        return each.person.full_name if each.person else each.unit.name
    return document.director.person.full_name if document.director else ""


def _typeset(stamped: Stamped) -> bytes:
    return typeset_stamp(_said(stamped))
