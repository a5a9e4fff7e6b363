"""What the auditor asks of signatures, with pyHanko (strict) and poppler's pdfsig alone."""

import asyncio
import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

PDFSIG = shutil.which("pdfsig")


@dataclass(frozen=True)
class Mark:
    """One signature: whether it holds and leads to the root, whose it is, when it says it was
    made."""

    holds: bool
    certificate: str
    at: datetime | None


def marks(data: bytes, root: x509.Certificate) -> list[Mark]:
    """Of a PDF, in the order in which they were made; raises whatever a damaged file leads to."""
    return asyncio.run(_marks(data, root))


async def _marks(data: bytes, root: x509.Certificate) -> list[Mark]:
    found = []
    for signature in PdfFileReader(BytesIO(data), strict=True).embedded_signatures:
        status = await async_validate_pdf_signature(signature, _trusting(root))
        at = signature.self_reported_timestamp
        found.append(Mark(status.bottom_line, _digest(signature.signer_cert), at))
    return found


def mark_beside(data: bytes, signature: bytes, root: x509.Certificate) -> Mark:
    """Of a file and the signature that lies beside it."""
    signed = cms.ContentInfo.load(signature)["content"]
    status = asyncio.run(async_validate_detached_cms(data, signed, _trusting(root)))
    at = status.signer_reported_dt
    return Mark(status.bottom_line, _digest(status.signing_cert), at)


def valid_by_pdfsig(data: bytes, path: Path) -> int:
    """How many signatures poppler finds valid; `path` is written for it."""
    path.write_bytes(data)
    said = subprocess.run(  # noqa: S603 the machine's own program
        [str(PDFSIG), "-nocert", str(path)], capture_output=True, text=True, check=False
    ).stdout
    return said.count("Signature is Valid")


def _trusting(root: x509.Certificate) -> ValidationContext:
    return ValidationContext(trust_roots=[root], allow_fetching=False)


def _digest(certificate: x509.Certificate) -> str:
    return hashlib.sha256(certificate.dump()).hexdigest()
