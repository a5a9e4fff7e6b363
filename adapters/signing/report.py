"""What a validation found, as plain facts: shown on the document's page and stored beside it."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from adapters.signing.anatomy import Purpose
from adapters.signing.certificates import Kind
from domain.algorithms import Grade
from domain.verdicts import Verdict, worst


@dataclass(frozen=True)
class SignatureFacts:
    """One signature. Unknown texts are empty, unknown times None.

    `signed_at` is as good as `time_source` says: "timestamp" is proven by a trusted time-stamping
    authority, "claimed" is what the signer's machine said. `later_changes` tells what was added to
    the file after this signature, `changed_fields` which fields were filled (of an office file:
    which parts are others); `uncovered` which of its parts were not signed. `revision` of
    `revisions` of the file is the one it closes. `details` holds codes that explain the verdict.
    Revocation is known by `revocation_source` of `revocation_at`. An archive stamp beside the file
    proves that it existed at `proven_at`.
    """

    field: str
    verdict: Verdict
    kind: Kind = "unknown"
    purpose: Purpose = "unknown"
    page: int | None = None
    signer_name: str = ""
    organisation: str = ""
    position: str = ""
    subject: str = ""
    issuer: str = ""
    chain: tuple[str, ...] = ()
    serial: str = ""
    certificate_sha256: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    signed_at: datetime | None = None
    time_source: Literal["timestamp", "claimed", "none"] = "none"
    covers_whole_file: bool = False
    revision: int = 0
    revisions: int = 0
    later_changes: Literal["none", "form-filling", "other", "unknown"] = "unknown"
    changed_fields: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    digest_algorithm: str = ""
    key: str = ""
    encoding: Literal["der", "ber", ""] = ""
    algorithm: Grade = Grade.SOUND
    weak_algorithm: bool = False
    trusted: bool = False
    revocation: Literal["good", "revoked", "unknown"] = "unknown"
    revocation_source: Literal["ocsp", "crl", ""] = ""
    revocation_at: datetime | None = None
    revoked_since: datetime | None = None
    proven_at: datetime | None = None
    details: tuple[str, ...] = ()

    @property
    def is_stamp(self) -> bool:
        """Whether it is no signature but a time stamp over the document."""
        return self.purpose == "timestamp"


@dataclass(frozen=True)
class Report:
    """All signatures of a file, oldest first; `verdict` is the worst of them, None without any. A
    time stamp whose authority is not trusted proves no time, and takes nothing from a signature."""

    signatures: tuple[SignatureFacts, ...]

    @property
    def verdict(self) -> Verdict | None:
        counted = [each for each in self.signatures if not each.is_stamp]
        if not counted:
            return None
        stamps = [each.verdict for each in self.signatures if each.is_stamp]
        harm = [each for each in stamps if each in (Verdict.BROKEN, Verdict.MODIFIED)]
        return worst([*(each.verdict for each in counted), *harm])

    def to_json(self) -> dict:
        """Only strings, numbers, booleans, lists and None; times in ISO 8601."""
        return {
            "verdict": str(self.verdict) if self.verdict else None,
            "signatures": [_plain(signature) for signature in self.signatures],
        }


def _plain(signature: SignatureFacts) -> dict:
    return {each.name: _told(getattr(signature, each.name)) for each in fields(signature)}


def _told(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):  # also enumerations, and pyHanko's texts, which hold on to the file
        return str(value)
    return [_told(each) for each in value] if isinstance(value, tuple) else value
