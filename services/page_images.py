"""Pages of stored PDFs as pictures and text, made once and kept beside the data: derived files,
which may be deleted at any time."""

import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from adapters import pdf
from services.office import Office
from services.stored_files import read_file

SCREEN_DPI = 100
ZOOM_DPI = 200
CSS_DPI = 96
TEXT_PAGES = 20  # text of later pages is read from the original


@dataclass(frozen=True)
class PageFacts:
    """One page: size in CSS pixels, text ("" for scans and late pages)."""

    number: int
    width: int
    height: int
    text: str


def pages(office: Office, sha256: str) -> list[PageFacts]:
    """The pages of a stored PDF; raises what `adapters.pdf.inspect` raises,
    Unavailable("file-damaged")."""
    cache = _folder(office, sha256) / "pages.json"
    if kept := _kept(cache):
        return [PageFacts(**page) for page in json.loads(kept)]
    data = read_file(office, sha256)
    facts = [
        PageFacts(
            number=index + 1,
            width=round(width * CSS_DPI / 72),
            height=round(height * CSS_DPI / 72),
            text=pdf.page_text(data, index) if index < TEXT_PAGES else "",
        )
        for index, (width, height) in enumerate(pdf.inspect(data).page_sizes)
    ]
    _write(cache, json.dumps([asdict(page) for page in facts], ensure_ascii=False).encode())
    return facts


def drawn(office: Office, sha256: str, name: str, draw: Callable[[], bytes]) -> bytes:
    """A picture derived from a stored file, made once and kept beside its pages."""
    cache = _folder(office, sha256) / name
    if kept := _kept(cache):
        return kept
    picture = draw()
    _write(cache, picture)
    return picture


def image(office: Office, sha256: str, number: int, zoom: bool = False) -> bytes:
    """Page `number` (from 1) as WebP, for the screen or twice as sharp; raises as `pages`."""
    dpi = ZOOM_DPI if zoom else SCREEN_DPI

    def draw() -> bytes:
        return pdf.page_image(read_file(office, sha256), number - 1, dpi).webp

    return drawn(office, sha256, f"{number}-{dpi}.webp", draw)


def _folder(office: Office, sha256: str) -> Path:
    return office.settings.data_dir / "pages" / sha256[:2] / sha256


def _kept(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: two processes may make the same page at once. A full disk keeps nobody
    from reading."""
    temporary = path.with_name(f".{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
