"""Whether a file that a person's own program sent back is ours with signatures and nothing else.

Such a program makes fields of its own and writes as it likes; all that counts is what it added to
our exact bytes. Nothing may have changed but signature fields and their signatures, also where no
earlier signature forbids it: before the leader signs, nobody else would notice. The file may be
hostile: judge it in a confined process.
"""

from dataclasses import dataclass

from pyhanko.sign.diff_analysis import DiffResult

from adapters.signing.fields import LEADER, SEAL
from adapters.signing.pdf import broken_as_refusal, open_pdf, signature_fields
from adapters.signing.policies import SIGNATURES_ONLY
from adapters.signing.report import SignatureFacts
from adapters.signing.validate import validate_strict
from domain.errors import Invalid

MOST_NEW = {LEADER: 1, SEAL: 3}  # with the seal, the program signs number and date as fields


@dataclass(frozen=True)
class Awaited:
    """The signature that was asked for: in which of our fields it would stand (or in one that only
    enclosures and copies have), by which certificate (SHA-256)."""

    field: str
    certificate_sha256: str


def check_returned(before: bytes, after: bytes, awaited: Awaited) -> None:
    """Raises Invalid: "returned-other-file", "returned-unsigned", "returned-certificate-other",
    "returned-field-taken", "returned-changed", "returned-signature-invalid",
    "returned-algorithm-weak", and what `open_pdf` refuses."""
    if len(after) <= len(before) or not after.startswith(before):
        raise Invalid("returned-other-file")
    reader = open_pdf(after, strict=True)
    old = {name for name, (filled, _) in signature_fields(open_pdf(before)).items() if filled}
    signatures = validate_strict(after, ()).signatures
    new = [facts for facts in signatures if facts.field not in old]
    if not 0 < len(new) <= MOST_NEW.get(awaited.field, 1):
        raise Invalid("returned-unsigned", count=len(new))
    for facts in new:
        _check_new(facts, awaited)
    _check_changes(reader, before)
    if not all(facts.verdict.intact for facts in signatures) or not new[-1].covers_whole_file:
        raise Invalid("returned-signature-invalid", verdict=signatures[-1].verdict)


def _check_new(facts: SignatureFacts, awaited: Awaited) -> None:
    if facts.certificate_sha256 != awaited.certificate_sha256:
        raise Invalid("returned-certificate-other", signer=facts.signer_name)
    if facts.field in {LEADER, SEAL} - {awaited.field}:
        raise Invalid("returned-field-taken")
    if facts.weak_algorithm:
        raise Invalid("returned-algorithm-weak", algorithm=facts.digest_algorithm)


def _check_changes(reader, before: bytes) -> None:
    """Between our bytes and the end of the file: signature fields alone."""
    with broken_as_refusal("returned-changed"):
        base = open_pdf(before).xrefs.total_revisions - 1
        found = SIGNATURES_ONLY.review_file(reader, base)
    if not isinstance(found, DiffResult):
        raise Invalid("returned-changed")
