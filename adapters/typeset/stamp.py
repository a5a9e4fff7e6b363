"""The stamp "ĐẾN" as a small PDF of two pages: the stamp in its real size (50 × 35 mm), and the
line that tells on each printed page that the print is not the document."""

import json
import threading
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import typst

from adapters.typeset.body import clean

HERE = Path(__file__).parent
WIDTH_MM, HEIGHT_MM = 50.0, 35.0  # NĐ 30/2020, Phụ lục IV
NOTE_WIDTH_MM, NOTE_HEIGHT_MM = 170.0, 5.0


@dataclass(frozen=True)
class ArrivalStamp:
    """What the stamp says; empty texts are dots to be filled by hand."""

    agency: str
    number: str
    date: str
    to: str = ""
    file: str = ""
    note: str = ""


def typeset_stamp(stamp: ArrivalStamp) -> bytes:
    said = {key: " ".join(clean(text).split()) for key, text in asdict(stamp).items()}
    inputs = {"stamp": json.dumps(said, ensure_ascii=False)}
    with _lock:
        return _compiler().compile(format="pdf", sys_inputs=inputs)


_lock = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )
    return typst.Compiler(HERE / "stamp.typ", root=HERE, font_paths=fonts)
