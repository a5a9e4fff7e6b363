"""What a signed field looks like: signature, seal, number and date, placed by the decree's rules.

NĐ 30/2020, Phụ lục I, Mục II: the leader's signature is centred between title and name; the seal,
in its real size, covers about one third of the signature, on its left. All boxes are displayed
coordinates in points, so that a rotated page needs no thought here.
"""

from dataclasses import replace

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name

from adapters.signing.baked import written
from adapters.signing.finding import Field
from adapters.signing.increment import Increment
from adapters.signing.lettering import Lettering
from adapters.signing.pictures import Picture
from domain.errors import Invalid
from domain.places import POINTS_PER_MM, Box

TEXT_SIZE = 13.0  # points: number and date are set in 13 (NĐ 30/2020, Phụ lục I, Mục IV)
_FORM = b"""<</Type /XObject
/Subtype /Form
/BBox [0 0 %s %s]
/Matrix %s
/Resources %s
/Length %d
>>
stream
%s
endstream"""  # written out: it takes a third of the time
SEAL_SHARE = 1 / 3
SEAL_MM = (10.0, 60.0)  # a seal outside this is a typing error, not a seal


def centred(box: Box, aspect: float) -> Box:
    """The largest box of this aspect (width over height) inside `box`, in its middle."""
    width = min(box.width, box.height * aspect)
    height = width / aspect
    return Box(
        box.page,
        box.left + (box.width - width) / 2,
        box.bottom + (box.height - height) / 2,
        width,
        height,
    )


def seal_box(room: Box, signature: Box, width: float, height: float) -> Box:
    """Where a seal of this size goes: one third over the signature's image, level with its middle.

    If the seal was given a place elsewhere (the ideal one is not in `room`), it goes to the middle
    of that place. Invalid("seal-too-large") if it does not fit at all.
    """
    if width > room.width or height > room.height:
        raise Invalid("seal-too-large", room_mm=round(min(room.width, room.height) / POINTS_PER_MM))
    middle = replace(
        room,
        left=room.left + (room.width - width) / 2,
        bottom=room.bottom + (room.height - height) / 2,
        width=width,
        height=height,
    )
    left = signature.left + signature.width * SEAL_SHARE - width
    if room.page != signature.page or not room.left <= left <= room.left + room.width - width:
        return middle
    level = signature.bottom + (signature.height - height) / 2
    highest = room.bottom + room.height - height
    return replace(middle, left=left, bottom=min(max(level, room.bottom), highest))


def overlap(signature: Box, seal: Box) -> float:
    """Which share of the signature's width the seal covers from its left, 0 where apart."""
    level = (
        seal.page == signature.page
        and seal.bottom < signature.bottom + signature.height
        and signature.bottom < seal.bottom + seal.height
        and seal.left < signature.left + signature.width
    )
    return max(0.0, (seal.left + seal.width - signature.left) / signature.width) if level else 0.0


def draw_signature(update: Increment, field: Field, picture: Picture) -> None:
    """Show the leader's signature in the middle of its field."""
    _draw_picture(update, field, picture, centred(field.box, picture.aspect))


def shown_signature(leader: Field) -> Box:
    """Where the leader's image stands in a file that has it."""
    shown = leader.dictionary["/AP"]["/N"]["/Resources"]["/XObject"]["/Picture"]
    return centred(leader.box, int(shown["/Width"]) / int(shown["/Height"]))


def seal_place(field: Field, signature: Box, picture: Picture, diameter_mm: float) -> Box:
    """Where a seal of this size goes in its field: one third over the leader's image.

    Invalid("seal-size"), Invalid("seal-too-large").
    """
    if not SEAL_MM[0] <= diameter_mm <= SEAL_MM[1]:
        raise Invalid("seal-size", smallest=SEAL_MM[0], largest=SEAL_MM[1])
    width = diameter_mm * POINTS_PER_MM
    return seal_box(field.box, signature, width, width / picture.aspect)


def draw_seal(
    update: Increment, field: Field, signature: Box, picture: Picture, diameter_mm: float
) -> None:
    """Show the seal in its real size (`diameter_mm` is its width), one third over the signature."""
    place = seal_place(field, signature, picture, diameter_mm)
    _draw_picture(update, field, picture, place)


def draw_text(update: Increment, field: Field, lettering: Lettering) -> None:
    """Show a line of text in black, centred; a long one is set smaller rather than cut. The paper
    under the line is made white: an uploaded draft has "ngày … tháng … năm" or dots printed there.
    """
    size = min(TEXT_SIZE, field.box.width / max(lettering.width, 0.01))
    across = (field.box.width - lettering.width * size) / 2
    up = field.box.height / 2 - (lettering.ascent - lettering.descent) / 2 * size
    bottom = up - lettering.descent * size
    height = (lettering.ascent + lettering.descent) * size
    paper = f"1 g 0 {bottom:.3f} {field.box.width:.3f} {height:.3f} re f"
    line = f"BT 0 g /F {size:.3f} Tf {across:.3f} {up:.3f} Td <{lettering.codes}> Tj ET"
    content = f"q {paper} Q {line}"
    fonts = generic.DictionaryObject({name("/F"): update.embed(lettering.font)})
    set_appearance(update, field, content, {name("/Font"): fonts})


def _draw_picture(update: Increment, field: Field, picture: Picture, place: Box) -> None:
    across, up = place.left - field.box.left, place.bottom - field.box.bottom
    content = f"q {place.width:.3f} 0 0 {place.height:.3f} {across:.3f} {up:.3f} cm /Picture Do Q"
    pictures = generic.DictionaryObject({name("/Picture"): update.embed(picture.baked)})
    set_appearance(update, field, content, {name("/XObject"): pictures})


def set_appearance(update: Increment, field: Field, content: str, resources: dict) -> None:
    """A new appearance stream; an existing one is never overwritten: that looks like fraud."""
    edges = generic.FloatObject(field.box.width), generic.FloatObject(field.box.height)
    data = content.encode("ascii")
    form = _FORM % (
        *map(written, edges),
        written(field.frame.matrix()),
        written(generic.DictionaryObject(resources)),
        len(data),
        data,
    )
    shown = generic.DictionaryObject({name("/N"): update.add(form)})
    field.dictionary[name("/AP")] = shown
    update.change(field.reference)
