"""Issuing a document whose leader signed without certifying it, as desktop programs do. Text fields
may then not be filled any more: nobody allowed it. So number and date come as visible signatures of
the agency, which an uncertified document may always get, and the seal closes them.
"""

from datetime import datetime
from functools import partial

from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.signing.appearance import draw_seal, draw_text
from adapters.signing.finding import DATE, LEADER, NUMBER, SEAL, Field, find_fields
from adapters.signing.increment import Increment
from adapters.signing.keys import SigningKey
from adapters.signing.lettering import Lettering, letter
from adapters.signing.pdf import open_pdf, signature_fields
from adapters.signing.pictures import read_picture
from adapters.signing.sign import sign_field
from adapters.signing.update import Stamp, Wish
from domain.errors import Invalid
from domain.places import Box

NUMBER_SIGNED, DATE_SIGNED = "SignedNumber", "SignedDate"


def issue_beside(  # noqa: PLR0913 as `ready_issue`
    signed: bytes,
    key: SigningKey,
    *,
    number: str,
    date_text: str,
    seal_png: bytes,
    seal_mm: float,
    font: bytes,
    at: datetime,
    date_font: bytes | None = None,
    stamp: Stamp | None = None,
) -> bytes:
    """The same as `issue`, with three signatures of the key. Refuses as `sign_field`, and
    "number-empty", "date-empty", and the codes of `read_picture` and `letter`."""
    picture = read_picture(seal_png)
    reader = open_pdf(signed, strict=True)
    places, leader = find_fields(reader), _leaders_box(reader)
    texts = (
        (NUMBER, NUMBER_SIGNED, number, font),
        (DATE, DATE_SIGNED, date_text, date_font or font),
    )
    for field, name, text, face in texts:
        if not text.strip():
            raise Invalid("number-empty" if field == NUMBER else "date-empty", field="file")
        draw = partial(_write, letter(face, text))
        signed = sign_field(signed, key, Wish(name, at), draw, place=places[field].box)

    def draw_over_leader(update: Increment, field: Field) -> None:
        draw_seal(update, field, leader, picture, seal_mm)

    wish = Wish(SEAL, at, stamped=stamp is not None)
    return sign_field(signed, key, wish, draw_over_leader, stamp=stamp)


def _leaders_box(reader: PdfFileReader) -> Box:
    """Where the leader's signature is seen: in a field of the program's own, or in ours."""
    signed = (name for name, (filled, _) in signature_fields(reader).items() if filled)
    name = next(signed, LEADER)
    return find_fields(reader, (name,))[name].box


def _write(lettering: Lettering, update: Increment, field: Field) -> None:
    draw_text(update, field, lettering)
