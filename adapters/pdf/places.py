"""The places for number, date, signature and seal in an uploaded PDF, found by its words. What
cannot be found is named, so that a person places it."""

import re
from collections.abc import Sequence

from pypdfium2 import PdfDocument

from adapters.pdf.facts import signature_pages
from adapters.pdf.head import Head, read_head
from adapters.pdf.lines import Line
from adapters.pdf.opening import opened
from adapters.pdf.signer import SignatureBlock, find_signature
from adapters.pdf.words import Word, document_words
from domain.errors import Invalid
from domain.places import Box, Places
from domain.seals import seal_box
from domain.text import fold

PAGES_READ = 60  # of a long file, where the signer is not on its first and last pages
MIN_NUMBER = 12.0  # points between "Số:" and "/": less holds no number
MIN_SIGNATURE = 30.0  # points between title and name
SIGNATURE = (147.4, 70.9)  # points: 52 x 25 mm
DATE_WIDTH = 148.0  # points: "ngày 00 tháng 00 năm 0000" at 13 pt italic
_DATE_LINE = re.compile(r"ngay\b.*\bthang\b.*\bnam\b")
_YEAR = re.compile(r"\d{4}[.,]?")


def find_places(data: bytes, signer_name: str = "") -> Places:
    """The four places of an uploaded document.

    The date's box spans a printed "ngày … tháng … năm …", which the field's own text must cover.
    Raises Invalid("places-not-found", missing=[...]) with any of number, date, leader; and as
    `inspect`.
    """
    with opened(data) as document:
        width = document.get_page_size(0)[0]
        pages = [(i, document_words(document, i)) for i in signature_pages(len(document))]
        block = find_signature(pages, signer_name)
        if signer_name and (block is None or block.name is None):
            block = _in_the_middle(document, signer_name) or block
    head = read_head(pages[0][1], width)
    found = {
        "number": _number(head),
        "date": _date(head, pages[0][1]),
        "leader": _leader(block),
    }
    if missing := [name for name, box in found.items() if box is None]:
        raise Invalid("places-not-found", missing=missing)
    return Places(**found, seal=seal_box(found["leader"]))


def _in_the_middle(document: PdfDocument, signer_name: str) -> SignatureBlock | None:
    """Long appendices may follow: the signer's block on one of the other pages."""
    count = min(len(document), PAGES_READ)
    seen = set(signature_pages(len(document)))
    others = [(i, document_words(document, i)) for i in range(count) if i not in seen]
    block = find_signature(others, signer_name)
    return block if block and block.name else None


def _number(head: Head) -> Box | None:
    line = head.number_line
    if line is None:
        return None
    glyphs = [glyph for word in line.words for glyph in word.glyphs]
    slash = next((i for i, glyph in enumerate(glyphs) if glyph.char == "/"), None)
    before = [g for g in glyphs[:slash] if g.char not in "._…"] if slash is not None else []
    if not before or any(glyph.char.isdigit() for glyph in before):
        return None
    left, right = before[-1].right + 1, glyphs[slash].left - 1
    return _line_box(line, left, right) if right - left >= MIN_NUMBER else None


def _date(head: Head, words: Sequence[Word]) -> Box | None:
    for line in head.right[:8]:
        if _DATE_LINE.search(fold(line.text)):
            if _year_wraps(line, words):
                return None
            start = next(word for word in line.words if fold(word.text).startswith("ngay"))
            left = start.box.left
            return _line_box(line, left, max(line.right, left + DATE_WIDTH))
    return _date_after_comma(head)


def _year_wraps(line: Line, words: Sequence[Word]) -> bool:
    """A narrow column has the year on the next line, where the field would not cover it: a person
    sees where the date shall stand."""
    if not fold(line.text).strip(" .…_").endswith("nam"):
        return False
    below = line.bottom - 2 * line.height
    return any(
        _YEAR.fullmatch(word.text) and below <= word.box.bottom < line.bottom - line.height / 2
        for word in words
    )


def _date_after_comma(head: Head) -> Box | None:
    """A place name and a comma with nothing after it, on the number's level."""
    line = head.number_line
    for row in head.right[:8]:
        level = line is not None and abs(row.bottom - line.bottom) < row.height
        if level and row.text.endswith(","):
            left = row.right + 3
            return _line_box(row, left, left + DATE_WIDTH)
    return None


def _line_box(line: Line, left: float, right: float) -> Box:
    """Room for 13 pt text on the line's own baseline, as the typeset documents have it."""
    word = line.words[0]
    return Box(word.box.page, left, word.baseline - 0.216 * 13, right - left, 1.107 * 13)


def _leader(block: SignatureBlock | None) -> Box | None:
    if block is None or block.name is None:
        return None
    top, bottom = block.titles[-1].bottom - 3, block.name.top + 3
    if top - bottom < MIN_SIGNATURE:
        return None
    width, height = SIGNATURE[0], min(SIGNATURE[1], top - bottom)
    middle = (top + bottom) / 2
    return Box(block.page, block.name.centre - width / 2, middle - height / 2, width, height)
