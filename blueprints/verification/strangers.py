"""The public page, where an office offers it: anybody gives a file and gets what its signatures are
worth. Nothing is kept; the file is judged in memory, in a confined process, and forgotten."""

import io

from flask import Blueprint, request, send_file

from blueprints.answers import render
from blueprints.signatures import explained
from blueprints.verification import page
from blueprints.words import words
from domain.errors import Invalid, Refusal
from extensions import limiter, office
from services.verification import Answer, check_stranger

strangers = Blueprint("strangers", __name__, url_prefix="/kiem-tra")
MEGABYTE = 1024 * 1024
LARGEST_MB = 20


@strangers.get("/")
def start():
    return _page()


@strangers.post("/")
@limiter.limit("6/minute;60/hour")
def check():
    try:
        answer = check_stranger(office(), _given("file"), _beside())
    except Refusal as refusal:
        return _page(refusal=refusal)
    if request.form.get("as") == "pdf":
        return _sheet(answer)
    return _page(answer)


def _page(answer: Answer | None = None, refusal: Refusal | None = None):
    shown = {"answer": answer, "code": "", "problem": "", "signatures": []}
    if answer is not None:
        found = answer.findings
        shown["code"] = str(found.verdict or "unsigned")
        shown["problem"] = explained(found.problem) if found.problem else ""
        shown["signatures"] = page.in_order(found.signatures)
    return render(
        "verification/stranger.html",
        status=refusal.status if refusal else 200,
        refused=words(refusal) if refusal else None,
        largest=LARGEST_MB,
        **shown,
    )


def _sheet(answer: Answer):
    return send_file(
        io.BytesIO(page.sheet_of_stranger(answer)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name="phieu-kiem-tra-chu-ky.pdf",
    )


def _given(name: str) -> tuple[str, bytes]:
    """Invalid("check-nothing" | "check-too-large")."""
    upload = request.files.get(name)
    data = upload.stream.read(LARGEST_MB * MEGABYTE + 1) if upload else b""
    if not data:
        raise Invalid("check-nothing", field=name)
    if len(data) > LARGEST_MB * MEGABYTE:
        raise Invalid("check-too-large", field=name, limit=LARGEST_MB)
    return " ".join((upload.filename or "").split())[:200], data


def _beside() -> tuple[str, bytes] | None:
    upload = request.files.get("signature")
    return _given("signature") if upload and upload.filename else None
