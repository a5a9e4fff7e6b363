"""What each line of a file means for the directory: a new agency, a change, nothing, an error."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from domain.errors import Invalid
from models.directory_imports import ImportChange
from services.hub import columns
from services.hub.directory import CODE

HEADING_WITHIN = 10
EMPTY = {"valid_from": None, "valid_to": None, "forwards": False, "is_locked": False}

Values = dict[str, str | bool | None]


@dataclass
class Line:
    """One line; `change` None says what is known already."""

    number: int
    values: Values = field(default_factory=dict)
    change: ImportChange | None = None
    before: Values = field(default_factory=dict)
    problem: str = ""
    problem_fields: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return str(self.values.get("code", ""))

    def fail(self, problem: str, **fields: str) -> None:
        if self.change is not ImportChange.ERROR:
            self.change, self.problem, self.problem_fields = ImportChange.ERROR, problem, fields


def parse(rows: Iterable[list[str]]) -> list[Line]:
    """The lines under the heading, each cell read. Raises Invalid("sheet-no-heading")."""
    numbered = enumerate(rows, start=1)
    places = None
    for number, row in numbered:
        places = columns.heading(row)
        if places or number >= HEADING_WITHIN:
            break
    if not places:
        raise Invalid("sheet-no-heading")
    return [_line(number, row, places) for number, row in numbered if any(row)]


def _line(number: int, row: list[str], places: Mapping[str, int]) -> Line:
    line = Line(number)
    for name, place in places.items():
        cell = row[place] if place < len(row) else ""
        try:
            line.values[name] = columns.value(name, cell)
        except ValueError:
            line.fail("import-cell", column=name, cell=cell[:50])
    return line


def judge(lines: list[Line], known: Mapping[str, Values]) -> Iterator[Line]:
    """Each line with what it changes. `known`: the entries of the directory by code, each with
    every column."""
    codes = known.keys() | {line.code for line in lines}
    seen: set[str] = set()
    for line in lines:
        _check(line, codes, known.get(line.code, {}))
        if line.code in seen:
            line.fail("import-twice", recipient=line.code)
        seen.add(line.code)
        if line.change is None:
            _compare(line, known.get(line.code))
        yield line


def _check(line: Line, codes: set[str], before: Values) -> None:
    whole = EMPTY | before | line.values
    code, parent, heir = line.code, whole.get("parent_code"), whole.get("successor_code")
    if not CODE.fullmatch(code):
        line.fail("directory-code-malformed", recipient=code)
    if not whole.get("name"):
        line.fail("import-no-name")
    if parent and (parent == code or parent not in codes):
        line.fail("directory-parent-unknown", recipient=str(parent))
    if heir and (heir == code or heir not in codes):
        line.fail("directory-successor-unknown", recipient=str(heir))
    since, until = whole["valid_from"], whole["valid_to"]
    if since and until and str(until) < str(since):
        line.fail("import-days")
    if whole["forwards"] and not heir:
        line.fail("directory-forward-nowhere")


def _compare(line: Line, before: Values | None) -> None:
    if before is None:
        line.change = ImportChange.NEW
        return
    changed = {name: before[name] for name, now in line.values.items() if before[name] != now}
    if changed:
        line.change, line.before = ImportChange.CHANGED, changed
