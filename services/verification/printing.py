"""The sheet of a check as a PDF."""

from adapters.typeset.verdicts import Sheet, typeset_sheet

__all__ = ["Sheet", "print_sheet"]


def print_sheet(sheet: Sheet) -> bytes:
    return typeset_sheet(sheet)
