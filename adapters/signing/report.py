"""What a validation found, as plain facts: shown on the document's page and stored beside it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from adapters.signing.certificates import Kind
from domain.verdicts import Verdict, worst


@dataclass(frozen=True)
class SignatureFacts:
    """One signature. Unknown texts are empty, unknown times None.

    `signed_at` is as good as `time_source` says: "timestamp" is proven by a trusted time-stamping
    authority, "claimed" is what the signer's machine said. `later_changes` tells what was added to
    the file after this signature. `details` holds codes that explain the verdict.
    """

    field: str
    verdict: Verdict
    kind: Kind = "unknown"
    signer_name: str = ""
    organisation: str = ""
    issuer: str = ""
    serial: str = ""
    certificate_sha256: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    signed_at: datetime | None = None
    time_source: Literal["timestamp", "claimed", "none"] = "none"
    covers_whole_file: bool = False
    later_changes: Literal["none", "form-filling", "other", "unknown"] = "unknown"
    digest_algorithm: str = ""
    weak_algorithm: bool = False
    trusted: bool = False
    revocation: Literal["good", "revoked", "unknown"] = "unknown"
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All signatures of a file, oldest first; `verdict` is the worst of them, None without any."""

    signatures: tuple[SignatureFacts, ...]

    @property
    def verdict(self) -> Verdict | None:
        return worst(signature.verdict for signature in self.signatures)

    def to_json(self) -> dict:
        """Only strings, booleans, lists and None; times in ISO 8601."""
        return {
            "verdict": str(self.verdict) if self.verdict else None,
            "signatures": [_plain(signature) for signature in self.signatures],
        }


def _plain(signature: SignatureFacts) -> dict:
    return {key: _PLAIN.get(type(value), _same)(value) for key, value in asdict(signature).items()}


def _same(value: object) -> object:
    return value


_PLAIN = {datetime: datetime.isoformat, Verdict: str, tuple: list}
