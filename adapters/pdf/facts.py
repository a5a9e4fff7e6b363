"""What a text PDF says about itself: number, notation, date, issuer, kind, subject, signer. Only
the places the layout of NĐ 30/2020 gives them are read, so that documents cited in the text are
never taken for the document's own. Scans give empty facts."""

import re
from dataclasses import dataclass
from datetime import date

from adapters.pdf.head import Head, read_head
from adapters.pdf.lines import Line, lines
from adapters.pdf.opening import opened
from adapters.pdf.signer import find_signature
from adapters.pdf.words import document_words
from domain.document_types import CONG_VAN, DOCUMENT_TYPES
from domain.text import fold

SIGNATURE_PAGES = 6  # the first and last pages looked at: long appendices may follow
_NUMBER = re.compile(r"s[oố]\s*[:.]?\s*(\d[\d\s]{0,6}[a-zđ]?)?\s*/\s*([\w.&-][\w.&\s-]*)", re.I)
_DATE = re.compile(r"ngay\s*(\d{1,2})\s*thang\s*(\d{1,2})\s*nam\s*(\d{4})")
_ABOUT = re.compile(r"v\s*/\s*v\b", re.I)
_URGENCY = {"hoa toc": "HỎA TỐC", "thuong khan": "THƯỢNG KHẨN", "khan": "KHẨN"}
_KINDS = {fold(kind.name): kind.name for kind in DOCUMENT_TYPES}


@dataclass(frozen=True)
class DocumentFacts:
    """Empty text, or None for the date, where the page does not say. `position` joins its lines
    with "; "; `agency` is in capitals as printed."""

    number: str = ""
    notation: str = ""
    issued_date: date | None = None
    agency: str = ""
    type_name: str = ""
    subject: str = ""
    signer: str = ""
    position: str = ""
    urgency: str = ""


def read_facts(data: bytes) -> DocumentFacts:
    """The facts of a text PDF; all empty for a scan. Raises Invalid as `inspect`."""
    with opened(data) as document:
        width = document.get_page_size(0)[0]
        pages = [(i, document_words(document, i)) for i in signature_pages(len(document))]
    words = pages[0][1]
    head = read_head(words, width)
    number, notation = _number(head)
    type_name, subject = _title(head, lines(words))
    block = find_signature(pages)
    return DocumentFacts(
        number=number,
        notation=notation,
        issued_date=_date(head),
        agency=_agency(head),
        type_name=type_name,
        subject=subject,
        signer=block.name.text if block and block.name else "",
        position="; ".join(line.text for line in block.titles) if block else "",
        urgency=_urgency(lines(words, gap=12)),
    )


def signature_pages(count: int) -> list[int]:
    """The pages where a signature is looked for: the first and the last few."""
    half = SIGNATURE_PAGES // 2
    return sorted({*range(min(half, count)), *range(max(0, count - half), count)})


def _number(head: Head) -> tuple[str, str]:
    match = _NUMBER.match(head.number_line.text) if head.number_line else None
    if not match:
        return "", ""
    return (match[1] or "").replace(" ", ""), re.sub(r"\s", "", match[2])


def _date(head: Head) -> date | None:
    for line in head.right[:8]:
        if match := _DATE.search(fold(line.text)):
            day, month, year = map(int, match.groups())
            try:
                return date(year, month, day)
            except ValueError:
                return None
    return None


def _agency(head: Head) -> str:
    above = head.left[: head.number] if head.number is not None else []
    # The superior is printed upright above the issuer in bold (Phụ lục I, mục II, 2).
    named = [line for line in above if line.bold] or above
    return " ".join(line.text for line in named)


def _title(head: Head, rows: list[Line]) -> tuple[str, str]:
    below = [row for row in rows if row.bottom < head.bottom - 2]
    for index, row in enumerate(below[:12]):
        kind = _KINDS.get(fold(row.text).rstrip(" :"))
        if kind and row.text.isupper():
            return kind, _joined(_subject_lines(below[index : index + 12]))
    about = _about(head)
    return (CONG_VAN if about or head.number_line else ""), about


def _subject_lines(rows: list[Line]) -> list[Line]:
    """The lines under the title `rows[0]` that continue it: as bold as it, near, not capitals."""
    taken = rows[:1]
    for row in rows[1:]:
        apart = taken[-1].bottom - row.top > 0.9 * row.height
        if apart or row.text.isupper() or row.bold != rows[0].bold or _greets(row):
            break
        taken.append(row)
    return taken[1:]


def _about(head: Head) -> str:
    start = (head.number or 0) + 1
    rest = head.left[start : start + 12]
    first = next((i for i, line in enumerate(rest[:3]) if _ABOUT.match(line.text)), None)
    if first is None:
        return ""
    taken = [rest[first]]
    for line in rest[first + 1 :]:
        apart = taken[-1].bottom - line.top > 0.6 * line.height
        if apart or _greets(line) or fold(line.text) in _URGENCY:
            break
        taken.append(line)
    return _joined(taken)


def _greets(line: Line) -> bool:
    return fold(line.text).startswith("kinh gui")


def _urgency(rows: list[Line]) -> str:
    for row in rows[:30]:
        if row.text.isupper() and fold(row.text) in _URGENCY:
            return _URGENCY[fold(row.text)]
    return ""


def _joined(rows: list[Line]) -> str:
    return " ".join(row.text for row in rows)
