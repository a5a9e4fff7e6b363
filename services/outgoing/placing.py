"""Placing number, date, signature and seal by hand on an uploaded file, in millimetres from the
upper left corner of the page, as a ruler on paper measures."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from adapters import pdf
from adapters.signing.preview import Preview
from domain.errors import Conflict, Invalid
from domain.places import POINTS_PER_MM, Box, Places
from domain.roles import Actor
from models.outgoing import OutgoingDocument
from services.office import Office
from services.outgoing import actions, drafting, material, preview, state
from services.stored_files import read_file
from services.unit_of_work import transaction

NAMES = ("number", "date", "leader", "seal")
MOVES = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


@dataclass(frozen=True)
class Spot:
    """One place as a person sees it: page from 1, lengths in mm from the upper left corner."""

    page: int
    left: float
    top: float
    width: float
    height: float


Spots = dict[str, Spot]
# NĐ 30/2020, Phụ lục I, phần IV (A4): number under the issuer's name, date under the motto, the
# signature in the right half under the title.
HEAD = {"number": Spot(1, 47, 38, 16, 6), "date": Spot(1, 126, 38, 52, 6)}
HEIGHTS = {"high": 90.0, "middle": 160.0, "low": 225.0}  # mm from the top: the signature's place


# Of leaders who sign after the first: the left half at the same height, then above it.
FURTHER = (Spot(1, 30, 0, 52, 25), Spot(1, 30, -45, 52, 25))


def names_of(doc: OutgoingDocument) -> tuple[str, ...]:
    """What is placed on this document: "leader2", "leader3" for those who sign after the first."""
    return (*NAMES, *(f"leader{turn}" for turn in range(2, len(doc.signers) + 1)))


def preset(height: str, pages: int, seal_mm: float, names: Sequence[str] = NAMES) -> Spots:
    """The usual places with the signatures high, in the middle or low on the last page."""
    top = HEIGHTS.get(height, HEIGHTS["low"])
    spots = HEAD | {"leader": Spot(pages, 118, top, 52, 25)}
    for name, spot in zip(names[len(NAMES) :], FURTHER, strict=False):
        spots[name] = replace(spot, page=pages, top=top + spot.top)
    return spots | {"seal": by_leader(spots["leader"], seal_mm)}


def by_leader(leader: Spot, seal_mm: float) -> Spot:
    """The seal over the left third of the signature (NĐ 30/2020, Phụ lục I)."""
    left = leader.left + leader.width / 3 - seal_mm
    return Spot(leader.page, left, leader.top + (leader.height - seal_mm) / 2, seal_mm, seal_mm)


def read(form: Mapping, names: Sequence[str] = NAMES) -> Spots:
    """Spots from fields like `number_left`; Invalid("not-a-number", field)."""
    return {name: Spot(**{key: _value(form, name, key) for key in Spot.__annotations__})
            for name in names}  # fmt: skip


def _value(form: Mapping, name: str, key: str) -> float:
    text = str(form.get(f"{name}_{key}") or "").strip().replace(",", ".")
    try:
        value = int(text) if key == "page" else float(text)
    except ValueError:
        raise Invalid("not-a-number", field=f"{name}_{key}", value=text) from None
    if not -2000 < value < 2000:
        raise Invalid("not-a-number", field=f"{name}_{key}", value=text)
    return value


def current(office: Office, doc: OutgoingDocument) -> Spots:
    """Where the places are now, or the usual ones."""
    sizes, names = page_sizes(office, doc), names_of(doc)
    spots = preset("low", len(sizes), doc.agency.seal_mm, names)
    if (stored := doc.versions[-1].places) is None:
        return spots
    places = Places.from_json(stored)
    boxes = {name: getattr(places, name) for name in NAMES}
    boxes |= zip(names[len(NAMES) :], places.others, strict=False)
    return spots | {name: _spot(box, sizes) for name, box in boxes.items()}


def place(
    office: Office, actor: Actor, document_id: int, spots: Spots, version: int | None = None
) -> OutgoingDocument:
    """A new version of the draft with these places.

    Raises Invalid("place-outside-page", page), Conflict("not-an-upload") for a typeset draft, and
    what `preview.check_fits` refuses ("seal-too-large").
    """
    form = {"version": version}
    doc = actions.opened(office.session(), actor, document_id, "edit", form)
    data, source = draft_pdf(office, doc), doc.versions[-1].source
    places = to_places(spots, pdf.inspect(data).page_sizes)
    made = material.placed(source, data, places)
    signers = [each.appointment for each in doc.signers] or [doc.signer]
    preview.check_fits(office, signers, doc.agency, made.prepared)
    with transaction(office, actor) as work:
        doc = actions.opened(work.session, actor, document_id, "edit", form, lock=True)
        drafting.add_version(work, doc, made)
        work.audit("outgoing:places", doc, places=made.places.to_json())
        state.move(work, doc, "edit", prepared=doc.prepared_sha256)
        return doc


def moved(spots: Spots, name: str, direction: str, mm: float = 1.0) -> Spots:
    """One place moved on its page; the seal goes with the signature that it covers."""
    across, down = MOVES.get(direction, (0, 0))
    together = ("leader", "seal") if name == "leader" else (name,)
    return spots | {
        each: replace(spot, left=spot.left + across * mm, top=spot.top + down * mm)
        for each, spot in spots.items()
        if each in together
    }


def previewed(office: Office, doc: OutgoingDocument, spots: Spots) -> tuple[Preview, preview.Seen]:
    """The signed page as it would be with these places; raises what saving them would refuse."""
    data = draft_pdf(office, doc)
    return preview.with_places(office, doc, data, to_places(spots, pdf.inspect(data).page_sizes))


def framed_page(office: Office, doc: OutgoingDocument, page: int, spots: Spots) -> bytes:
    """WebP of a page (from 1) with only the frames of the places: what does not fit cannot be drawn
    as it will be."""
    data = draft_pdf(office, doc)
    sizes = pdf.inspect(data).page_sizes
    boxes = {n: _box(s, sizes) for n, s in spots.items() if s.page == page <= len(sizes)}
    return pdf.marked_page(data, page - 1, boxes, preview.DPI).webp


def draft_pdf(office: Office, doc: OutgoingDocument) -> bytes:
    last = doc.versions[-1]
    if last.source == "form":
        raise Conflict("not-an-upload")
    return read_file(office, last.pdf_sha256)


def page_sizes(office: Office, doc: OutgoingDocument) -> tuple[tuple[float, float], ...]:
    """Width and height of each page in points."""
    return pdf.inspect(draft_pdf(office, doc)).page_sizes


def to_places(spots: Spots, sizes: tuple[tuple[float, float], ...]) -> Places:
    boxes = {name: _box(spot, sizes) for name, spot in spots.items()}
    others = tuple(boxes.pop(name) for name in sorted(boxes.keys() - set(NAMES)))
    return Places(**boxes, others=others)


def with_seal(spots: Spots, seal_mm: float) -> Spots:
    return spots | {"seal": by_leader(spots["leader"], seal_mm)}


def _box(spot: Spot, sizes: tuple[tuple[float, float], ...]) -> Box:
    if not 1 <= spot.page <= len(sizes):
        raise Invalid("place-outside-page", page=spot.page)
    height = sizes[spot.page - 1][1]
    points = {key: value * POINTS_PER_MM for key, value in asdict(spot).items() if key != "page"}
    return Box(
        page=spot.page - 1,
        left=points["left"],
        bottom=height - points["top"] - points["height"],
        width=points["width"],
        height=points["height"],
    )


def _spot(box: Box, sizes: tuple[tuple[float, float], ...]) -> Spot:
    top = sizes[box.page][1] - box.bottom - box.height
    lengths = (box.left, top, box.width, box.height)
    return Spot(box.page + 1, *(round(length / POINTS_PER_MM, 1) for length in lengths))
