"""Signing a prepared PDF: the leader certifies it, then the clerk's seal closes number and date.

Each signature is one incremental update: the output begins with the exact bytes of the input. What
was signed is verified strictly before it is given back, so that nobody ever receives a signed file
that does not hold. The result is PAdES B-B; a time stamp is added later where there is a service.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.generic import NumberObject, TextStringObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession
from pyhanko.stamp import BaseStampStyle

from adapters.signing.appearance import draw_seal, draw_signature, draw_text
from adapters.signing.certificates import check_usable, facts_of
from adapters.signing.fields import DATE, LEADER, NUMBER, READ_ONLY, SEAL, Field, find_fields
from adapters.signing.keys import SigningKey
from adapters.signing.lettering import letter
from adapters.signing.pdf import open_pdf, signature_fields
from adapters.signing.pictures import read_picture
from adapters.signing.report import Report
from adapters.signing.trust import VIETNAM
from adapters.signing.validate import validate_strict
from domain.errors import Invalid, Refusal, Unavailable


class SigningFailed(Unavailable):
    """No signed file came of it; nothing was changed, it can be tried again.

    Codes: "signing-failed" (`cause` names the kind of error), "signed-file-invalid".
    """


def sign_leader(
    prepared: bytes,
    key: SigningKey,
    image_png: bytes,
    *,
    signer_name: str,
    at: datetime,
    reason: str = "",
) -> bytes:
    """The prepared PDF certified by the leader; afterwards only our fields may be filled.

    `image_png` is the blue transparent picture of the signature. Refuses: what `open_pdf` refuses,
    "pdf-not-prepared", "pdf-already-signed", "certificate-expired", "certificate-not-yet-valid",
    "certificate-key-usage", the codes of `read_picture`, and SigningFailed.
    """
    _check(prepared, key, at, expected_signed=frozenset())
    picture = read_picture(image_png)
    with _failures():
        writer = IncrementalPdfFileWriter(BytesIO(prepared))
        draw_signature(writer, find_fields(writer)[LEADER], picture)
        metadata = _metadata(
            LEADER, MDPPerm.FILL_FORMS, certify=True, name=signer_name, reason=reason or None
        )
        return _verified(prepared, _sign(writer, key, metadata, at), key, {LEADER})


def issue(  # noqa: PLR0913 the date is set in italics, in a font of its own
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
) -> bytes:
    """The leader's signed PDF with number and date filled and the agency's seal over them.

    `number` and `date_text` are drawn as given, in `font` (TrueType; `date_font` for the date where
    given); the seal is `seal_mm` wide. After this no change is allowed. Refuses: as `sign_leader`,
    "leader-signature-missing", "leader-signature-invalid", "number-empty", "date-empty",
    "font-missing-letters", "font-broken", "seal-size", "seal-too-large", and SigningFailed.
    """
    _check(signed, key, at, expected_signed=frozenset({LEADER}))
    _check_leader(signed)
    picture = read_picture(seal_png)
    with _failures():
        writer = IncrementalPdfFileWriter(BytesIO(signed))
        fields = find_fields(writer)
        _fill(writer, fields[NUMBER], number, font)
        _fill(writer, fields[DATE], date_text, date_font or font)
        draw_seal(writer, fields[SEAL], fields[LEADER], picture, seal_mm)
        metadata = _metadata(SEAL, MDPPerm.NO_CHANGES)
        return _verified(signed, _sign(writer, key, metadata, at), key, {LEADER, SEAL})


class _NoStamp(BaseStampStyle):
    """pyHanko draws nothing: the field already has its appearance."""

    def create_stamp(self, writer, box, text_params) -> None:
        return None


class _TimedSigner(PdfSigner):
    """Signs at the given time in Vietnam's zone, not at the machine's clock and zone."""

    at: datetime

    def init_signing_session(self, *args, **kwargs) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at.astimezone(VIETNAM).replace(microsecond=0)
        return session


def _metadata(field: str, permission: MDPPerm, **others: object) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=permission,
        **others,
    )


def _sign(
    writer: IncrementalPdfFileWriter,
    key: SigningKey,
    metadata: PdfSignatureMetadata,
    at: datetime,
) -> bytes:
    signer = _TimedSigner(metadata, key.signer(), stamp_style=_NoStamp())
    signer.at = at
    return signer.sign_pdf(writer, existing_fields_only=True).getvalue()


def _fill(writer: IncrementalPdfFileWriter, field: Field, text: str, font: bytes) -> None:
    if not text.strip():
        kind = "number" if field.dictionary["/T"] == NUMBER else "date"
        raise Invalid(f"{kind}-empty", field=kind)
    draw_text(writer, field, letter(writer, font, text))
    field.dictionary[pdf_name("/V")] = TextStringObject(text)
    field.dictionary[pdf_name("/Ff")] = NumberObject(READ_ONLY)


def _check(pdf: bytes, key: SigningKey, at: datetime, expected_signed: frozenset[str]) -> None:
    if at.tzinfo is None:
        raise ValueError("the time of signing needs its zone")
    check_usable(facts_of(key.certificate), at)
    reader = open_pdf(pdf, strict=True)
    find_fields(reader)
    signed = {name for name, (filled, _) in signature_fields(reader).items() if filled}
    if expected_signed - signed:
        raise Invalid("leader-signature-missing", field="file")
    if signed - expected_signed:
        raise Invalid("pdf-already-signed", field="file")


def _check_leader(signed: bytes) -> None:
    """The seal only ever goes on a file whose leader's signature holds and closes it."""
    (leader,) = validate_strict(signed, ()).signatures
    if not leader.verdict.intact or not leader.covers_whole_file:
        raise Invalid("leader-signature-invalid", verdict=leader.verdict)


def _verified(before: bytes, after: bytes, key: SigningKey, expected: set[str]) -> bytes:
    if after[: len(before)] != before:
        raise SigningFailed("signed-file-invalid", cause="not-extended")
    report = validate_strict(after, [each.dump() for each in key.chain])
    if not _holds(report, expected):
        raise SigningFailed("signed-file-invalid", cause=str(report.verdict))
    return after


def _holds(report: Report, expected: set[str]) -> bool:
    last = report.signatures[-1]
    return (
        {each.field for each in report.signatures} == expected
        and all(each.verdict.intact for each in report.signatures)
        and all(each.later_changes in ("none", "form-filling") for each in report.signatures)
        and last.covers_whole_file
    )


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except Refusal:
        raise
    except Exception as error:  # tokens, services and writers fail in their own ways
        raise SigningFailed("signing-failed", cause=type(error).__name__) from error
