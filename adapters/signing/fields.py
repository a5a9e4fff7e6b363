"""The places of a document as form fields, put in before anybody signs.

After a certification signature a new field would be an illegal change, so all are there from the
start: two text fields (number, date) and the signature fields (each leader, seal). The seal's field
locks number and date when it is signed. Widgets carry no /P: difference analysis would find the
pages through it and call every later change unexplained.
"""

import hashlib
from dataclasses import replace
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.generic import pdf_string as string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm

from adapters.signing.finding import (
    ALL_FIELDS,
    DATE,
    LEADER,
    NUMBER,
    SEAL,
    TEXT_FIELDS,
    Field,
    leader_field,
    page_at,
)
from adapters.signing.geometry import PageFrame, frame_of
from adapters.signing.increment import Increment
from adapters.signing.pdf import broken_as_refusal, entry, field_names, open_pdf
from adapters.signing.permissions import refusal_of
from domain.errors import Invalid
from domain.places import POINTS_PER_MM, Box, Places

PRINTED_LOCKED = 4 | 128  # annotation flags: Print, Locked (ISO 32000-1, table 165)
READ_ONLY = 1  # field flag: no viewer offers to type the number (table 221)
TEXT_ROOM = 18.0  # points: a line of 13 pt is never clipped
# The leader's image is known only when signing, and the seal must cover one third of it, so the
# seal's field leaves room for the seal to move sideways by this share of the leader's box.
SEAL_PLAY = 1 / 6
# What a field closes when it is signed, and what may change afterwards. The signature of a further
# leader approves: only its lock can say that number, date and seal are yet to come.
_LOCKS = {SEAL: (TEXT_FIELDS, MDPPerm.NO_CHANGES)}
_AFTER_FURTHER = ((LEADER,), MDPPerm.FILL_FORMS)
SEAL_MARGIN = 2 * POINTS_PER_MM


def prepare(pdf: bytes, places: Places) -> bytes:
    """The PDF with its empty fields, ready for the leader's signature.

    Refuses: "pdf-empty", "pdf-not-pdf", "pdf-broken", "pdf-encrypted", what `refusal_of` says
    of signed files, "field-name-taken" (by a field named like ours), "pdf-has-form" (fields of its
    own could be filled after signing), "place-outside-page".
    Files that strict readers reject (hybrid cross-references) are written anew first, so that what
    we issue validates everywhere.
    """
    reader = open_pdf(pdf)
    with broken_as_refusal():
        _refuse_unfit(reader)
        writer = IncrementalPdfFileWriter(BytesIO(strictly_readable(pdf, reader)))
        widgets = [
            _text_field(writer, NUMBER, places.number),
            _text_field(writer, DATE, places.date),
            _signature_field(writer, LEADER, places.leader),
            _signature_field(writer, SEAL, _seal_room(writer, places)),
            *(
                _signature_field(writer, leader_field(turn), box)
                for turn, box in enumerate(places.others, 2)
            ),
        ]
        _add_form(writer, widgets)
        output = BytesIO()
        writer.write(output)
        return output.getvalue()


def add_signature_field(update: Increment, field: str, box: Box) -> Field:
    """A new empty signature field, in the file's form or in a first one. It has no appearance yet:
    whoever adds it draws it."""
    with broken_as_refusal():
        page_reference, page = page_at(update.reader, box.page)
        frame = frame_of(page)
        entries = {name("/FT"): name("/Sig")}
        reference = update.add(_widget(field, box, frame, entries))
        _append(update, page_reference, page, "/Annots", reference)
        if entry(update.root, "/AcroForm") is None:
            form = generic.DictionaryObject({name("/Fields"): generic.ArrayObject([reference])})
            update.root[name("/AcroForm")] = update.add(form)
            update.change_root()
        else:
            form = update.root["/AcroForm"]
            _append(update, update.root.raw_get("/AcroForm"), form, "/Fields", reference)
        return Field(reference, reference.get_object(), box, frame)


def _append(
    update: Increment,
    holder: object,
    dictionary: generic.DictionaryObject,
    key: str,
    reference: generic.IndirectObject,
) -> None:
    """Puts a reference into the array under `key`, wherever that array is stored."""
    if key not in dictionary:
        dictionary[name(key)] = generic.ArrayObject([reference])
    else:
        dictionary[key].append(reference)
    stored = dictionary.raw_get(key)
    if isinstance(stored, generic.IndirectObject):
        update.change(stored)
    elif isinstance(holder, generic.IndirectObject):
        update.change(holder)
    else:
        update.change_holder(dictionary)


def _refuse_unfit(reader: PdfFileReader) -> None:
    if code := refusal_of(reader):
        raise Invalid(code, field="file")
    form = entry(reader.root, "/AcroForm")
    if form is None:
        return
    if taken := field_names(reader) & set(ALL_FIELDS):
        raise Invalid("field-name-taken", field="file", name=min(taken))
    if entry(form, "/Fields") or "/XFA" in form:
        raise Invalid("pdf-has-form", field="file")


def strictly_readable(pdf: bytes, reader: PdfFileReader) -> bytes:
    """These bytes where strict readers take them, else the file written anew."""
    try:
        strict = open_pdf(pdf, strict=True)
        if not strict.xrefs.hybrid_xrefs_present and pdf.startswith(b"%PDF-"):
            return pdf
    except Invalid:
        pass
    output, writer = BytesIO(), copy_into_new_writer(reader)
    _settle(writer, pdf)
    writer.write(output)
    open_pdf(output.getvalue(), strict=True)
    return output.getvalue()


def _settle(writer: PdfFileWriter, content: bytes) -> None:
    """Another run writes the same file: its identifier (ISO 32000-1, 14.4) is of the content and
    not at random, and its metadata stay the author's, who modified it last."""
    half = generic.ByteStringObject(hashlib.sha256(content).digest()[:16])
    writer._document_id = generic.ArrayObject([half, half])
    writer._update_meta = lambda: None


def _text_field(writer: IncrementalPdfFileWriter, field: str, box: Box) -> generic.IndirectObject:
    room = max(box.height, TEXT_ROOM)
    box = replace(box, bottom=box.bottom - (room - box.height) / 2, height=room)
    entries = {
        name("/FT"): name("/Tx"),
        name("/Ff"): generic.NumberObject(READ_ONLY),
        name("/Q"): generic.NumberObject(1),
    }
    return _add_widget(writer, field, box, entries)


def _signature_field(
    writer: IncrementalPdfFileWriter, field: str, box: Box
) -> generic.IndirectObject:
    entries = {name("/FT"): name("/Sig")}
    if field != LEADER:
        closed, after = _LOCKS.get(field, _AFTER_FURTHER)
        lock = FieldMDPSpec(FieldMDPAction.INCLUDE, list(closed)).as_sig_field_lock()
        lock[name("/P")] = generic.NumberObject(after.value)
        entries[name("/Lock")] = writer.add_object(lock)
    return _add_widget(writer, field, box, entries)


def _seal_room(writer: IncrementalPdfFileWriter, places: Places) -> Box:
    """The seal's place with room to move, cut to the page."""
    seal = places.seal
    _, frame = _page(writer, seal.page)
    width, height = frame.size
    sideways = places.leader.width * SEAL_PLAY + SEAL_MARGIN
    left, bottom = max(0.0, seal.left - sideways), max(0.0, seal.bottom - SEAL_MARGIN)
    right = min(width, seal.left + seal.width + sideways)
    top = min(height, seal.bottom + seal.height + SEAL_MARGIN)
    return Box(seal.page, left, bottom, right - left, top - bottom)


def _add_widget(
    writer: IncrementalPdfFileWriter, field: str, box: Box, entries: dict
) -> generic.IndirectObject:
    page_ref, frame = _page(writer, box.page)
    empty = writer.add_object(_empty_appearance(box, frame))
    entries[name("/AP")] = generic.DictionaryObject({name("/N"): empty})
    reference = writer.add_object(_widget(field, box, frame, entries))
    writer.register_annotation(page_ref, reference)
    return reference


def _widget(field: str, box: Box, frame: PageFrame, entries: dict) -> generic.DictionaryObject:
    rect = frame.to_stored(box)
    return generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/Widget"),
            name("/T"): string(field),
            name("/F"): generic.NumberObject(PRINTED_LOCKED),
            name("/Rect"): generic.ArrayObject(generic.FloatObject(each) for each in rect),
            name("/MK"): generic.DictionaryObject(
                {name("/R"): generic.NumberObject(frame.rotation)}
            ),
            **entries,
        }
    )


def _empty_appearance(box: Box, frame: PageFrame) -> generic.StreamObject:
    return generic.StreamObject(
        {
            name("/Type"): name("/XObject"),
            name("/Subtype"): name("/Form"),
            name("/BBox"): generic.ArrayObject(
                generic.FloatObject(each) for each in (0, 0, box.width, box.height)
            ),
            name("/Matrix"): frame.matrix(),
            name("/Resources"): generic.DictionaryObject(),
        },
        stream_data=b"",
    )


def _add_form(writer: IncrementalPdfFileWriter, widgets: list[generic.IndirectObject]) -> None:
    form = generic.DictionaryObject({name("/Fields"): generic.ArrayObject(widgets)})
    writer.root[name("/AcroForm")] = writer.add_object(form)
    writer.update_root()


def _page(
    writer: IncrementalPdfFileWriter, number: int
) -> tuple[generic.IndirectObject, PageFrame]:
    if not 0 <= number < int(writer.root["/Pages"]["/Count"]):
        raise Invalid("place-outside-page", page=number + 1)
    reference, _ = writer.find_page_for_modification(number)
    return reference, frame_of(reference.get_object())
