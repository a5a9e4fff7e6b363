"""The evidence of a check as plain JSON: codes and facts, no words of any language."""

from domain.errors import NotFound
from services.verification import Answer, Examined

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
        "document_checks": [
            {"code": each.code, "outcome": each.outcome, "detail": each.detail}
            for each in examined.checks
        ]
        if examined.is_newest
        else [],
    }


def of_stranger(answer: Answer) -> dict:
    return {
        "format": FORMAT,
        "file": {"name": answer.name, "sha256": answer.sha256, "size": answer.size},
        "checked_at": answer.checked_at.isoformat(),
        "verdict": str(answer.findings.verdict or "unsigned"),
        "problem": answer.findings.problem,
        "signatures": list(answer.findings.signatures),
    }
