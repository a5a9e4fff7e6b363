"""How finely a scan was made: NĐ 30/2020 asks for 200 dots an inch of what is to be copied."""

import pypdfium2 as pdfium
from pypdfium2 import raw

from adapters.pdf.opening import opened

MOST_PAGES = 20
LARGE = 0.5  # of the page's area: a logo is no scan


def scan_dpi(data: bytes) -> int | None:
    """The coarsest scanned page among the first; None where no page is a scan. Raises Invalid as
    `inspect`."""
    found = []
    with opened(data) as document:
        for number in range(min(len(document), MOST_PAGES)):
            page = document.get_page(number)
            try:
                found += _scans(page)
            finally:
                page.close()
    return round(min(found)) if found else None


def _scans(page: pdfium.PdfPage) -> list[float]:
    width, height = page.get_size()
    dots = []
    for thing in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = thing.get_bounds()
        if (right - left) * (top - bottom) < LARGE * width * height:
            continue
        across, _up = thing.get_px_size()
        turned = _up if (right - left > top - bottom) != (across > _up) else across
        dots.append(turned / max(right - left, 1.0) * 72)
    return dots
