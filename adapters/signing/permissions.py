"""Whether the signatures that a file has allow one more: asked before anything is written.

A certification signature says what may follow (DocMDP), an approval which fields it closes
(FieldMDP). Nothing else would stop us: the update is written by hand, and a signature that was not
allowed is found out only by those who verify the file.
"""

from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from adapters.signing.pdf import broken_as_refusal, entry, field_names, open_pdf, signature_fields
from adapters.signing.update import Wish
from domain.errors import Invalid


def is_certified(pdf: bytes) -> bool:
    """Whether a signature in it says what may change (ISO 32000-1, 12.8.4)."""
    reader = open_pdf(pdf)
    with broken_as_refusal():
        return "/DocMDP" in entry(reader.root, "/Perms", {})


def check_allowed(reader: PdfFileReader, wish: Wish, *, is_new: bool) -> None:
    """Refuses a signature that the file's state does not allow.

    "field-missing", "field-name-taken" (by any field), "pdf-already-signed" (this field; or any,
    where the file shall be certified), "pdf-locked".
    """
    with broken_as_refusal():
        fields = signature_fields(reader)
        signed = {name: field.get_object() for name, (filled, field) in fields.items() if filled}
        if is_new and wish.field in field_names(reader):
            raise Invalid("field-name-taken", field="file", name=wish.field)
        if not is_new and wish.field not in fields:
            raise Invalid("field-missing", field="file", name=wish.field)
        if wish.field in signed or (wish.certifies is not None and _is_certified(reader, signed)):
            raise Invalid("pdf-already-signed", field="file")
        if any(_forbids(limit, wish.field, is_new) for limit in _limits(signed.values())):
            raise Invalid("pdf-locked", field="file")


def refusal_of(reader: PdfFileReader) -> str:
    """Why a file that was signed elsewhere takes no fields of ours, as a refusal's code: "pdf-
    certified" (no change is allowed at all), "pdf-locked" (a signature closed its fields),
    "pdf-already-signed"; empty for a file without any signature."""
    signed = [field.get_object() for filled, field in signature_fields(reader).values() if filled]
    if not signed and "/Perms" not in reader.root:
        return ""
    limits = list(_limits(signed))
    if any(_is_final(each) for each in limits if each[0] == "/DocMDP"):
        return "pdf-certified"
    closed = any(method == "/FieldMDP" for method, _ in limits)
    return "pdf-locked" if closed else "pdf-already-signed"


def _is_final(limit: tuple[str, generic.DictionaryObject]) -> bool:
    return "/P" in limit[1] and int(limit[1]["/P"]) == MDPPerm.NO_CHANGES.value


def _is_certified(reader: PdfFileReader, signed: dict) -> bool:
    return bool(signed) or "/DocMDP" in entry(reader.root, "/Perms", {})


def _limits(fields: list) -> Iterator[tuple[str, generic.DictionaryObject]]:
    for field in fields:
        for reference in entry(field["/V"], "/Reference", ()):
            limit = reference.get_object()
            method = str(entry(limit, "/TransformMethod", ""))
            yield method, entry(limit, "/TransformParams", generic.DictionaryObject())


def _forbids(limit: tuple[str, generic.DictionaryObject], field: str, is_new: bool) -> bool:
    """A new field is an illegal change after any certification; a locked field is never signed."""
    method, parameters = limit
    if _is_final(limit):
        return True
    if method == "/DocMDP":
        return is_new
    if method != "/FieldMDP":
        return False
    named = {str(each) for each in entry(parameters, "/Fields", ())}
    action = str(entry(parameters, "/Action", "/All"))
    return {"/Include": field in named, "/Exclude": field not in named}.get(action, True)
