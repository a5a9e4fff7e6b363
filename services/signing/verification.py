"""Keeping what judging files gave, so that pages need not judge them again: the newest findings of
each file as rows, and every check as it was. The job that looks at what arrived."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import delete, select

from adapters.files import DamagedFile
from adapters.signing.beside import validate_beside
from adapters.signing.report import Report
from adapters.signing.trust import Evidence, TrustList
from adapters.signing.validate import validate_strict
from domain.errors import NotFound, Refusal
from domain.roles import SYSTEM
from domain.signed_files import NamedFile
from domain.verdicts import Verdict, worst
from models.incoming import IncomingDocument
from models.inspections import Inspection
from models.outgoing import Enclosure
from models.preservation import Origin, Preservation
from models.signing import Signature
from services import outbox
from services.office import Office
from services.outbox import Lease
from services.preservation import keeping, proving
from services.signing import provenance, trust
from services.signing.judging import Findings, examine, judge
from services.unit_of_work import Work, transaction

UNSIGNED = "unsigned"


def verify_file(office: Office, sha256: str) -> list[Signature]:
    """Judges a stored file now and keeps what was found; gives its signatures, oldest first."""
    found = judge(office, sha256)
    with transaction(office, SYSTEM) as work:
        return write(work, sha256, found)


def signatures_of(office: Office, digests: list[str]) -> list[Signature]:
    """What is known of the signatures in these files, by file, oldest first."""
    query = select(Signature).where(Signature.file_sha256.in_(digests)).order_by(Signature.id)
    return list(office.session().scalars(query))


def inspect_incoming(office: Office, lease: Lease) -> None:
    """The job that verifies every PDF of an arrival and writes its verdict in one word."""
    document = office.session().get(IncomingDocument, lease.subject_id)
    if document is None:
        raise NotFound("not-found")
    found = examine(office, files_of(document))
    doubts = provenance.doubts(office, document, {k: v.signatures for k, v in found.items()})
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        verdict = write_all(work, lease.subject_id, found, doubts)
        details = {"doubts": doubts} if doubts else {}
        work.audit("incoming:inspected", document, verdict=verdict, files=list(found), **details)


def write_all(
    work: Work, incoming_id: int, found: Mapping[str, Findings], doubts: list[str]
) -> str:
    """Keeps what was found of an arrival's files; gives its verdict in one word."""
    document = work.session.get_one(
        IncomingDocument, incoming_id, with_for_update=True, populate_existing=True
    )
    verdict = _in_one_word(document, found.values())
    document.verdict, document.doubts = verdict, doubts
    for sha256, each in found.items():
        write(work, sha256, each)
    for sha256 in _bearing(files_of(document), found):
        keeping.begin(work, sha256, Origin.RECEIVED, document.agency_id, incoming_id=document.id)
    return verdict


def _bearing(files: list[NamedFile], found: Mapping[str, Findings]) -> list[str]:
    """The files that hold signatures: what was found of a signature beside a file stands at the
    file it belongs to, under the name of its own."""
    facts = [(sha256, each) for sha256, one in found.items() for each in one.signatures]
    inside = {sha256 for sha256, each in facts if each["purpose"] != "detached"}
    names = {each["field"] for _sha256, each in facts if each["purpose"] == "detached"}
    return [
        each.sha256
        for each in files
        if each.sha256 in inside or (each.is_signature and each.name in names)
    ]


def files_of(document: IncomingDocument) -> list[NamedFile]:
    return [NamedFile(p.file_name, p.media_type, p.sha256) for p in document.papers if p.sha256]


def _in_one_word(document: IncomingDocument, found: Iterable[Findings]) -> str:
    """The verdict of the worst file; nothing can be concluded from a damaged one."""
    verdicts = [each.verdict for each in found if each.verdict]
    if any(paper.is_damaged for paper in document.papers):
        verdicts.append(Verdict.INCONCLUSIVE)
    return str(worst(verdicts) or UNSIGNED)


def judge_own(
    office: Office,
    data: bytes | BinaryIO,
    beside: Evidence = proving.NOTHING,
) -> Report:
    """Judges a file of our own making by the strict rules, with what is kept beside it."""
    return validate_strict(data, trust.trust_list(office.session()), office.now(), beside)


def judge_detached(
    office: Office, name: str, signature: bytes, content: bytes, beside: Evidence = proving.NOTHING
) -> Report:
    """The same for a signature of ours that lies beside its file."""
    trusted, now = trust.trust_list(office.session()), office.now()
    return validate_beside(name, signature, [content], trusted, now, beside)[1]


def judge_again(office: Office, lease: Lease) -> None:
    """The job that judges a file of our own anew, since more is known of its certificates."""
    row = office.session().get(Preservation, lease.subject_id)
    if row is None:
        raise NotFound("not-found")
    try:
        report = _judged_anew(office, row)
    except (DamagedFile, FileNotFoundError, Refusal):
        report = None
    sha256 = row.file_sha256
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        if report is not None:
            record(work, sha256, report)


def _judged_anew(office: Office, row: Preservation) -> Report:
    data, beside = office.files.read(row.file_sha256), proving.beside(office, row.file_sha256)
    query = select(Enclosure).where(
        Enclosure.document_id == row.outgoing_id, Enclosure.signature_sha256 == row.file_sha256
    )
    enclosure = office.session().scalars(query.limit(1)).one_or_none()
    if enclosure is None:
        return judge_own(office, data, beside)
    content = office.files.read(enclosure.sha256)
    return judge_detached(office, enclosure.signature_name, data, content, beside)


def record(
    work: Work, sha256: str, report: Report, roots: TrustList | None = None
) -> list[Signature]:
    """Keeps a report of our own as the signatures of a file; `roots` are those it was made by,
    where it was made just now those of the node."""
    return write(work, sha256, Findings(tuple(report.to_json()["signatures"])), roots)


def write(
    work: Work, sha256: str, found: Findings, roots: TrustList | None = None
) -> list[Signature]:
    """Replaces what was known of the file's signatures; the check itself is kept for ever."""
    work.session.add(_kept(work, sha256, found, roots or trust.trust_list(work.session)))
    work.session.execute(delete(Signature).where(Signature.file_sha256 == sha256))
    rows = [_row(work, sha256, facts) for facts in found.signatures]
    if found.problem:
        rows.append(_unjudged(work, sha256, found.problem))
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


def _kept(work: Work, sha256: str, found: Findings, roots: TrustList) -> Inspection:
    return Inspection(
        file_sha256=sha256,
        checked_at=work.now,
        checked_by=work.actor.name,
        verdict=str(found.verdict or UNSIGNED),
        problem=found.problem,
        signatures=list(found.signatures),
        roots=trust.digests(roots),
    )


def _unjudged(work: Work, sha256: str, problem: str) -> Signature:
    return Signature(
        file_sha256=sha256,
        kind="unknown",
        verdict=str(Verdict.INCONCLUSIVE),
        problem=problem,
        checked_at=work.now,
    )
