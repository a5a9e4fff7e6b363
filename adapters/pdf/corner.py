"""A free place at the top right of page 1 for the agency's text block: in the margin above the
motto if nothing is printed there, on scans with narrow margins wherever there is least ink."""

from collections.abc import Sequence

from PIL import Image

from adapters.pdf.opening import opened, page_of
from domain.places import POINTS_PER_MM, Box

DPI = 50
DARK = 150  # of 255: paler pixels are the grey of scanned paper
RIGHT = 10 * POINTS_PER_MM
# From the page's top edge, the best first: an official document begins 20 mm down (NĐ 30/2020, Phụ
# lục I, phần I, mục I.4).
TOPS = tuple(mm * POINTS_PER_MM for mm in (8, 6, 10, 4, 2, 12, 15))


def room_below(data: bytes, page: int) -> tuple[float, float]:
    """Where a page's print ends, in millimetres from its top, and how high the page is."""
    picture, _across, up = _page(data, page)
    dark = picture.point(lambda level: 255 if level < DARK else 0).getbbox()
    height = up / POINTS_PER_MM
    return (dark[3] / picture.height * height if dark else 0.0), height


def emptiest(
    data: bytes, width: float, height: float, places: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Of some places on page 1 (millimetres from the left and the top) the one under which least is
    printed for a thing of this size, the first of equals. Raises Invalid as `inspect`."""
    picture, across, up = _page(data)
    across, up = across / POINTS_PER_MM, up / POINTS_PER_MM
    inside = [at for at in places if at[0] + width <= across and at[1] + height <= up]
    boxes = {at: Box(0, at[0], up - at[1] - height, width, height) for at in inside or places[:1]}
    return min(boxes, key=lambda at: _ink(picture, boxes[at], up))


def clear_corner(data: bytes, width: float, height: float) -> Box:
    """Where a block of this size (points) goes. Raises Invalid as `inspect`."""
    picture, across, up = _page(data)
    left = max(0.0, across - width - min(RIGHT, max(0.0, across - width) / 2))
    places = [Box(0, left, up - top - height, width, height) for top in TOPS if top + height <= up]
    return min(places or [Box(0, left, 0.0, width, height)], key=lambda at: _ink(picture, at, up))


def _page(data: bytes, number: int = 0) -> tuple[Image.Image, float, float]:
    """A small grey picture of a page, with its width and height in points."""
    with opened(data) as document, page_of(document, number) as sheet:
        across, up = sheet.get_size()
        bitmap = sheet.render(scale=min(DPI / 72, 2000 / max(across, up, 1.0)), grayscale=True)
        picture = bitmap.to_pil().convert("L")
        bitmap.close()
    return picture, across, up


def _ink(picture: Image.Image, place: Box, page_height: float) -> int:
    """Dark pixels under the place; of equal places `min` takes the first."""
    scale = picture.height / page_height
    top = page_height - place.bottom - place.height
    edges = (place.left, top, place.left + place.width, top + place.height)
    part = picture.crop(tuple(round(edge * scale) for edge in edges))
    return sum(part.histogram()[:DARK])
