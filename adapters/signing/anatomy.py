"""What a signature is in its file: the bytes it says it covers, and the kind of field it sits in.

The byte range is checked before anything else, since nearly every known forgery plays with it:
the universal forgery (none, or no contents), wrapping (a second, moved /Contents) and bytes hidden
in the gap beside the hexadecimal digits (pdf-insecurity.org; ISO 32000-1, 12.8.1).
"""

from dataclasses import dataclass
from io import SEEK_END
from typing import Literal

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from adapters.signing.certificates import Kind
from adapters.signing.pdf import entry

Purpose = Literal[
    "leader", "person", "seal", "number", "date", "copy", "attachment", "corner", "invisible",
    "timestamp", "detached", "office", "unknown",
]  # fmt: skip
MOST_CONTENTS = 8 * 1024 * 1024
MOST_TAIL = 64 * 1024
_END = b"%%EOF"
_OURS = {"Leader": "leader", "Seal": "seal", "Number": "number", "Date": "date"}
_SPACE = b" \t\r\n\f\0"
# Cells of NĐ 30/2020, Phụ lục I, by their height on the page: number and date stand in the head,
# the marks of copies, attachments and scans in the top margin (cell 14).
_HEAD, _MARGIN = 0.75, 0.915
_DEEPEST = 6
_A4 = (0, 0, 595, 842)


def byte_range_fault(signature: EmbeddedPdfSignature) -> str | None:
    """Why the byte range cannot be that of an honest signature, as a code; None if it can."""
    ranges = signature.byte_range
    if not isinstance(ranges, ArrayObject) or len(ranges) != 4:
        return "byte-range-wrong"
    if not all(isinstance(each, NumberObject) and each >= 0 for each in ranges):
        return "byte-range-wrong"
    start, length, after, rest = (int(each) for each in ranges)
    stream = signature.reader.stream
    size = stream.seek(0, SEEK_END)
    if start != 0 or not length < after or after + rest > size or after - length > MOST_CONTENTS:
        return "byte-range-wrong"
    stream.seek(length)
    return _gap_fault(stream.read(after - length), signature.pkcs7_content)


def has_loose_end(reader: PdfFileReader) -> bool:
    """Whether anything follows the end of the last revision. pyHanko passes it over, but readers
    that mend files may show it: the incremental saving attack without a cross-reference."""
    last = reader.xrefs.get_xref_container_info(reader.xrefs.total_revisions - 1)
    reader.stream.seek(last.end_location)
    tail = reader.stream.read(MOST_TAIL)
    _before, mark, after = tail.partition(_END)
    return not mark or len(tail) == MOST_TAIL or bool(after.strip(_SPACE))


def _gap_fault(gap: bytes, contents: bytes) -> str | None:
    """What the signature leaves out must be its own contents and nothing else."""
    gap = gap.strip(_SPACE)
    if not (gap.startswith(b"<") and gap.endswith(b">")):
        return "byte-range-gap"
    try:
        held = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError:
        return "byte-range-gap"
    return None if held == contents else "contents-elsewhere"


def purpose(signature: EmbeddedPdfSignature, kind: Kind) -> Purpose:
    """What the field is: by its name if it is one of ours, else by who signed, whether it shows a
    picture, and where. A picture of a seal that a person signed stays a person's signature."""
    ours = _OURS.get(signature.field_name)
    if ours:
        return ours if kind == ("person" if ours == "leader" else "agency") else "unknown"
    spot = _where(signature.sig_field)
    if spot is None:
        return "invisible"
    if kind == "person":
        return "person"
    if spot.bottom >= _MARGIN:
        return "corner"
    return _in_text(spot, _shows_picture(entry(signature.sig_field, "/AP")), kind)


def _in_text(spot: "_Spot", picture: bool, kind: Kind) -> Purpose:
    if kind != "agency":
        return "unknown"
    if picture:
        return "seal"
    if spot.bottom < _HEAD:
        return "unknown"
    return "number" if spot.centre < 0.5 else "date"


def page_number(signature: EmbeddedPdfSignature) -> int | None:
    """On which page the field is, from 1; None where the file does not say."""
    reference = signature.sig_field.raw_get("/P") if "/P" in signature.sig_field else None
    wanted = getattr(reference, "idnum", None)
    kids = entry(signature.reader.root["/Pages"], "/Kids", ())
    numbers = (n for n, kid in enumerate(kids, 1) if getattr(kid, "idnum", None) == wanted)
    return next(numbers, None) if wanted is not None and len(kids) < 10_000 else None


@dataclass(frozen=True)
class _Spot:
    """Where a field is on its page, as parts of the page's height and width."""

    bottom: float
    centre: float


def _where(field: DictionaryObject) -> _Spot | None:
    """None for a field without room on a page."""
    widget = field["/Kids"][0] if "/Rect" not in field and "/Kids" in field else field
    x0, y0, x1, y1 = rectangle(widget)
    if x1 - x0 < 1 or y1 - y0 < 1:
        return None
    media = entry(entry(widget, "/P", {}), "/MediaBox", _A4)
    left, low, right, high = (float(each) for each in media)
    return _Spot((y0 - low) / (high - low), ((x0 + x1) / 2 - left) / (right - left))


def rectangle(widget: DictionaryObject) -> tuple[float, ...]:
    return tuple(float(each) for each in entry(widget, "/Rect", (0, 0, 0, 0)))


def _shows_picture(appearance: DictionaryObject | None, depth: int = 0) -> bool:
    """Whether a picture is drawn anywhere in an appearance (its forms lie in each other)."""
    if appearance is None or depth > _DEEPEST:
        return False
    if "/N" in appearance:
        return _shows_picture(appearance["/N"], depth + 1)
    drawn = entry(entry(appearance, "/Resources", {}), "/XObject", {})
    for name in list(drawn)[:50]:
        inner = drawn[name]
        if inner["/Subtype"] == "/Image" or _shows_picture(inner, depth + 1):
            return True
    return False
