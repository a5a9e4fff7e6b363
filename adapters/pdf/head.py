"""The first page read in two columns: issuer, number and "V/v" at the left; motto and date at the
right of where "CỘNG HÒA" begins. Read straight across, the two mix."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from adapters.pdf.lines import Line, lines
from adapters.pdf.words import Word
from domain.text import fold

COLUMN_GAP = 20.0  # points: a wider blank parts two columns
HEAD_HEIGHT = 75.0  # points from motto to date, where no number tells
_NUMBER_LINE = re.compile(r"so\s*[:.]|so\s*\d|so$|so\s*/")


@dataclass(frozen=True)
class Head:
    """`left` and `right` are the columns' lines from the level of "CỘNG HÒA" down, `right` ending
    with the number's level, so that no date of the body gets in; `number` is the index in `left` of
    the number's line, or None."""

    left: list[Line]
    right: list[Line]
    number: int | None
    bottom: float

    @property
    def number_line(self) -> Line | None:
        return None if self.number is None else self.left[self.number]


def read_head(words: Iterable[Word], page_width: float) -> Head:
    """The two columns of a first page, split at 45 % of its width where "CỘNG HÒA" is missing."""
    words = list(words)
    nation = _nation(words)
    split = nation.left - 3 if nation else 0.45 * page_width
    level = nation.top + 6 if nation else float("inf")
    inside = [word for word in words if word.middle < level]
    left = lines(w for w in inside if w.box.left < split and w.box.left + w.box.width / 2 < split)
    right = lines(word for word in inside if word.box.left >= split)
    number = next((i for i, line in enumerate(left[:10]) if _NUMBER_LINE.match(_bare(line))), None)
    bottom = left[number].bottom if number is not None else level - HEAD_HEIGHT
    upper = [line for line in right if line.bottom > bottom - 0.8 * line.height]
    return Head(left, upper, number, bottom)


def _nation(words: list[Word]) -> Line | None:
    for line in lines(words)[:20]:
        for start, word in enumerate(line.words):
            tail = Line(line.words[start:])
            if fold(word.text) == "cong" and fold(tail.text).startswith("cong hoa xa hoi"):
                return tail
    return None


def _bare(line: Line) -> str:
    return fold(line.text)
