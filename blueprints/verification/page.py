"""What the page and the sheet of a check say, in words."""

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace

from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from blueprints import preserved
from blueprints.filters import doer, moment
from blueprints.signatures import explained, in_words
from blueprints.words.verifying import VERDICTS, said
from domain.errors import NotFound
from extensions import current_actor, office
from models.incoming import IncomingDocument
from services import verification
from services.verification import Answer, Examined, Sheet

TONES = {"good": "good", "warn": "wait", "bad": "bad"}


def of(examined: Examined) -> dict:
    check = examined.shown
    address, asked = _address(examined), progress(examined)["job"]
    return {
        "job": asked if asked.state == "running" else None,
        "examined": examined,
        "check": check,
        "signatures": in_order(check.signatures) if check else [],
        "problem": explained(check.problem) if check and check.problem else "",
        "checks": _checks(examined),
        "kept": _kept(examined),
        "archive_url": _archive_url(examined),
        "address": address,
        "document_url": url_for(f"{examined.kind}.document", document_id=examined.document.id),
        "title": _title(examined),
    }


def progress(examined: Examined) -> dict:
    """How far a check is that was asked for."""
    address = _address(examined)
    done_url = url_for("verification.file", **address)
    job = SimpleNamespace(detail="", done_url=done_url, done_label=_("Xem kết quả mới nhất"))
    if examined.is_asked:
        job.state, job.label = "running", _("Đang kiểm tra lại chữ ký số")
    else:
        job.state, job.label = "done", _("Đã kiểm tra lại.")
    return {"job": job, "address": address, "title": _title(examined), "examined": examined}


def _address(examined: Examined) -> dict:
    return {
        "kind": examined.kind,
        "document_id": examined.document.id,
        "sha": examined.file.sha256,
    }


def in_order(signatures: Sequence[dict]) -> list[dict]:
    """Each signature of a check in words."""
    return [in_words(facts, facts["verdict"]) for facts in signatures]


def sheet(examined: Examined) -> bytes:
    """The printed sheet: always in Vietnamese, it is an official paper. NotFound where nothing was
    checked yet."""
    check = examined.shown
    if check is None:
        raise NotFound("not-found")
    with force_locale("vi"):
        facts = [
            (_("Văn bản"), _title(examined)),
            *_about(examined.file.name, examined.size, check.file_sha256, check.checked_at),
            (_("Người kiểm tra"), doer(check.checked_by)),
        ]
        return verification.print_sheet(
            Sheet(
                agency=current_actor().agency_name,
                facts=facts,
                verdict=str(VERDICTS.get(check.verdict, VERDICTS["inconclusive"])),
                tone=check.verdict,
                problem=explained(check.problem) if check.problem else "",
                checks=_checks(examined),
                signatures=in_order(check.signatures),
                kept=_kept(examined),
            )
        )


def sheet_of_stranger(answer: Answer) -> bytes:
    verdict = str(answer.findings.verdict or "unsigned")
    with force_locale("vi"):
        return verification.print_sheet(
            Sheet(
                agency=office().settings.node_name,
                facts=_about(answer.name, answer.size, answer.sha256, answer.checked_at),
                verdict=str(VERDICTS[verdict]),
                tone=verdict,
                problem=explained(answer.findings.problem) if answer.findings.problem else "",
                signatures=in_order(answer.findings.signatures),
            )
        )


def _kept(examined: Examined) -> list[tuple[str, str]]:
    """What is kept beside the file is told as it is now, so not with an older check."""
    if examined.kept is None or not examined.is_newest:
        return []
    return [(label, value) for label, value in preserved.kept(examined.kept) if value]


def _archive_url(examined: Examined) -> str:
    kept = examined.kept
    if examined.kind == "incoming" or kept is None or kept.archive is None:
        return ""
    where = {"kind": examined.kind, "document_id": examined.document.id}
    return url_for("documents.archive", sha=examined.file.sha256, **where)


def _about(name: str, size: int | None, sha256: str, at: datetime) -> list[tuple[str, str]]:
    return [
        (_("Tên tệp"), name),
        (_("Dung lượng"), f"{size:,} byte".replace(",", ".") if size else ""),
        (_("SHA-256 của tệp"), sha256),
        (_("Thời điểm kiểm tra"), moment(at)),
    ]


def _title(examined: Examined) -> str:
    document = examined.document
    if isinstance(document, IncomingDocument):
        named = [document.main.reference, document.main.subject]
    else:
        named = [document.reference, document.subject]
    return " – ".join(each for each in named if each)


def _checks(examined: Examined) -> list[dict]:
    """What holds of the document now; an older check tells only of its own file."""
    if examined.shown is None or not examined.is_newest:
        return []
    return [{"text": said(each), "tone": TONES[each.outcome]} for each in examined.checks]
