"""Certified copies (NĐ 30/2020, Điều 25–27 and Phụ lục I, phần II): their kinds, what may be copied
into what, their notation."""

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Invalid
from domain.roles import Role


class CopyKind(StrEnum):
    """SAME: the whole document (sao y). RELAYED: from a sao y (sao lục). EXTRACT: a part, set anew
    (trích sao)."""

    SAME = "same"
    RELAYED = "relayed"
    EXTRACT = "extract"


class Medium(StrEnum):
    """What the copy is: a file with the agency's signature, or paper that is signed and sealed by
    hand."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


class CopySource(StrEnum):
    """Where the pages come from."""

    UPLOAD = "upload"
    INCOMING = "incoming"
    OUTGOING = "outgoing"


@dataclass(frozen=True)
class KindFacts:
    title: str
    abbreviation: str


KINDS = {
    CopyKind.SAME: KindFacts("Sao y", "SY"),
    CopyKind.RELAYED: KindFacts("Sao lục", "SL"),
    CopyKind.EXTRACT: KindFacts("Trích sao", "TrS"),
}
# Phụ lục I, phần II, mục I.2: a document that is scanned to be copied.
SCAN_DPI = 200
LONGEST_SUBJECT = 500
# Điều 27: the head decides on copies and says who may sign them: these, by position, if the agency
# is set so, and anybody whose delegation names copies.
MAY_BE_NAMED = (Role.DEPUTY_LEADER, Role.CHIEF_OF_OFFICE)
DELEGATED = "Bản sao văn bản"  # as a delegation names them among kinds of documents


def require_form(kind: CopyKind, medium: Medium, *, from_electronic: bool) -> None:
    """Điều 25: sao y and sao lục turn paper into a file or a file into paper, never a file into a
    file: that one is sent on as it is, its signatures with it. An extract may be either.

    Raises Invalid("copy-of-electronic").
    """
    if from_electronic and kind is not CopyKind.EXTRACT and medium is Medium.ELECTRONIC:
        raise Invalid("copy-of-electronic", field="medium")


def sent_type(kind: CopyKind) -> str:
    """Name of kind that a copy bears on its way (Phụ lục III, bảng 2)."""
    return f"Bản {KINDS[kind].title.lower()}"


def sent_subject(kind: CopyKind, subject: str, original: str) -> str:
    """What a copy is about: its original's subject, and what original that is."""
    remark = f"({KINDS[kind].title} {original})"[:LONGEST_SUBJECT]
    room = LONGEST_SUBJECT - len(remark) - 1
    fitting = subject if len(subject) <= room else subject[: max(room - 1, 0)] + "…"
    return f"{fitting} {remark}".strip()


def notation(kind: CopyKind, agency_notation: str) -> str:
    """All kinds share one series of numbers; the notation tells them apart: `SY-UBND`."""
    return f"{KINDS[kind].abbreviation}-{agency_notation}"
