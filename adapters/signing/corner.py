"""What the block of text in the top margin of a page says its signature is: a copy, a separate
attachment (NĐ 30/2020, Phụ lục I, mục II, 14), or just who scanned or published the file.

Only files from elsewhere are read so, in a process of their own: there is no lock around pdfium.
"""

import ctypes
import re
from contextlib import closing
from typing import Literal

import pypdfium2 as pdfium
from pypdfium2 import raw

from domain.text import fold

Corner = Literal["copy", "attachment", "corner"]
_COPIES = ("sao y", "sao luc", "trich sao")
_REFERENCE = re.compile(r"\b\d{1,5}/[A-ZĐ][A-ZĐ0-9-]{1,20}")


def corner(pdf: bytes, page: int, box: tuple[float, ...]) -> Corner:
    """By the words that stand in `box` (points) of page `page`, from 1."""
    try:
        text = _words(pdf, page, box)
    except (pdfium.PdfiumError, ctypes.ArgumentError):
        return "corner"
    if any(words in fold(text) for words in _COPIES):
        return "copy"
    return "attachment" if _REFERENCE.search(text) else "corner"


def _words(pdf: bytes, page: int, box: tuple[float, ...]) -> str:
    with closing(pdfium.PdfDocument(pdf)) as document:
        with closing(document.get_page(page - 1)) as shown:
            raw.FPDFPage_Flatten(shown.raw, raw.FLAT_NORMALDISPLAY)  # widgets become content
        with closing(document.get_page(page - 1)) as shown, closing(shown.get_textpage()) as text:
            return text.get_text_bounded(*box)
