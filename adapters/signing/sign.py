"""Signing a prepared PDF: the leader certifies it, then the clerk's seal closes number and date.

Each signature is one incremental update: the output begins with the exact bytes of the input. Each
can be made in two steps (`ready_…`, then the signature from wherever the key is: `update`) or at
once with a key of this process. What was signed is verified before it is given back, so that nobody
ever receives a signed file that does not hold.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from pyhanko.pdf_utils.generic import NumberObject, TextStringObject, pdf_name
from pyhanko.sign.fields import MDPPerm

from adapters.signing.appearance import draw_seal, draw_signature, draw_text, shown_signature
from adapters.signing.closing import Closing, closing_signature
from adapters.signing.fields import READ_ONLY, add_signature_field
from adapters.signing.finding import (
    DATE,
    LEADER,
    NUMBER,
    SEAL,
    Field,
    beside_field,
    find_fields,
    leader_fields,
)
from adapters.signing.finishing import Holder, SigningFailed, check_holder, failures, finish
from adapters.signing.increment import Increment
from adapters.signing.keys import SigningKey
from adapters.signing.lettering import letter
from adapters.signing.pdf import open_pdf, signature_fields
from adapters.signing.permissions import check_allowed, is_certified
from adapters.signing.pictures import Picture, read_picture
from adapters.signing.update import SignatureToMake, Stamp, Wish, make_ready
from domain.errors import Invalid
from domain.places import Box
from domain.verdicts import Verdict

__all__ = [
    "SigningFailed",
    "issue",
    "ready_cosigner",
    "ready_field",
    "ready_issue",
    "ready_leader",
    "sign_field",
    "sign_leader",
]

Draw = Callable[[Increment, Field], None]


def sign_leader(
    prepared: bytes, key: SigningKey, image_png: bytes, *, stamp: Stamp | None = None, **given
) -> bytes:
    """The prepared PDF certified by the leader; afterwards only our fields may be filled. `given`
    and refusals as for `ready_leader`, and SigningFailed."""
    made = ready_leader(prepared, key, image_png, stamped=stamp is not None, **given)
    return finish(made, key, stamp)


def ready_leader(
    prepared: bytes,
    holder: Holder,
    image_png: bytes,
    *,
    signer_name: str,
    at: datetime,
    reason: str = "",
    stamped: bool = False,
) -> SignatureToMake:
    """The first step of `sign_leader`. `image_png` is the blue transparent picture of the
    signature.

    Refuses: what `open_pdf` refuses, "pdf-not-prepared", "pdf-already-signed",
    "certificate-expired", "certificate-not-yet-valid", "certificate-key-usage", and the codes of
    `read_picture`.
    """
    picture = read_picture(image_png)
    wish = Wish(
        LEADER, at, certifies=MDPPerm.FILL_FORMS, name=signer_name, reason=reason, stamped=stamped
    )
    update, fields = _prepared(prepared, holder, at, expected_signed=frozenset())
    with failures():
        draw_signature(update, fields[LEADER], picture)
        return _ready(prepared, update, fields[LEADER], wish, holder)


def ready_cosigner(
    signed: bytes,
    holder: Holder,
    image_png: bytes,
    *,
    field: str,
    signer_name: str,
    at: datetime,
    stamped: bool = False,
) -> SignatureToMake:
    """The first step for a leader who signs after the first, in the empty field kept for them; on
    a document that the first one did not certify in a new one over it, since the lock of the kept
    one would leave no room for the agency's number and date.

    Refuses: as `ready_field`, "leader-signature-missing", "leader-signature-invalid", and the codes
    of `read_picture`.
    """
    _closing(signed)  # in which field, their desktop program may have chosen
    picture = read_picture(image_png)
    draw = partial(_draw_signature, picture)
    if is_certified(signed):
        wish = Wish(field, at, name=signer_name, stamped=stamped)
        return ready_field(signed, holder, wish, draw)
    place = find_fields(open_pdf(signed, strict=True), (field,))[field].box
    wish = Wish(beside_field(field), at, name=signer_name, stamped=stamped)
    return ready_field(signed, holder, wish, draw, place=place)


def _draw_signature(picture: Picture, update: Increment, field: Field) -> None:
    draw_signature(update, field, picture)


def issue(signed: bytes, key: SigningKey, *, stamp: Stamp | None = None, **given) -> bytes:
    """The leader's signed PDF with number and date filled and the agency's seal over them. `given`
    and refusals as for `ready_issue`, and SigningFailed."""
    return finish(ready_issue(signed, key, stamped=stamp is not None, **given), key, stamp)


def ready_issue(  # noqa: PLR0913 as above
    signed: bytes,
    holder: Holder,
    *,
    number: str,
    date_text: str,
    seal_png: bytes,
    seal_mm: float,
    font: bytes,
    at: datetime,
    date_font: bytes | None = None,
    stamped: bool = False,
) -> SignatureToMake:
    """The first step of `issue`. `number` and `date_text` are drawn as given, in `font` (TrueType;
    `date_font` for the date where given); the seal is `seal_mm` wide. After this no change is
    allowed.

    Refuses: as `ready_leader`, "leader-signature-missing", "leader-signature-invalid",
    "number-empty", "date-empty", "font-missing-letters", "font-broken", "seal-size",
    "seal-too-large".
    """
    update, fields = _prepared(signed, holder, at, expected_signed=None)
    _check_leader(signed)
    picture = read_picture(seal_png)
    with failures():
        _fill(update, fields[NUMBER], number, font)
        _fill(update, fields[DATE], date_text, date_font or font)
        draw_seal(update, fields[SEAL], shown_signature(fields[LEADER]), picture, seal_mm)
        return _ready(signed, update, fields[SEAL], Wish(SEAL, at, stamped=stamped), holder)


def sign_field(
    pdf: bytes,
    key: SigningKey,
    wish: Wish,
    draw: Draw,
    *,
    place: Box | None = None,
    stamp: Stamp | None = None,
) -> bytes:
    """Any PDF with one more signature: in the empty field `wish.field`, or in a new one of that
    name at `place`. `draw` draws what the field shows (`appearance`).

    Refuses: what `open_pdf` refuses, the codes of certificates, "field-missing",
    "field-name-taken", "pdf-already-signed" (the field, or the file that shall be certified),
    "pdf-locked" (an earlier signature forbids it), "place-outside-page", and SigningFailed.
    """
    return finish(ready_field(pdf, key, wish, draw, place=place), key, stamp)


def ready_field(
    pdf: bytes, holder: Holder, wish: Wish, draw: Draw, *, place: Box | None = None
) -> SignatureToMake:
    """The first step of `sign_field`, with its refusals."""
    check_holder(holder, wish.at)
    reader = open_pdf(pdf, strict=True)
    check_allowed(reader, wish, is_new=place is not None)
    with failures():
        update = Increment(reader, len(pdf))
        if place is None:
            field = find_fields(reader, (wish.field,))[wish.field]
        else:
            field = add_signature_field(update, wish.field, place)
        draw(update, field)
        return _ready(pdf, update, field, wish, holder)


def _ready(
    before: bytes, update: Increment, field: Field, wish: Wish, holder: Holder
) -> SignatureToMake:
    return make_ready(
        before, update, field, wish, holder.certificate, holder.chain,
        holder.signature_bytes, holder.scheme,
    )  # fmt: skip


def _fill(update: Increment, field: Field, text: str, font: bytes) -> None:
    if not text.strip():
        kind = "number" if field.dictionary["/T"] == NUMBER else "date"
        raise Invalid(f"{kind}-empty", field=kind)
    draw_text(update, field, letter(font, text))
    field.dictionary[pdf_name("/V")] = TextStringObject(text)
    field.dictionary[pdf_name("/Ff")] = NumberObject(READ_ONLY)


def _prepared(
    pdf: bytes, holder: Holder, at: datetime, expected_signed: frozenset[str] | None
) -> tuple[Increment, dict[str, Field]]:
    """`expected_signed`: None for every leader that the file has a field for."""
    check_holder(holder, at)
    reader = open_pdf(pdf, strict=True)
    fields = find_fields(reader)
    known = signature_fields(reader)
    signed = {name for name, (filled, _) in known.items() if filled}
    if expected_signed is None:
        expected_signed = leader_fields(known)
    if expected_signed - signed:
        raise Invalid("leader-signature-missing", field="file")
    if signed - expected_signed:
        raise Invalid("pdf-already-signed", field="file")
    return Increment(reader, len(pdf)), fields


def _check_leader(signed: bytes) -> None:
    """The seal only ever goes on a file whose leader's signature holds and closes it."""
    if not leader_fields([_closing(signed).field]):
        raise Invalid("leader-signature-invalid", verdict=Verdict.MODIFIED)


def _closing(signed: bytes) -> Closing:
    """The signature that holds over the whole file."""
    try:
        return closing_signature((signed,))
    except Invalid as refusal:
        raise Invalid("leader-signature-invalid", verdict=Verdict.BROKEN) from refusal
