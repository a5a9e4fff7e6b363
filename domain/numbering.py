"""Numbers and notations of documents (NĐ 30/2020, Điều 15 and Phụ lục I)."""

from domain.document_types import document_type


def printed_number(number: int) -> str:
    """Numbers below 10 get a leading 0."""
    return f"{number:02d}"


def reference(number: int | str, notation: str) -> str:
    """Number and notation as they are cited: `12/QĐ-UBND`."""
    shown = printed_number(number) if isinstance(number, int) else number
    return f"{shown}/{notation}" if notation else shown


def notation(type_name: str, agency_notation: str, unit_notation: str) -> str:
    """The notation of a new document: a named kind is `QĐ-UBND`, a công văn `UBND-NV`."""
    abbreviation = document_type(type_name).abbreviation
    if abbreviation:
        return f"{abbreviation}-{agency_notation}"
    return f"{agency_notation}-{unit_notation}" if unit_notation else agency_notation
