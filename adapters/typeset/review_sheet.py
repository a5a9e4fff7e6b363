"""The sheet "Phiếu trình" as an A4 PDF: who reviewed a draft and what they said. Texts go in as one
JSON input, so nothing can act as markup."""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import typst

from adapters.typeset.body import clean

HERE = Path(__file__).parent


@dataclass(frozen=True)
class ReviewRow:
    who: str
    title: str
    at: str
    initials: str
    opinion: str


@dataclass(frozen=True)
class ReviewSheet:
    """`facts` are labels and values of the draft."""

    agency: str
    subject: str
    facts: Sequence[tuple[str, str]]
    rows: Sequence[ReviewRow]


def typeset_review(sheet: ReviewSheet) -> bytes:
    inputs = {"sheet": json.dumps(_plain(asdict(sheet)), ensure_ascii=False)}
    with _lock:
        return _compiler().compile(format="pdf", sys_inputs=inputs)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return " ".join(clean(str(value or "")).split())


_lock = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )
    return typst.Compiler(HERE / "review_sheet.typ", root=HERE, font_paths=fonts)
