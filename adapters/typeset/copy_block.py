"""The block that stands under a certified copy on paper, as a small PDF as high as it needs."""

import json
import threading
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import typst

from adapters.typeset.body import clean

HERE = Path(__file__).parent
WIDTH_MM = 165.0  # an A4 page without its margins (NĐ 30/2020, Phụ lục I, phần I, mục I.4)


@dataclass(frozen=True)
class CopyBlock:
    """What the block says; `place_date` is "Sơn Tịnh, ngày … tháng … năm …"."""

    kind: str
    agency: tuple[str, ...]
    reference: str
    place_date: str
    authority: tuple[str, ...]
    signer: str
    superior: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()


def typeset_copy_block(block: CopyBlock) -> bytes:
    inputs = {"copy": json.dumps(_plain(asdict(block)), ensure_ascii=False)}
    with _lock:
        return _compiler().compile(format="pdf", sys_inputs=inputs)


_lock = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )
    return typst.Compiler(HERE / "copy_block.typ", root=HERE, font_paths=fonts)


def _plain(said: dict) -> dict:
    return {
        key: [_line(each) for each in value] if isinstance(value, tuple) else _line(value)
        for key, value in said.items()
    }


def _line(text: str) -> str:
    return " ".join(clean(text).split())
