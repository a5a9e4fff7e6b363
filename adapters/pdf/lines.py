"""Lines of a page, built from its words by height and not by the file's order."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from adapters.pdf.words import Word, page_words


@dataclass(frozen=True)
class Line:
    """Words at one height, from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].box.left

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def top(self) -> float:
        return max(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        return min(word.box.bottom for word in self.words)

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def bold(self) -> bool:
        return sum(word.bold for word in self.words) * 2 > len(self.words)


def page_text(data: bytes, page: int) -> str:
    """The text of a page for screen readers, search and copying: one line of the page is one line
    of text, columns side by side included."""
    return "\n".join(line.text for line in lines(page_words(data, page)))


def lines(words: Iterable[Word], gap: float = float("inf")) -> list[Line]:
    """Words joined into lines from the top down; a blank wider than `gap` points cuts a line."""
    rows: list[list[Word]] = []
    for level in _levels(words):
        row = rows[-1] if rows else []
        height = max(word.box.height for word in row + level)
        if row and abs(row[0].middle - level[0].middle) < 0.4 * height:
            row.extend(level)
        else:
            rows.append(level)
    return [part for row in rows for part in _cut(sorted(row, key=lambda w: w.box.left), gap)]


def _levels(words: Iterable[Word]) -> list[list[Word]]:
    """Words of the very same height, from the top down: these are never parted."""
    levels: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.middle):
        if levels and abs(levels[-1][0].middle - word.middle) < 0.5:
            levels[-1].append(word)
        else:
            levels.append([word])
    return levels


def _cut(row: list[Word], gap: float) -> list[Line]:
    parts = [[row[0]]]
    for before, word in pairwise(row):
        if word.box.left - before.right > gap:
            parts.append([])
        parts[-1].append(word)
    return [Line(tuple(part)) for part in parts]
