"""Vietnamese text in a PDF appearance: a TrueType font, embedded as a subset, and text set in it.

Written here rather than left to pyHanko, whose text boxes write glyph widths in raw font units:
Times-like fonts (2048 units per em) come out twice too wide. Widths below are per thousand, as PDF
wants them, and missing glyphs are refused instead of drawn as boxes.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from fontTools import subset
from fontTools.ttLib import TTFont
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from adapters.signing.baked import Baked, bake
from domain.errors import Invalid

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_LOWER = [unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES]
_MARKED = [letter for letter in _LOWER if not letter.isascii()] + ["đ"]
VIETNAMESE = "".join(_MARKED + [letter.upper() for letter in _MARKED])  # the 134 marked letters
FIGURES = "0123456789"
_SYMBOLIC = 4  # font descriptor flags: glyphs are named by number, not by a standard encoding
_SERIF = 2
_ITALIC = 64


@dataclass(frozen=True)
class Lettering:
    """A piece of text set in one font: the font's objects, codes and measures (in ems)."""

    font: Baked
    codes: str  # hexadecimal, two bytes a glyph
    width: float
    ascent: float
    descent: float  # positive


def check_font(font: bytes) -> None:
    """Refuses a font that lacks one of the 134 Vietnamese letters or a digit."""
    known = {chr(code) for code in _face(font).getBestCmap()}
    _check_letters(known, VIETNAMESE + "0123456789/-.,: ")


def letter(font: bytes, text: str) -> Lettering:
    """Sets a text in a TrueType font, of which only what texts of these letters need is taken.

    Refuses "font-missing-letters" (with the letters) and "font-broken".
    """
    text = unicodedata.normalize("NFC", text)
    cut = _cut(font, "".join(sorted({*text, *FIGURES})))
    _check_letters(cut.codes, text)
    return Lettering(
        font=cut.font,
        codes="".join(map(cut.codes.__getitem__, text)),
        width=sum(map(cut.widths.__getitem__, text)) / 1000,
        ascent=cut.ascent,
        descent=cut.descent,
    )


@dataclass(frozen=True)
class _Cut:
    """A font cut to some letters, with code and width (per thousand) of each."""

    font: Baked
    codes: dict[str, str]
    widths: dict[str, int]
    ascent: float
    descent: float


@lru_cache(maxsize=64)
def _cut(font: bytes, letters: str) -> _Cut:
    """Figures are always in: texts that differ only in them share the cut and its encoding. Letters
    that the font does not have are left out."""
    face = _face(font)
    letters = "".join(char for char in letters if ord(char) in face.getBestCmap())
    small, glyphs, widths = _subset(font, letters)
    return _Cut(
        font=bake(lambda writer: _embed(writer, face, small, glyphs, widths)),
        codes={char: f"{glyph:04x}" for char, glyph in glyphs.items()},
        widths=widths,
        ascent=face["hhea"].ascent / face["head"].unitsPerEm,
        descent=-face["hhea"].descent / face["head"].unitsPerEm,
    )


def _check_letters(known: Collection[str], text: str) -> None:
    missing = sorted(set(text).difference(known))
    if missing:
        raise Invalid("font-missing-letters", letters="".join(missing))


@lru_cache(maxsize=8)
def _face(font: bytes) -> TTFont:
    try:
        face = TTFont(BytesIO(font), lazy=False)
        for table in ("cmap", "hmtx", "glyf", "head", "hhea", "name", "post"):
            face[table]
        return face
    except Exception as error:  # fontTools raises whatever a damaged table leads to
        raise Invalid("font-broken") from error


def _subset(font: bytes, letters: str) -> tuple[bytes, dict[str, int], dict[str, int]]:
    """A font of these letters only, with glyph number and width (per thousand) of each."""
    # No time of cutting: another process cuts the same bytes, and so signs the same.
    small = TTFont(BytesIO(font), lazy=True, recalcTimestamp=False)
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, name_IDs=[1, 2, 6]
    )
    options.drop_tables += ["GPOS", "GDEF", "GSUB", "kern", "FFTM"]
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(small)
    cmap, per_em = small.getBestCmap(), small["head"].unitsPerEm
    glyphs = {char: small.getGlyphID(cmap[ord(char)]) for char in letters}
    widths = {char: round(small["hmtx"][cmap[ord(char)]][0] * 1000 / per_em) for char in letters}
    output = BytesIO()
    small.save(output)
    return output.getvalue(), glyphs, widths


def _embed(
    writer: BasePdfFileWriter,
    face: TTFont,
    small: bytes,
    glyphs: dict[str, int],
    widths: dict[str, int],
) -> generic.IndirectObject:
    """A Type 0 font of two-byte glyph numbers (ISO 32000-1, 9.7), with its way back to text."""
    tag = "".join(chr(65 + (sum(small[index::6]) % 26)) for index in range(6))
    base = name(f"/{tag}+{face['name'].getDebugName(6)}")
    system_info = generic.DictionaryObject(
        {
            name("/Registry"): generic.pdf_string("Adobe"),
            name("/Ordering"): generic.pdf_string("Identity"),
            name("/Supplement"): generic.NumberObject(0),
        }
    )
    by_glyph = sorted((glyph, widths[char]) for char, glyph in glyphs.items())
    descendant = generic.DictionaryObject(
        {
            name("/Type"): name("/Font"),
            name("/Subtype"): name("/CIDFontType2"),
            name("/BaseFont"): base,
            name("/CIDSystemInfo"): system_info,
            name("/CIDToGIDMap"): name("/Identity"),
            name("/FontDescriptor"): writer.add_object(_descriptor(writer, face, base, small)),
            name("/W"): generic.ArrayObject(
                entry
                for glyph, width in by_glyph
                for entry in (
                    generic.NumberObject(glyph),
                    generic.ArrayObject([generic.NumberObject(width)]),
                )
            ),
        }
    )
    return writer.add_object(
        generic.DictionaryObject(
            {
                name("/Type"): name("/Font"),
                name("/Subtype"): name("/Type0"),
                name("/BaseFont"): base,
                name("/Encoding"): name("/Identity-H"),
                name("/DescendantFonts"): generic.ArrayObject([writer.add_object(descendant)]),
                name("/ToUnicode"): writer.add_object(_stream(_to_unicode(glyphs))),
            }
        )
    )


def _descriptor(
    writer: BasePdfFileWriter, face: TTFont, base: generic.NameObject, small: bytes
) -> generic.DictionaryObject:
    head, per_mille = face["head"], 1000 / face["head"].unitsPerEm
    italic = face["post"].italicAngle
    number = generic.NumberObject
    return generic.DictionaryObject(
        {
            name("/Type"): name("/FontDescriptor"),
            name("/FontName"): base,
            name("/Flags"): number(_SYMBOLIC | _SERIF | (_ITALIC if italic else 0)),
            name("/FontBBox"): generic.ArrayObject(
                number(round(edge * per_mille))
                for edge in (head.xMin, head.yMin, head.xMax, head.yMax)
            ),
            name("/ItalicAngle"): generic.FloatObject(italic),
            name("/Ascent"): number(round(face["hhea"].ascent * per_mille)),
            name("/Descent"): number(round(face["hhea"].descent * per_mille)),
            name("/CapHeight"): number(660),
            name("/StemV"): number(80),
            name("/FontFile2"): writer.add_object(
                _stream(small, {name("/Length1"): number(len(small))})
            ),
        }
    )


def _to_unicode(glyphs: dict[str, int]) -> bytes:
    lines = [f"<{glyph:04x}> <{char.encode('utf-16-be').hex()}>" for char, glyph in glyphs.items()]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    body = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def _stream(data: bytes, entries: dict | None = None) -> generic.StreamObject:
    stream = generic.StreamObject(entries or {}, stream_data=data)
    stream.compress()
    return stream
