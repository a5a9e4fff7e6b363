"""Judging files from elsewhere: whatever a file does to it, the work is confined to a process of
its own with bounds on time and memory, and ends in findings, never in an error."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapters.confinement import Died, confined
from adapters.files import DamagedFile
from adapters.signing.beside import validate_beside
from adapters.signing.office import holds_other_signature, holds_signature, validate_office
from adapters.signing.report import Report
from adapters.signing.trust import Evidence
from adapters.signing.validate import validate
from domain.errors import Invalid, Refusal
from domain.signed_files import NamedFile
from domain.verdicts import Verdict, worst
from services.office import Office
from services.preservation import proving
from services.signing import trust

SECONDS, MEMORY = 10, 768 * 1024 * 1024  # for one file (signing.md, 5)


@dataclass(frozen=True)
class Findings:
    """What judging a file gave: `signatures` as `Report.to_json` has them, or the `problem` (a
    refusal's code) for which nothing more can be said."""

    signatures: tuple[dict, ...] = ()
    problem: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """None for a file without signatures."""
        found = [Verdict(each["verdict"]) for each in self.signatures if _counts(each)]
        return worst([*found, *([Verdict.INCONCLUSIVE] if self.problem else [])])

    def and_also(self, other: "Findings") -> "Findings":
        return Findings(self.signatures + other.signatures, self.problem or other.problem)


def _counts(facts: Mapping) -> bool:
    """A time stamp whose authority is not trusted takes nothing from a signature."""
    harmed = facts["verdict"] in (Verdict.BROKEN, Verdict.MODIFIED)
    return facts.get("purpose") != "timestamp" or harmed


def examine(office: Office, files: Sequence[NamedFile]) -> dict[str, Findings]:
    """Judges every file that can bear a signature, by digest: PDFs, files with a signature of
    their own beside them, and office files that hold some."""
    found = {each.sha256: judge(office, each.sha256) for each in files if each.is_pdf}
    for signature in files:
        if signature.is_signature:
            sha256, findings = _beside(office, signature, files)
            found[sha256] = found.get(sha256, Findings()).and_also(findings)
    for each in files:
        if each.is_office and (inside := _inside(office, each.sha256)) != Findings():
            found[each.sha256] = inside.and_also(found.get(each.sha256, Findings()))
    return found


def judge(office: Office, sha256: str) -> Findings:
    """Judges a received file, whatever it is; never raises for what the file holds."""
    try:
        data = office.files.read(sha256)
    except (DamagedFile, FileNotFoundError):
        return Findings(problem="file-damaged")
    return judge_bytes(office, data, proving.beside(office, sha256))


def judge_bytes(office: Office, data: bytes, beside: Evidence = proving.NOTHING) -> Findings:
    """The same of bytes that are stored nowhere, or with what is kept `beside` a file."""
    trusted, now = trust.trust_list(office.session()), office.now()
    return _in_confinement(lambda: (0, validate(data, trusted, now, beside)))[1]


def judge_office(office: Office, data: bytes, beside: Evidence = proving.NOTHING) -> Findings:
    """The same of an office file: the signatures inside it, none where it holds none."""
    trusted, now = trust.trust_list(office.session()), office.now()

    def work() -> tuple[int, Report]:
        if holds_signature(data):
            return 0, validate_office(data, trusted, now, beside)
        if holds_other_signature(data):
            raise Invalid("xml-signature-unchecked")
        return 0, Report(())

    return _in_confinement(work)[1]


def judge_beside(
    office: Office,
    name: str,
    signature: bytes,
    contents: Sequence[bytes],
    beside: Evidence = proving.NOTHING,
) -> tuple[int | None, Findings]:
    """A signature that is a file of its own, with what is kept `beside` it: (which of the contents
    it belongs to, None for none of them, findings)."""
    trusted, now = trust.trust_list(office.session()), office.now()
    return _in_confinement(lambda: validate_beside(name, signature, contents, trusted, now, beside))


def _inside(office: Office, sha256: str) -> Findings:
    try:
        data = office.files.read(sha256)
    except (DamagedFile, FileNotFoundError):
        return Findings(problem="file-damaged")
    return judge_office(office, data, proving.beside(office, sha256))


def _beside(
    office: Office, signature: NamedFile, files: Sequence[NamedFile]
) -> tuple[str, Findings]:
    """(Digest of the file it belongs to, findings); without one that fits it stands for itself."""
    candidates = signature.may_sign(files)
    try:
        data = office.files.read(signature.sha256)
        contents = [office.files.read(each.sha256) for each in candidates]
    except (DamagedFile, FileNotFoundError):
        return signature.sha256, Findings(problem="file-damaged")
    beside = proving.beside(office, signature.sha256)
    index, findings = judge_beside(office, signature.name, data, contents, beside)
    return (signature if index is None else candidates[index]).sha256, findings


def _in_confinement(work: Callable) -> tuple[int | None, Findings]:
    try:
        answer = json.loads(confined(lambda: _told(work), SECONDS, MEMORY))
    except Died:
        return None, Findings(problem="inspection-died")
    return answer["index"], Findings(tuple(answer["signatures"]), answer["problem"])


def _told(work: Callable) -> bytes:
    try:
        index, report = work()
    except Refusal as refusal:
        return json.dumps({"index": None, "signatures": [], "problem": refusal.code}).encode()
    signatures = report.to_json()["signatures"]
    return json.dumps({"index": index, "signatures": signatures, "problem": ""}).encode()
