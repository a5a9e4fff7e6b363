"""The columns of the directory as a table: what a file is written with and read by."""

from datetime import date

from domain.dates import read_day
from domain.text import fold, nfc

HEADINGS = {
    "code": "Mã định danh",
    "name": "Tên cơ quan",
    "parent_code": "Mã cơ quan cấp trên",
    "old_code": "Mã cũ",
    "email": "Thư điện tử",
    "valid_from": "Có hiệu lực từ",
    "valid_to": "Đến hết ngày",
    "successor_code": "Mã cơ quan kế thừa",
    "forwards": "Chuyển tiếp cho cơ quan kế thừa",
    "is_locked": "Tạm khóa",
}
DAYS, MARKS = ("valid_from", "valid_to"), ("forwards", "is_locked")
LENGTHS = {"name": 500, "parent_code": 35, "old_code": 35, "email": 100, "successor_code": 35}
# What a spreadsheet writes where a formula has come to nothing.
WRONG = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})
YES, NO = ("x", "co", "1", "yes", "true"), ("", "khong", "0", "no", "false")
_KNOWN = {fold(words): name for name, words in HEADINGS.items()}
_KNOWN |= {name: name for name in HEADINGS} | {
    "ma": "code",
    "ten": "name",
    "ma cap tren": "parent_code",
}


def heading(row: list[str]) -> dict[str, int] | None:
    """Which column is where, of a row that has at least code and name."""
    found = {}
    for place, cell in enumerate(row):
        name = _KNOWN.get(fold(cell))
        if name:
            found.setdefault(name, place)
    return found if {"code", "name"} <= found.keys() else None


def value(name: str, cell: str) -> str | bool | None:
    """A cell as it is kept: days as ISO text or None, marks as bool. Raises ValueError."""
    cell = nfc(cell)
    if cell in WRONG:
        raise ValueError(cell)
    if name in DAYS:
        return read_day(cell).isoformat() if cell else None
    if name in MARKS:
        if fold(cell) not in YES + NO:
            raise ValueError(cell)
        return fold(cell) in YES
    if len(cell) > LENGTHS.get(name, len(cell)):
        raise ValueError(cell)
    return cell


def written(kept: object) -> str:
    """A value of the directory as a cell."""
    if isinstance(kept, bool):
        return "x" if kept else ""
    return kept.isoformat() if isinstance(kept, date) else str(kept or "")
