"""The evidence of a check as plain JSON: codes and facts, no words of any language."""

from dataclasses import asdict

from blueprints.preserved import as_json
from domain.errors import NotFound
from services.verification import Examined

FORMAT = "vanthu-verification-1"


def told(examined: Examined) -> dict:
    """NotFound for a file that was never checked."""
    check = examined.shown
    if check is None:
        raise NotFound("not-found")
    return {
        "format": FORMAT,
        "file": {
            "name": examined.file.name,
            "sha256": check.file_sha256,
            "size": examined.size,
        },
        "checked_at": check.checked_at.isoformat(),
        "checked_by": check.checked_by,
        "trusted_roots": check.roots,
        "verdict": check.verdict,
        "problem": check.problem,
        "signatures": check.signatures,
        "preservation": _preservation(examined),
        "document_checks": [asdict(each) for each in examined.checks] if examined.is_newest else [],
    }


def _preservation(examined: Examined) -> dict | None:
    """What is kept beside the file is told as it is now, so not with an older check."""
    kept = examined.kept
    return as_json(kept) if kept is not None and examined.is_newest else None
