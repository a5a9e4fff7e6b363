"""How a file on its way into the directory is told: its job, its lines, what changes in each."""

from types import SimpleNamespace

from flask_babel import gettext as _

from blueprints.words import words
from domain.errors import Invalid
from models.directory_imports import DirectoryImport, DirectoryImportLine, ImportState
from services.hub.columns import DAYS, HEADINGS


def as_job(found: DirectoryImport) -> SimpleNamespace | None:
    """The line that watches the work in the background; None when there is none."""
    if found.state == ImportState.READING:
        return SimpleNamespace(
            label=_("Đang đọc tệp và so với danh bạ"), state="running", detail=found.file_name
        )
    if found.state == ImportState.APPLYING:
        detail = _("đã xong đến dòng %(n)s", n=found.applied_line) if found.applied_line else ""
        return SimpleNamespace(label=_("Đang ghi vào danh bạ"), state="running", detail=detail)
    return None


def described(refused: DirectoryImport | DirectoryImportLine) -> str:
    """Why a file or a line cannot be used."""
    fields = dict(refused.problem_fields)
    if "column" in fields:
        fields["column"] = HEADINGS.get(fields["column"], fields["column"])
    said = words(Invalid(refused.problem, **fields))
    return f"{said.reason} {said.next_step}"


def kept(line: DirectoryImportLine) -> list[tuple[str, str, str]]:
    """What a line changes: the column, as it was, as it will be."""
    return [
        (HEADINGS[name], _shown(name, before), _shown(name, line.values[name]))
        for name, before in line.before.items()
    ]


def _shown(name: str, value: object) -> str:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if name in DAYS and value:
        year, month, of_month = str(value).split("-")
        return f"{of_month}/{month}/{year}"
    return str(value or "–")
