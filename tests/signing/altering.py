"""Ways to change a PDF from outside, as a careless tool or an attacker would."""

from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from adapters.signing.appearance import draw_text
from adapters.signing.finding import find_fields
from adapters.signing.increment import Increment
from adapters.signing.keys import SigningKey
from adapters.signing.lettering import letter


def refill(pdf: bytes, field: str, text: str, font: bytes) -> bytes:
    """The file with a text field filled (again) by an incremental update, appearance and all."""
    update = Increment(PdfFileReader(BytesIO(pdf), strict=False), len(pdf))
    found = find_fields(update.reader)[field]
    draw_text(update, found, letter(font, text))
    found.dictionary[name("/V")] = generic.pdf_string(text)
    return pdf + update.close()[0]


def draw_over(pdf: bytes) -> bytes:
    """The file with page content added after the fact, as a stamping tool does."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    stream = generic.StreamObject(stream_data=b"1 0 0 rg 50 50 200 90 re f")
    writer.add_stream_to_page(0, writer.add_object(stream))
    return written(writer)


class LoadedSigner(Signer):
    """A key of ours as pyHanko's own signing wants it."""

    def __init__(self, key: SigningKey) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(key.chain)
        super().__init__(signing_cert=key.certificate, cert_registry=store)
        self._key = key

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if dry_run:
            return bytes(self._key.signature_bytes)
        return self._key.sign(data, digest_algorithm)


def approve(pdf: bytes, key, field: str, timestamper=None, **metadata: str) -> bytes:
    """Sign a field with a plain approval signature: no DocMDP, as most tools do."""
    metadata = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, **metadata)
    signer = PdfSigner(metadata, LoadedSigner(key), timestamper=timestamper)
    return signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))).getvalue()


def page_turned(pdf: bytes, rotation: int, origin: tuple[float, float]) -> bytes:
    """The first page rotated clockwise, its boxes moved so that they start at `origin`."""
    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdf)))
    page = writer.root["/Pages"]["/Kids"][0]
    width, height = (float(value) for value in list(page["/MediaBox"])[2:])
    x, y = origin
    box = generic.ArrayObject(map(generic.FloatObject, (x, y, x + width, y + height)))
    page[name("/MediaBox")] = page[name("/CropBox")] = box
    page[name("/Rotate")] = generic.NumberObject(rotation)
    return written(writer)


def encrypted(pdf: bytes, password: str) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    fresh = copy_into_new_writer(writer.prev)
    fresh.encrypt(owner_pass=password)
    return written(fresh)


def hybrid(pdf: bytes) -> bytes:
    """The file with a hybrid cross-reference, as MS Word writes it; strict readers refuse it."""

    plain = written(copy_into_new_writer(PdfFileReader(BytesIO(pdf))))
    reader = PdfFileReader(BytesIO(plain))
    size = int(reader.trailer["/Size"])
    root = reader.root_ref.idnum
    previous = int(plain.rsplit(b"startxref", 1)[1].split()[0])
    entry_at = len(plain) + 1
    entries = b"\x01" + entry_at.to_bytes(4, "big") + b"\x00"
    stream = (
        (
            f"{size} 0 obj\n<</Type/XRef/Size {size + 1}/W[1 4 1]/Index[{size} 1]/Root {root} 0 R"
            f"/Length {len(entries)}>>stream\n"
        ).encode()
        + entries
        + b"\nendstream\nendobj\n"
    )
    table_at = entry_at + len(stream)
    table = (
        f"xref\n0 0\ntrailer\n<</Size {size + 1}/Root {root} 0 R/Prev {previous}"
        f"/XRefStm {entry_at}>>\nstartxref\n{table_at}\n%%EOF\n"
    ).encode()
    return plain + b"\n" + stream + table


def written(writer) -> bytes:
    output = BytesIO()
    writer.write(output)
    return output.getvalue()
