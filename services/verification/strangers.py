"""Checking a file for somebody who is not signed in: judged in memory and forgotten. No file, no
row and no line of a log remains of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from domain.signed_files import NamedFile
from services.office import Office
from services.signing.judging import Findings, judge_beside, judge_bytes, judge_office


@dataclass(frozen=True)
class Answer:
    """`findings` of the file and of the signature that came beside it."""

    name: str
    sha256: str
    size: int
    checked_at: datetime
    findings: Findings


def check_stranger(
    office: Office, file: tuple[str, bytes], beside: tuple[str, bytes] | None = None
) -> Answer:
    """`file` and `beside` are (name, bytes); never raises for what they hold."""
    name, data = file
    findings = Findings()
    if NamedFile(name, "", "").is_signature and beside is None:
        findings = judge_beside(office, name, data, [])[1]
    elif b"%PDF-" not in data[:1024] and NamedFile(name, "", "").is_office:
        findings = judge_office(office, data)
    elif b"%PDF-" in data[:1024] or beside is None:
        findings = judge_bytes(office, data)
    if beside is not None:
        findings = findings.and_also(judge_beside(office, beside[0], beside[1], [data])[1])
    return Answer(name, hashlib.sha256(data).hexdigest(), len(data), office.now(), findings)
