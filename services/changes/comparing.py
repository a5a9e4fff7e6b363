"""An update field by field: what differs between a document here and what its sender says now, and
putting that in its place. An update that leaves a field empty says nothing of it."""

from collections.abc import Iterable
from datetime import date

from adapters.edxml.package import Package
from domain.change_flow import ChangeKind
from domain.numbering import reference
from models.incoming import IncomingDocument, Paper
from services.incoming.arrival import put_files
from services.incoming.parcel import Arrival
from services.incoming.text import clipped, search_text
from services.unit_of_work import Work

# Of the main paper: name of the field, longest text.
TEXTS = {
    "number": 100,
    "notation": 100,
    "type_name": 100,
    "subject": 500,
    "signer_name": 100,
    "signer_position": 500,
}
FILES, RECEIVERS = "files", "receivers"


def differences(document: IncomingDocument, arrival: Arrival) -> list[dict]:
    """Rows {field, before, after}, in the order of the form; dates in ISO, files by their names."""
    main = document.main
    rows = [
        _row(name, getattr(main, name), clipped(getattr(arrival, name), limit))
        for name, limit in TEXTS.items()
        if getattr(arrival, name)
    ]
    if arrival.issued_date:
        rows.append(_row("issued_date", _iso(main.issued_date), _iso(arrival.issued_date)))
    rows.append(_row("urgency", main.urgency, arrival.urgency))
    rows.append(_row("asked_by", _iso(document.asked_by), _iso(arrival.asked_by)))
    return [row for row in (*rows, *_files(document, arrival)) if row["before"] != row["after"]]


def update(document: IncomingDocument | None, package: Package) -> list[dict]:
    """What a package of kind 2 changes; while its document is not here, only the recipients."""
    compared = document is not None and not _is_of_receivers(package)
    rows = differences(document, Arrival.from_package(package)) if compared else []
    if changed := package.business.receiver_changes:
        rows.append(receivers((each.organ_code, each.added) for each in changed))
    return rows


def receivers(changed: Iterable[tuple[str, bool]]) -> dict:
    """The row of recipients added and taken off."""
    return _row(RECEIVERS, None, [f"{'+' if added else '−'} {code}" for code, added in changed])


def named_in(rows: Iterable[dict]) -> list[tuple[str, bool]]:
    """The codes in that row, and whether each was added."""
    named = [text.split() for row in rows if row["field"] == RECEIVERS for text in row["after"]]
    return [(code, sign == "+") for sign, code in named]


def kind_of(package: Package, rows: Iterable[dict], drops_us: bool) -> ChangeKind:
    """Nobody needs to agree that others have the document, too."""
    tells = _is_of_receivers(package) or (rows and {row["field"] for row in rows} == {RECEIVERS})
    return ChangeKind.RECEIVERS if tells and not drops_us else ChangeKind.UPDATE


def _is_of_receivers(package: Package) -> bool:
    return bool(package.business.receiver_changes) and not package.business.data_changed


def apply(
    work: Work, document: IncomingDocument, rows: Iterable[dict], arrival: Arrival | None
) -> None:
    """Puts the agreed differences into the document; `arrival` brings the files, if any changed."""
    main = document.main
    for row in rows:
        name, value = row["field"], row["after"]
        if name == "asked_by":
            document.asked_by = _day(value)
        elif name == "issued_date":
            main.issued_date = _day(value)
        elif name == FILES:
            put_files(work, document, arrival)
        elif name in TEXTS or name == "urgency":
            setattr(main, name, value)
    main.reference = clipped(_reference(main), 100)
    document.search_text = search_text(document)
    document.version += 1


def _row(field: str, before: object, after: object) -> dict:
    return {"field": field, "before": before, "after": after}


def _files(document: IncomingDocument, arrival: Arrival) -> list[dict]:
    """One row when other files came; an update without files is about the data alone."""
    if not arrival.files:
        return []
    before = [[paper.file_name, paper.sha256] for paper in document.papers if paper.sha256]
    after = [[clipped(file.name, 500), file.digest] for file in arrival.files]
    if sorted(digest for _, digest in before) == sorted(digest for _, digest in after):
        return []
    return [_row(FILES, [name for name, _ in before], [name for name, _ in after])]


def _reference(main: Paper) -> str:
    return reference(main.number, main.notation) if main.number else main.notation


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
