"""Pictures from a scanner or a telephone become PDF, the form in which scans are kept (NĐ 30/2020,
Phụ lục I: PDF 1.4 or later, 200 dpi, original size)."""

import io
import warnings

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from domain.errors import Invalid

DPI = 200
MAX_PIXELS = 100_000_000  # a page of A3 at 600 dpi; beyond it lies a decompression bomb
MAX_SHEETS = 200
MAX_ALL_PIXELS = 400_000_000  # of all sheets: they lie in memory together


def pdf_of_picture(data: bytes) -> bytes:
    """A PNG, JPEG or TIFF (each of its sheets a page) as PDF, upright as the camera saw it. Raises
    Invalid("picture-broken") for what cannot be read or is too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF")) as picture:
                return _pdf(_sheets(picture))
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, EOFError) as error:
        raise Invalid("picture-broken", field="file") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid("picture-broken", field="file") from error


def _sheets(picture: Image.Image) -> list[Image.Image]:
    _check_sizes(picture)
    return [_on_white(ImageOps.exif_transpose(each)) for each in ImageSequence.Iterator(picture)]


def _check_sizes(picture: Image.Image) -> None:
    """By what the sheets say of themselves: none of them is unpacked yet."""
    pixels = 0
    for number, sheet in enumerate(ImageSequence.Iterator(picture)):
        size = sheet.width * sheet.height
        pixels += size
        if number >= MAX_SHEETS or size > MAX_PIXELS or pixels > MAX_ALL_PIXELS:
            raise Invalid("picture-broken", field="file")


def _on_white(sheet: Image.Image) -> Image.Image:
    """Without transparency, which PDF's picture formats do not carry."""
    if sheet.mode in ("1", "L") and not sheet.has_transparency_data:
        return sheet  # black and white, as most scans are, stays as small as it is
    clear = sheet.convert("RGBA")
    paper = Image.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper


def _pdf(sheets: list[Image.Image]) -> bytes:
    out = io.BytesIO()
    first, *rest = sheets
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=DPI, quality=85)
    return out.getvalue()
