"""The sheet "Phiếu kết quả kiểm tra chữ ký số" as an A4 PDF: what was found of a file's signatures,
in words that were chosen elsewhere. Texts go in as one JSON input, so nothing can act as markup."""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import typst

from adapters.typeset import name_lines
from adapters.typeset.body import clean

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Sheet:
    """`facts` are labels and values of the file; `verdict` its verdict in words, `tone` the code;
    `checks` have text and tone; `signatures` lines (label, text, tone) and details (pairs);
    `kept` is what is kept beside the file (pairs)."""

    agency: str
    facts: Sequence[tuple[str, str]]
    verdict: str
    tone: str
    problem: str = ""
    checks: Sequence[dict] = ()
    signatures: Sequence[dict] = field(default=())
    kept: Sequence[tuple[str, str]] = ()


def typeset_sheet(sheet: Sheet) -> bytes:
    plain = _plain(asdict(sheet)) | {"agency": "\n".join(name_lines(sheet.agency))}
    inputs = {"sheet": json.dumps(plain, ensure_ascii=False)}
    with _lock:
        return _compiler().compile(format="pdf", sys_inputs=inputs)


def _plain(value: object) -> object:
    """Every text cleaned of what no page can show; empty pairs are left out."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value if not _empty_pair(each)]
    return " ".join(clean(str(value or "")).split())


def _empty_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and not value[1]


_lock = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )
    return typst.Compiler(HERE / "verdicts.typ", root=HERE, font_paths=fonts)
