"""The words of a page and where they stand, as displayed: points, origin at the lower left corner,
crop box and rotation applied."""

import ctypes
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from adapters.pdf.opening import opened, page_of
from domain.places import Box
from domain.text import nfc

MAX_CHARACTERS = 40_000  # of one page; an A4 page of 14 pt has about 3,000
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0xAD: "-"}  # how pdfium reports a hyphen at a line's end
Turn = Callable[[float, float, float, float], tuple[float, ...]]


@dataclass(frozen=True)
class Glyph:
    char: str
    left: float
    bottom: float
    right: float
    top: float
    index: int  # in pdfium's text page


@dataclass(frozen=True)
class Word:
    """`box` spans the font's height, not the ink; `glyphs` are its characters, `baseline` the
    height they stand on."""

    text: str
    box: Box
    bold: bool = False
    baseline: float = 0.0
    glyphs: tuple[Glyph, ...] = ()

    @property
    def right(self) -> float:
        return self.box.left + self.box.width

    @property
    def top(self) -> float:
        return self.box.bottom + self.box.height

    @property
    def middle(self) -> float:
        return self.box.bottom + self.box.height / 2


def page_words(data: bytes, page: int) -> list[Word]:
    """The words of page `page` (from 0), widgets included. Raises as `page_image`."""
    with opened(data) as document:
        return document_words(document, page)


def document_words(document: pdfium.PdfDocument, index: int) -> list[Word]:
    with page_of(document, index) as page, closing(page.get_textpage()) as text:
        turn = _displayed(page)
        count = min(text.count_chars(), MAX_CHARACTERS)
        runs = _runs(_glyph(text.raw, position, turn) for position in range(count))
        return [_word(run, index, text.raw, turn) for run in runs]


def _runs(glyphs: Iterable[Glyph | None]) -> list[list[Glyph]]:
    runs: list[list[Glyph]] = [[]]
    for glyph in glyphs:
        if glyph is None or (runs[-1] and _apart(runs[-1][-1], glyph)):
            runs.append([])
        if glyph is not None:
            runs[-1].append(glyph)
    return [run for run in runs if run]


def _apart(before: Glyph, after: Glyph) -> bool:
    """Whether a blank lies between two boxes, in any direction: text may stand sideways."""
    size = max(before.top - before.bottom, before.right - before.left)
    across = max(after.left - before.right, before.left - after.right)
    upward = max(after.bottom - before.top, before.bottom - after.top)
    return max(across, upward) > 0.3 * size


def _word(run: list[Glyph], page: int, text: raw.FPDF_TEXTPAGE, turn: Turn) -> Word:
    left, bottom = min(g.left for g in run), min(g.bottom for g in run)
    right, top = max(g.right for g in run), max(g.top for g in run)
    box = Box(page, left, bottom, right - left, top - bottom)
    first = run[0].index
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, first, x, y)
    baseline = turn(x.value, y.value, x.value, y.value)[1]
    word = nfc("".join(g.char for g in run))
    return Word(word, box, _bold(text, first), baseline, tuple(run))


def _glyph(text: raw.FPDF_TEXTPAGE, position: int, turn: Turn) -> Glyph | None:
    code = raw.FPDFText_GetUnicode(text, position)
    char = _HYPHENS.get(code) or (chr(code) if code not in range(0xD800, 0xE000) else "")
    if not char.strip() or char == "\x00":
        return None
    edges = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text, position, edges):
        return None
    left, bottom, right, top = turn(edges.left, edges.bottom, edges.right, edges.top)
    return Glyph(char, left, bottom, right, top, position)


def _bold(text: raw.FPDF_TEXTPAGE, position: int) -> bool:
    name = ctypes.create_string_buffer(96)
    raw.FPDFText_GetFontInfo(text, position, name, len(name), ctypes.c_int())
    return b"bold" in name.value.lower() or raw.FPDFText_GetFontWeight(text, position) >= 600


def _displayed(page: pdfium.PdfPage) -> Turn:
    """From the file's coordinates to the page as displayed: crop box at the origin, rotated."""
    x0, y0, x1, y1 = page.get_bbox()
    turned = {
        0: lambda x, y: (x - x0, y - y0),
        90: lambda x, y: (y - y0, x1 - x),
        180: lambda x, y: (x1 - x, y1 - y),
        270: lambda x, y: (y1 - y, x - x0),
    }[page.get_rotation()]

    def turn(left: float, bottom: float, right: float, top: float) -> tuple[float, ...]:
        (ax, ay), (bx, by) = turned(left, bottom), turned(right, top)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    return turn
