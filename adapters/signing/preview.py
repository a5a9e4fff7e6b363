"""How a file will look once it is signed, sealed, numbered and dated: drawn on a throw-away copy by
the very functions that draw when signing, so that what is seen before is what is there after. No
key is near, and the copy is good for nothing but looking at."""

from dataclasses import dataclass

from adapters.signing.appearance import (
    centred,
    draw_seal,
    draw_signature,
    draw_text,
    overlap,
    seal_place,
    shown_signature,
)
from adapters.signing.finding import (
    ALL_FIELDS,
    DATE,
    LEADER,
    NUMBER,
    SEAL,
    Field,
    find_fields,
    leader_field,
)
from adapters.signing.increment import Increment
from adapters.signing.lettering import letter
from adapters.signing.pdf import broken_as_refusal, open_pdf
from adapters.signing.pictures import read_picture
from domain.places import Box


@dataclass(frozen=True)
class Look:
    """What will be drawn. A picture that is None is not there yet; `number` and `date_text` are
    what they would be today."""

    number: str
    date_text: str
    seal_mm: float
    font: bytes
    date_font: bytes
    signature_png: bytes | None = None
    other_pngs: tuple[bytes | None, ...] = ()  # of leaders who sign after the first, in their order
    seal_png: bytes | None = None


@dataclass(frozen=True)
class Preview:
    """`boxes`: where each stands, the seal as it is drawn in its field. `missing`: fields without
    a picture. `overlap`: which share of the signature's image the seal covers from its left (a
    third, NĐ 30/2020, Phụ lục I), None where one of them is missing."""

    pdf: bytes
    boxes: dict[str, Box]
    missing: tuple[str, ...]
    overlap: float | None


def as_signed(pdf: bytes, look: Look) -> Preview:
    """The prepared file, or the one the leader signed, with what is still to come drawn in.

    Refuses: what `find_fields`, `read_picture` and `draw_seal` refuse ("pdf-not-prepared",
    "image-…", "seal-size", "seal-too-large").
    """
    with broken_as_refusal():
        reader = open_pdf(pdf)
        update = Increment(reader, len(pdf))
        others = {leader_field(turn): png for turn, png in enumerate(look.other_pngs, 2)}
        fields = find_fields(reader, (*ALL_FIELDS, *others))
        _letters(update, fields, look)
        signature = _signature(update, fields[LEADER], look.signature_png)
        unseen = [n for n, png in others.items() if _signature(update, fields[n], png) is None]
        missing = (*_missing(signature, look), *unseen)
        boxes, share = {name: field.box for name, field in fields.items()}, None
        if SEAL not in missing:
            seal, room = read_picture(look.seal_png), fields[SEAL]
            draw_seal(update, room, signature, seal, look.seal_mm)
            boxes[SEAL] = seal_place(room, signature, seal, look.seal_mm)
            share = overlap(signature, boxes[SEAL])
        tail, _offsets = update.close()
    return Preview(pdf + tail, boxes, missing, share)


def _letters(update: Increment, fields: dict[str, Field], look: Look) -> None:
    draw_text(update, fields[NUMBER], letter(look.font, look.number))
    draw_text(update, fields[DATE], letter(look.date_font, look.date_text))


def _signature(update: Increment, leader: Field, png: bytes | None) -> Box | None:
    """Where a leader's image stands: it is there already, or is drawn now, or there is none."""
    if "/V" in leader.dictionary:
        return shown_signature(leader)
    if png is None:
        return None
    picture = read_picture(png)
    draw_signature(update, leader, picture)
    return centred(leader.box, picture.aspect)


def _missing(signature: Box | None, look: Look) -> tuple[str, ...]:
    """The fields without a picture. A seal goes over a signature: without one it has no place."""
    if signature is None:
        return (LEADER, SEAL)
    return (SEAL,) if look.seal_png is None else ()
