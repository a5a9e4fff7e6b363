"""PDF files read with pdfium: what an upload is, its pages as pictures, its words and where they
stand, the facts its first page states, and the places for number, date and signature.

Nothing here writes into a file: a received signed file is never changed (signatures would break).
"""

from adapters.pdf.corner import clear_corner, emptiest, room_below
from adapters.pdf.facts import DocumentFacts, read_facts
from adapters.pdf.images import PageImage, page_image
from adapters.pdf.lines import page_text
from adapters.pdf.marking import marked_page
from adapters.pdf.opening import MAX_PAGES, PdfFacts, inspect
from adapters.pdf.overlays import overlaid
from adapters.pdf.places import find_places
from adapters.pdf.resolution import scan_dpi
from adapters.pdf.words import Word, page_words

__all__ = [
    "MAX_PAGES",
    "DocumentFacts",
    "PageImage",
    "PdfFacts",
    "Word",
    "clear_corner",
    "emptiest",
    "find_places",
    "inspect",
    "marked_page",
    "overlaid",
    "page_image",
    "page_text",
    "page_words",
    "read_facts",
    "room_below",
    "scan_dpi",
]
