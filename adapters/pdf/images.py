"""Pages as pictures for the screen: lossless WebP of 16 colours, so that a page of text stays under
60 KB on a slow line. Pages with a red seal or a blue signature keep those colours."""

import io
from dataclasses import dataclass

from PIL import Image

from adapters.pdf.opening import opened, page_of

MAX_SIDE = 4000  # pixels: a page may claim any size
MAX_WEBP = 60 * 1024  # bytes at 100 dpi; four times that at 200
_SATURATION = 60  # of 255: paler pixels are the yellow of scanned paper, not ink
_COLOURED_PIXELS = 60


@dataclass(frozen=True)
class PageImage:
    """WebP bytes with their size in pixels."""

    webp: bytes
    width: int
    height: int


def page_image(data: bytes, page: int, dpi: int = 100) -> PageImage:
    """Page `page` (from 0) at `dpi`, smaller where a side would pass 4000 pixels. Raises Invalid
    as `inspect`, NotFound("pdf-no-page")."""
    with opened(data) as document, page_of(document, page) as sheet:
        scale = min(dpi / 72, MAX_SIDE / max(*sheet.get_size(), 1.0))
        bitmap = sheet.render(scale=scale, rev_byteorder=True)
        picture = bitmap.to_pil().convert("RGB")  # a copy: the bitmap dies with the page
        bitmap.close()
    reduced = _with_ink(picture) if _has_colour(picture) else _grey(picture)
    budget = MAX_WEBP * (dpi / 100) ** 2
    return PageImage(_webp(reduced, picture, budget), picture.width, picture.height)


def _has_colour(picture: Image.Image) -> bool:
    small = picture.reduce(2) if min(picture.size) > 4 else picture
    saturation = small.convert("HSV").getchannel("S").point(lambda s: 255 * (s > _SATURATION))
    dark_enough = small.convert("HSV").getchannel("V").point(lambda v: 255 * (v > 60))
    coloured = Image.composite(saturation, Image.new("L", small.size), dark_enough)
    return coloured.histogram()[255] > _COLOURED_PIXELS


def _grey(picture: Image.Image) -> Image.Image:
    return picture.convert("L").point(lambda level: round(level / 17) * 17)


def _with_ink(picture: Image.Image) -> Image.Image:
    """Eight greys, four reds (seal, urgency stamp), four blues (signature)."""
    return _in_colours(
        picture,
        (0, 44, 84, 124, 164, 200, 228, 255),
        ((190, 0, 0), (225, 40, 40), (240, 120, 120), (250, 195, 195)),
        ((0, 0, 160), (50, 70, 215), (125, 140, 235), (195, 203, 248)),
    )


def _with_little_ink(picture: Image.Image) -> Image.Image:
    """For scans, whose paper is a noise of greys: as sharp, half as large."""
    reds, blues = ((205, 20, 20), (245, 150, 150)), ((40, 40, 190), (160, 170, 235))
    return _in_colours(picture, (0, 90, 170, 255), reds, blues)


def _in_colours(picture: Image.Image, levels: tuple, *inks: tuple) -> Image.Image:
    colours = [(level, level, level) for level in levels]
    colours += [colour for ink in inks for colour in ink]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in colours for part in colour])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")


def _webp(reduced: Image.Image, picture: Image.Image, budget: float) -> bytes:
    """As good as fits into so many bytes; where nothing fits (a photograph), the smallest."""
    tried = []
    for options in (
        {"picture": reduced, "lossless": True, "quality": 60, "method": 2},
        {"picture": _with_little_ink(picture), "lossless": True, "quality": 80, "method": 4},
        {"picture": picture, "quality": 35, "method": 2},
    ):
        tried.append(_encoded(**options))
        if len(tried[-1]) <= budget:
            return tried[-1]
    return min(tried, key=len)


def _encoded(picture: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", **options)
    return out.getvalue()
