"""The agency's signature as a few lines of text at the top right of page 1: on separate enclosures
and on certified copies (NĐ 30/2020, Phụ lục I, phần I, mục II.8 and phần II: Times New Roman,
upright, 10 points, black; the image is not shown).

A file that somebody else has signed is only ever added to, and only if every earlier signature
holds afterwards as it did before; otherwise it is refused and stays as it is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from adapters.signing.appearance import set_appearance
from adapters.signing.fields import strictly_readable
from adapters.signing.finding import Field
from adapters.signing.finishing import Holder, SigningFailed, finish
from adapters.signing.increment import Increment
from adapters.signing.keys import SigningKey
from adapters.signing.lettering import letter
from adapters.signing.pdf import (
    broken_as_refusal,
    entry,
    field_names,
    open_pdf,
    signature_fields,
)
from adapters.signing.permissions import check_allowed
from adapters.signing.sign import ready_field
from adapters.signing.update import SignatureToMake, Stamp, Wish
from adapters.signing.validate import validate_strict
from domain.enclosures import Manner
from domain.errors import Invalid
from domain.places import Box

FIELD = "AgencyBlock"
SIZE, LEADING = 10.0, 12.0  # points
ROOM = 1.0  # around the text, so that no letter is cut
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # whether a signature may be made depends on no time


@dataclass(frozen=True)
class Block:
    """The lines of a block and the font (TrueType) they are set in."""

    lines: tuple[str, ...]
    font: bytes

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        widest = max(letter(self.font, line).width for line in self.lines)
        return widest * SIZE + 2 * ROOM, len(self.lines) * LEADING + 2 * ROOM


def manner_of(pdf: bytes) -> Manner:
    """How the agency can sign this PDF: BLOCK, ADDED or DETACHED.

    Refuses what nobody can sign or read: "pdf-empty", "pdf-not-pdf", "pdf-encrypted", "pdf-broken".
    """
    reader = open_pdf(pdf)
    with broken_as_refusal():
        form = entry(reader.root, "/AcroForm")
        if "/Perms" in reader.root or (form is not None and "/XFA" in form):
            return Manner.DETACHED
        if not any(filled for filled, _ in signature_fields(reader).values()):
            return Manner.BLOCK
        return Manner.ADDED if _takes_more(reader, pdf) else Manner.DETACHED


def sign_block(
    pdf: bytes,
    key: SigningKey,
    block: Block,
    place: Box,
    *,
    at: datetime,
    stamp: Stamp | None = None,
) -> bytes:
    """The PDF with the block in `place` and the agency's signature over it; what nobody signed
    before allows no change afterwards. Refuses what `ready_block` refuses, and SigningFailed."""
    made = ready_block(pdf, key, block, place, at=at, stamped=stamp is not None)
    try:
        return finish(made, key, stamp)
    except SigningFailed as failure:
        if failure.code == "signed-file-invalid" and manner_of(pdf) is Manner.ADDED:
            raise Invalid("pdf-locked", field="file") from failure
        raise


def ready_block(
    pdf: bytes, holder: Holder, block: Block, place: Box, *, at: datetime, stamped: bool = False
) -> SignatureToMake:
    """The first step of `sign_block`.

    Refuses: what `manner_of` and `sign.ready_field` refuse, "pdf-locked" (a signature in it allows
    no other), "place-outside-page", "certificate-…", "font-missing-letters".
    """
    before, fresh = base_of(pdf)
    closing = MDPPerm.NO_CHANGES if fresh else None
    wish = Wish(_free_name(before), at, certifies=closing, stamped=stamped)
    return ready_field(
        before, holder, wish, lambda update, field: _draw(update, field, block), place=place
    )


def base_of(pdf: bytes) -> tuple[bytes, bool]:
    """The bytes that a signature is added to, and whether it is the file's first: one that strict
    readers do not take is written anew. Refuses what `manner_of` refuses, "pdf-locked"."""
    manner = manner_of(pdf)
    if manner is Manner.DETACHED:
        raise Invalid("pdf-locked", field="file")
    fresh = manner is Manner.BLOCK
    return (strictly_readable(pdf, open_pdf(pdf)) if fresh else pdf), fresh


def with_form(pdf: bytes) -> bytes:
    """The file with a form, empty where it has none: only then can it be told that a desktop
    program adds signature fields and nothing else (`returned`)."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    if "/AcroForm" in writer.root:
        return pdf
    empty = generic.DictionaryObject({name("/Fields"): generic.ArrayObject()})
    writer.root[name("/AcroForm")] = writer.add_object(empty)
    writer.update_root()
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _takes_more(reader: PdfFileReader, pdf: bytes) -> bool:
    """Whether one more field may be signed, and those who signed keep what they signed."""
    try:
        check_allowed(reader, Wish(_free_name(pdf), _ANY_TIME), is_new=True)
        signatures = validate_strict(pdf, ()).signatures
    except Invalid:
        return False
    return all(
        each.verdict.intact and each.later_changes in ("none", "form-filling")
        for each in signatures
    )


def _free_name(pdf: bytes) -> str:
    """A name no other field of the file bears."""
    taken = set(field_names(open_pdf(pdf)))
    candidates = (FIELD, *(f"{FIELD}{n}" for n in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _draw(update: Increment, field: Field, block: Block) -> None:
    """The lines, one under the other from the top left of the field, in one embedded font."""
    lettering = letter(block.font, "".join(block.lines))
    up = field.box.height - ROOM - lettering.ascent * SIZE
    shown, codes = [], lettering.codes
    for line in block.lines:
        here, codes = codes[: 4 * len(line)], codes[4 * len(line) :]
        shown.append(f"1 0 0 1 {ROOM:.3f} {up:.3f} Tm <{here}> Tj")
        up -= LEADING
    content = f"q BT 0 g /F {SIZE:.3f} Tf {' '.join(shown)} ET Q"
    fonts = generic.DictionaryObject({name("/F"): update.embed(lettering.font)})
    set_appearance(update, field, content, {name("/Font"): fonts})
