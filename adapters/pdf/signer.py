"""Who signs: the block of authority lines in capitals with the signer's name under it. It is not
always on the last page, since appendices may follow."""

import re
from dataclasses import dataclass
from itertools import pairwise

from adapters.pdf.head import COLUMN_GAP
from adapters.pdf.lines import Line, lines
from adapters.pdf.words import Word
from domain.text import fold

_AUTHORITY = re.compile(
    r"(tm|kt|tl|tuq|q|quyen)\s?\.|(pho |quyen )?(chu tich|truong|giam doc|tong giam doc|chanh|bo "
    r"truong|thu truong|bi thu|vien truong|chi cuc truong|cuc truong|hieu truong|hat truong|doi "
    r"truong|thu truong)\b|pho (truong|giam doc|chanh|bi thu)\b"
)
_RECIPIENTS = re.compile(r"noi nhan\b")
_MAX_DROP = 200.0  # points from the title to the name


@dataclass(frozen=True)
class SignatureBlock:
    """`titles` from the top down and the line with the name; None where it could not be found."""

    page: int
    titles: tuple[Line, ...]
    name: Line | None


def find_signature(
    pages: list[tuple[int, list[Word]]], signer_name: str = ""
) -> SignatureBlock | None:
    """The signature block of `pages` (index, words); with `signer_name`, the one that name stands
    under. Of several the one level with "Nơi nhận" counts, which the document itself has and its
    appendices have not (NĐ 30/2020, Phụ lục I, Mục II.9); else the last."""
    found = [each for each in pages for each in _candidates(*each, fold(signer_name))]
    named = [(beside, block) for beside, block in found if block.name is not None]
    best = max(named or found, key=lambda each: each[0], default=None)
    return best[1] if best else None


def _candidates(
    page: int, words: list[Word], wanted: str
) -> list[tuple[tuple[bool, int, int], SignatureBlock]]:
    """Blocks of a page with how much speaks for each: the recipients beside it, the place it has
    among all. Two agencies that issue together sign side by side: the right column counts more
    unless a name decides."""
    rows = lines(words, gap=COLUMN_GAP)
    middle = _text_middle(rows)
    columns = ([row for row in rows if row.centre > middle],)
    if wanted:
        columns = ([row for row in rows if row.centre <= middle], *columns)
    recipients = [row for row in rows if _RECIPIENTS.match(fold(row.text))]
    found = []
    for column in columns:
        for order, titles in enumerate(_title_runs(column)):
            block = SignatureBlock(page, titles, _name_under(titles, column, wanted))
            beside = any(_is_level(titles, row) for row in recipients)
            found.append(((beside, page, order), block))
    return found


def _is_level(titles: tuple[Line, ...], recipients: Line) -> bool:
    return titles[-1].bottom - _MAX_DROP < recipients.bottom < titles[0].top + recipients.height


def _text_middle(rows: list[Line]) -> float:
    return (min(row.left for row in rows) + max(row.right for row in rows)) / 2 if rows else 0.0


def _title_runs(column: list[Line]) -> list[tuple[Line, ...]]:
    """Runs of neighbouring capital lines that hold a title."""
    capitals = [row for row in column if row.text.isupper() and len(row.text) > 2]
    runs: list[list[Line]] = [capitals[:1]] if capitals else []
    for above, row in pairwise(capitals):
        near = above.bottom - row.top < 0.8 * row.height and abs(above.centre - row.centre) < 60
        if near:
            runs[-1].append(row)
        else:
            runs.append([row])
    return [tuple(run) for run in runs if any(_AUTHORITY.match(fold(row.text)) for row in run)]


def _name_under(titles: tuple[Line, ...], column: list[Line], wanted: str) -> Line | None:
    lowest = titles[-1]
    for row in column:
        under = 0 < lowest.bottom - row.bottom < _MAX_DROP + row.height
        if under and abs(row.centre - lowest.centre) < 60 and _is_name(row, wanted):
            return row
    return None


def _is_name(row: Line, wanted: str) -> bool:
    if wanted:
        return wanted in fold(row.text)
    words = row.text.split()
    return 2 <= len(words) <= 6 and all(word.istitle() and word.isalpha() for word in words)
