"""The archive form of a PDF: what was issued, followed by evidence (DSS) and a document time stamp.

Each call appends one increment and changes nothing before it (PAdES B-LTA): the first makes the
archive form, later ones carry it on before the stamp's certificate ends.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from adapters.signing.pdf import broken_as_refusal, open_pdf, signature_fields
from adapters.signing.timestamps import DIGEST, Stamp
from domain.errors import Unavailable

FIELD = "ArchiveStamp"
RESERVED = 2 * 16 * 1024  # hexadecimal digits for a token with its certificates
Stamper = Callable[[bytes], Stamp]  # a time stamp over a SHA-256 digest; StampRefused


class ArchiveFailed(Unavailable):
    """No archive form came of it. Code "archive-failed"."""


@dataclass(frozen=True)
class Proofs:
    """What goes into the file, as DER."""

    certificates: Sequence[bytes] = ()
    ocsps: Sequence[bytes] = ()
    crls: Sequence[bytes] = ()


def extend(pdf: bytes, proofs: Proofs, stamper: Stamper) -> tuple[bytes, Stamp]:
    """(The PDF with one increment more, the stamp that closes it).

    Refuses what `open_pdf` refuses, what the stamper refuses, and ArchiveFailed.
    """
    number = sum(name.startswith(FIELD) for name in signature_fields(open_pdf(pdf))) + 1
    with broken_as_refusal():
        writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=[x509.Certificate.load(each) for each in proofs.certificates],
            ocsps=[ocsp.OCSPResponse.load(each) for each in proofs.ocsps],
            crls=[crl.CertificateList.load(each) for each in proofs.crls],
        )
        asked = _Asking(stamper)
        stamping = PdfTimeStamper(asked, field_name=f"{FIELD}{number}")
        coming = stamping.async_timestamp_pdf(writer, DIGEST, bytes_reserved=RESERVED)
        extended = asyncio.run(coming).getvalue()
    if not extended.startswith(pdf) or asked.given is None:
        raise ArchiveFailed("archive-failed")
    return extended, asked.given


class _Asking(TimeStamper):
    """pyHanko's way to ask for a time stamp, over ours."""

    def __init__(self, stamper: Stamper) -> None:
        super().__init__()
        self._stamper = stamper
        self.given: Stamp | None = None

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        # Our own checks run an event loop of their own.
        self.given = await asyncio.to_thread(self._stamper, message_digest)
        return cms.ContentInfo.load(self.given.token)
