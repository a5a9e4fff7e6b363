"""From the page as people see it to the page as PDF stores it, and back.

A page may be rotated, its visible part (CropBox) may start anywhere, and its unit may be larger
than a point. `Box` speaks of the page as displayed: points, origin at the lower left corner of what
is seen. A widget's /Rect speaks of stored coordinates.
"""

from dataclasses import dataclass

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject

from adapters.signing.pdf import entry
from domain.errors import Invalid
from domain.places import Box

Rect = tuple[float, float, float, float]  # left, bottom, right, top
A4 = (0.0, 0.0, 595.276, 841.89)
QUARTERS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@dataclass(frozen=True)
class PageFrame:
    """The visible part of a page in stored coordinates, its rotation (clockwise) and unit."""

    visible: Rect
    rotation: int
    unit: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as displayed, in points."""
        left, bottom, right, top = self.visible
        stored = ((right - left) * self.unit, (top - bottom) * self.unit)
        return stored if self.rotation in (0, 180) else (stored[1], stored[0])

    def to_stored(self, box: Box) -> Rect:
        """The /Rect of a displayed box; Invalid("place-outside-page") if it is not on the page."""
        width, height = self.size
        inside = box.left >= 0 and box.left + box.width <= width + 0.5
        inside = inside and box.bottom >= 0 and box.bottom + box.height <= height + 0.5
        if not inside or box.width <= 0 or box.height <= 0:
            raise Invalid("place-outside-page", page=box.page + 1)
        first = self._point_to_stored(box.left, box.bottom)
        second = self._point_to_stored(box.left + box.width, box.bottom + box.height)
        return (*map(min, first, second), *map(max, first, second))

    def to_displayed(self, rect: Rect, page: int) -> Box:
        first = self._point_to_displayed(rect[0], rect[1])
        second = self._point_to_displayed(rect[2], rect[3])
        left, bottom = map(min, first, second)
        right, top = map(max, first, second)
        return Box(page, left, bottom, right - left, top - bottom)

    def matrix(self) -> ArrayObject:
        """The /Matrix of an appearance that is upright on the displayed page."""
        return ArrayObject(NumberObject(value) for value in (*QUARTERS[self.rotation], 0, 0))

    def _point_to_stored(self, across: float, up: float) -> tuple[float, float]:
        left, bottom, right, top = self.visible
        x, y = across / self.unit, up / self.unit
        return {
            0: (left + x, bottom + y),
            90: (right - y, bottom + x),
            180: (right - x, top - y),
            270: (left + y, top - x),
        }[self.rotation]

    def _point_to_displayed(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self.visible
        across, up = {
            0: (x - left, y - bottom),
            90: (y - bottom, right - x),
            180: (right - x, top - y),
            270: (top - y, x - left),
        }[self.rotation]
        return across * self.unit, up * self.unit


def frame_of(page: DictionaryObject) -> PageFrame:
    """The frame of a page, with what it inherits from the page tree."""
    media = _rectangle(_inherited(page, "/MediaBox")) or A4
    crop = _rectangle(_inherited(page, "/CropBox")) or media
    visible = (
        max(media[0], crop[0]), max(media[1], crop[1]),
        min(media[2], crop[2]), min(media[3], crop[3]),
    )  # fmt: skip
    if visible[0] >= visible[2] or visible[1] >= visible[3]:
        visible = media
    rotation = int(_inherited(page, "/Rotate") or 0) % 360
    if rotation not in QUARTERS:
        raise Invalid("pdf-broken", field="file")
    return PageFrame(visible, rotation, float(entry(page, "/UserUnit", 1)) or 1.0)


def rectangle(values: ArrayObject) -> Rect:
    first, second = (float(values[0]), float(values[1])), (float(values[2]), float(values[3]))
    return (*map(min, first, second), *map(max, first, second))


def _rectangle(values: ArrayObject | None) -> Rect | None:
    return rectangle(values) if values is not None else None


def _inherited(page: DictionaryObject, key: str) -> object | None:
    seen = 0
    node = page
    while node is not None and seen < 64:
        if key in node:
            return node[key]
        node, seen = entry(node, "/Parent"), seen + 1
    return None
