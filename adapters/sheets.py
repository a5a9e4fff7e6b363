"""Tables as people exchange them: XLSX and CSV, read row after row within bounds, and written. A
cell is a text here, a day as 2026-11-23."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from domain.errors import Invalid

MOST_BYTES = 40 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_SHARED = 100 * 1024 * 1024  # the one part that is held in memory as a whole
MOST_PARTS = 200
MOST_ROWS = 200_000
MOST_COLUMNS = 40
LONGEST_CELL = 1000
PIECE = 1024 * 1024
# Read as bytes: the library that reads rows as they come tells neither.
MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
# A formula whose cell has no value; one that was calculated to an empty text says so (t="str").
NOT_CALCULATED = re.compile(
    rb'<c(?![^<>]* t="str")[^<>]*>\s*<f(?:[^<>]*/>|[^<>]*>[^<]{0,8192}</f>)'
    rb"\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
TAIL = 9000
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
)
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Rows = Iterator[list[str]]


def read_rows(data: bytes) -> Rows:
    """The rows of the first sheet or of the text, the last empty cells left out.

    Raises Invalid: sheet-too-large(rows, megabytes), sheet-unreadable, sheet-not-calculated.
    """
    if len(data) > MOST_BYTES:
        raise _too_large()
    rows = _of_xlsx(data) if data.startswith(b"PK\x03\x04") else _of_csv(data)
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise _too_large()
        cells = [_text(cell) for cell in row[:MOST_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def write_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet, its first row fixed and bold."""
    import xlsxwriter  # noqa: PLC0415 - for one page only

    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 24)
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return out.getvalue()


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark that spreadsheets know it by; no cell can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _too_large() -> Invalid:
    return Invalid("sheet-too-large", rows=MOST_ROWS, megabytes=MOST_BYTES // 1024 // 1024)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).replace("\0", "")[:LONGEST_CELL].strip()  # no database keeps that letter
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _of_csv(data: bytes) -> Iterator[Sequence[object]]:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except (UnicodeDecodeError, csv.Error):
        raise Invalid("sheet-unreadable") from None


def _of_xlsx(data: bytes) -> Iterator[Sequence[object]]:
    _check_parts(data)
    from openpyxl import load_workbook  # noqa: PLC0415 - megabytes, for one job only

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its size need not be true
        rows = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            tall = _tall_cells(archive, sheet._worksheet_path)
        yield from _filled(rows, tall)
    except Invalid:
        raise
    except Exception:  # a library for what Excel writes, on what anybody may send
        raise Invalid("sheet-unreadable") from None


def _tall_cells(archive: zipfile.ZipFile, part: str) -> dict[tuple[int, int], int]:
    """Where cells were merged over several rows: (first row, column), the last row; only the first
    of them bears the value. A formula that no spreadsheet has calculated bears none at all, which
    must not be taken for an empty cell: raises Invalid("sheet-not-calculated")."""
    tall, tail = {}, b""
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            looked = tail + piece
            if NOT_CALCULATED.search(looked):
                raise Invalid("sheet-not-calculated")
            for found in MERGED.finditer(looked):
                left, top, right, bottom = (each.decode() for each in found.groups())
                if top != bottom and left == right:
                    tall[int(top), _column(left)] = int(bottom)
            tail = looked[-TAIL:]
    return tall


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _filled(
    rows: Iterable[Sequence[object]], tall: dict[tuple[int, int], int]
) -> Iterator[Sequence[object]]:
    """The rows, each cell of a column that was merged downwards with the value of the first."""
    open_ones: dict[int, tuple[int, object]] = {}  # column: last row, value
    for number, row in enumerate(rows, start=1):
        if not tall:
            yield row
            continue
        cells = list(row)
        for column, cell in enumerate(row):
            if (number, column) in tall:
                open_ones[column] = tall[number, column], cell
            elif column in open_ones and number <= open_ones[column][0]:
                cells[column] = open_ones[column][1]
        yield cells


def _check_parts(data: bytes) -> None:
    """Unpacks everything once, a piece at a time: what is really in it counts, not what the archive
    says. No part may declare entities, nor hide that in an encoding with zero bytes."""
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise _too_large()
            for part in parts:
                left -= _checked_size(archive, part, left)
    except BROKEN:
        raise Invalid("sheet-unreadable") from None


def _checked_size(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    most = min(most, MOST_SHARED) if part.filename.endswith("sharedStrings.xml") else most
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    size, tail = 0, b""
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > most:
                raise _too_large()
            looked = tail + piece
            if is_xml and any(mark in looked for mark in (b"<!DOCTYPE", b"<!ENTITY", b"\0")):
                raise Invalid("sheet-unreadable")
            tail = looked[-16:]
    return size
