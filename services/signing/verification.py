"""Verifying files: what each signature is worth, kept beside the file so that pages need not judge
it again. A received file is judged in a confined process of its own; it may be hostile."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import delete, select

from adapters.confinement import Died, confined
from adapters.files import PDF, DamagedFile
from adapters.signing.report import Report
from adapters.signing.validate import validate, validate_strict
from domain.errors import NotFound, Refusal
from domain.roles import SYSTEM
from domain.verdicts import Verdict, worst
from models.incoming import IncomingDocument
from models.signing import Signature
from services import outbox
from services.office import Office
from services.outbox import Lease
from services.signing import provenance, trust
from services.unit_of_work import Work, transaction

UNSIGNED = "unsigned"
SECONDS, MEMORY = 10, 768 * 1024 * 1024  # for one file (signing.md, 5)


@dataclass(frozen=True)
class Findings:
    """What judging a file gave: `signatures` as `Report.to_json` has them, or the `problem` (a
    refusal's code) for which nothing can be said."""

    signatures: tuple[dict, ...] = ()
    problem: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """None for a file without signatures."""
        if self.problem:
            return Verdict.INCONCLUSIVE
        return worst(Verdict(each["verdict"]) for each in self.signatures)


def verify_file(office: Office, sha256: str) -> list[Signature]:
    """Judges a stored file now and keeps what was found; gives its signatures, oldest first."""
    found = judge(office, sha256)
    with transaction(office, SYSTEM) as work:
        return _write(work, sha256, found)


def signatures_of(office: Office, digests: list[str]) -> list[Signature]:
    """What is known of the signatures in these files, by file, oldest first."""
    query = select(Signature).where(Signature.file_sha256.in_(digests)).order_by(Signature.id)
    return list(office.session().scalars(query))


def inspect_incoming(office: Office, lease: Lease) -> None:
    """The job that verifies every PDF of an arrival and writes its verdict in one word."""
    document = office.session().get(IncomingDocument, lease.subject_id)
    if document is None:
        raise NotFound("not-found")
    digests = dict.fromkeys(p.sha256 for p in document.papers if p.sha256 and _is_pdf(p))
    found = {sha256: judge(office, sha256) for sha256 in digests}
    doubts = provenance.doubts(office, document, {k: v.signatures for k, v in found.items()})
    verdict = _in_one_word(document, found.values())
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        document = work.session.get_one(
            IncomingDocument, lease.subject_id, with_for_update=True, populate_existing=True
        )
        document.verdict, document.doubts = verdict, doubts
        for sha256, each in found.items():
            _write(work, sha256, each)
        details = {"doubts": doubts} if doubts else {}
        work.audit("incoming:inspected", document, verdict=verdict, files=list(found), **details)


def _in_one_word(document: IncomingDocument, found: Iterable[Findings]) -> str:
    """The verdict of the worst file; nothing can be concluded from a damaged one."""
    verdicts = [each.verdict for each in found if each.verdict]
    if any(paper.is_damaged for paper in document.papers):
        verdicts.append(Verdict.INCONCLUSIVE)
    return str(worst(verdicts) or UNSIGNED)


def judge(office: Office, sha256: str) -> Findings:
    """Judges a received file, whatever it is; never raises for what the file holds."""
    roots, now = trust.roots(office.session()), office.now()
    try:
        data = office.files.read(sha256)
    except (DamagedFile, FileNotFoundError):
        return Findings(problem="file-damaged")
    try:
        answer = json.loads(confined(lambda: _judged(data, roots, now), SECONDS, MEMORY))
    except Died:
        return Findings(problem="inspection-died")
    return Findings(tuple(answer["signatures"]), answer["problem"])


def judge_own(office: Office, data: bytes | BinaryIO) -> Report:
    """Judges a file of our own making by the strict rules."""
    return validate_strict(data, trust.roots(office.session()), office.now())


def record(work: Work, sha256: str, report: Report) -> list[Signature]:
    """Keeps a report of our own as the signatures of a file."""
    return _write(work, sha256, Findings(tuple(report.to_json()["signatures"])))


def _judged(data: bytes, roots: list[bytes], now: datetime) -> bytes:
    try:
        answer = {"signatures": validate(data, roots, now).to_json()["signatures"], "problem": ""}
    except Refusal as refusal:
        answer = {"signatures": [], "problem": refusal.code}
    return json.dumps(answer).encode()


def _is_pdf(paper) -> bool:
    return paper.media_type == PDF or paper.file_name.lower().endswith(".pdf")


def _write(work: Work, sha256: str, found: Findings) -> list[Signature]:
    """Replaces what was known of the file's signatures."""
    work.session.execute(delete(Signature).where(Signature.file_sha256 == sha256))
    rows = [_row(work, sha256, facts) for facts in found.signatures]
    if found.problem:
        rows = [_unjudged(work, sha256, found.problem)]
    work.session.add_all(rows)
    work.session.flush()
    return rows


def _row(work: Work, sha256: str, facts: dict) -> Signature:
    signed_at = facts["signed_at"]
    return Signature(
        file_sha256=sha256,
        field=facts["field"][:100],
        kind=facts["kind"],
        signer_name=facts["signer_name"][:500],
        organisation=facts["organisation"][:500],
        issuer=facts["issuer"][:500],
        certificate_sha256=facts["certificate_sha256"],
        signed_at=datetime.fromisoformat(signed_at) if signed_at else None,
        verdict=facts["verdict"],
        covers_file=facts["covers_whole_file"],
        facts=facts,
        checked_at=work.now,
    )


def _unjudged(work: Work, sha256: str, problem: str) -> Signature:
    return Signature(
        file_sha256=sha256,
        kind="unknown",
        verdict=str(Verdict.INCONCLUSIVE),
        problem=problem,
        checked_at=work.now,
    )
