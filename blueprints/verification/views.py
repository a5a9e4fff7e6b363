"""What checking a file's signatures gave: the page, its history, the evidence as JSON and on paper.
The services ask whether the person may see the document."""

import io
import json

from flask import Blueprint, request, send_file, url_for

from blueprints.addresses import whole
from blueprints.answers import _, done, is_fragment, render
from blueprints.verification import evidence, page
from extensions import current_actor, limiter, office
from services import verification
from services.verification import Examined

blueprint = Blueprint("verification", __name__, url_prefix="/verification")
FILE = "/<kind>/<int:document_id>/<sha>"


@blueprint.get(FILE)
def file(kind: str, document_id: int, sha: str):
    examined = _examined(kind, document_id, sha)
    return render("verification/file.html", **page.of(examined))


@blueprint.post(FILE)
@limiter.limit("20/minute")
def again(kind: str, document_id: int, sha: str):
    verification.check_again(office(), current_actor(), kind, document_id, sha)
    here = url_for("verification.file", kind=kind, document_id=document_id, sha=sha)
    return done(here, _("Đang kiểm tra lại; kết quả trước vẫn còn trong lịch sử."))


@blueprint.get(f"{FILE}/status")
def status(kind: str, document_id: int, sha: str):
    """The line of a check that was asked for, asking again by itself; at its end the page anew."""
    examined = _examined(kind, document_id, sha)
    turn = request.args.get("turn", 0, type=whole)
    shown = page.progress(examined)
    answer = render("verification/status.html", "status", turn=turn, **shown)
    if is_fragment() and shown["job"].state == "done":
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.get(f"{FILE}/evidence.json")
def as_json(kind: str, document_id: int, sha: str):
    examined = _examined(kind, document_id, sha)
    text = json.dumps(evidence.told(examined), ensure_ascii=False, indent=1, sort_keys=True)
    return send_file(
        io.BytesIO(text.encode()),
        mimetype="application/json",
        as_attachment=True,
        download_name=f"kiem-tra-chu-ky-{sha[:12]}.json",
    )


@blueprint.get(f"{FILE}/sheet.pdf")
def as_sheet(kind: str, document_id: int, sha: str):
    examined = _examined(kind, document_id, sha)
    return send_file(
        io.BytesIO(page.sheet(examined)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"phieu-kiem-tra-chu-ky-{sha[:12]}.pdf",
    )


def _examined(kind: str, document_id: int, sha: str) -> Examined:
    check = request.args.get("check", type=whole)
    return verification.open_examined(office(), current_actor(), kind, document_id, sha, check)
