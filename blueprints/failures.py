"""The one table from exception to answer: typed refusals, lost forms, unknown pages, bugs."""

import secrets

import structlog
from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from blueprints import machines
from blueprints.accounts.identity import came_from
from blueprints.answers import is_fragment, render
from blueprints.words import words
from domain.errors import Refusal
from extensions import office

log = structlog.get_logger()
# Beginnings of field names: `password_again` is as secret as `password`.
NEVER_SHOWN = ("csrf_token", "form_token", "password", "pin", "passphrase", "secret", "current",
               "again", "version", "digest", "source", "upload", "seen", "shown", "row",
               "next")  # fmt: skip
FIELD_NAMES = {
    "subject": _l("Trích yếu"),
    "body": _l("Nội dung văn bản"),
    "type_name": _l("Loại văn bản"),
    "addressees": _l("Kính gửi"),
    "to_places": _l("Nơi nhận"),
    "recipients": _l("Nơi nhận liên thông"),
    "codes": _l("Nơi nhận liên thông"),
    "reason": _l("Lý do"),
    "text": _l("Nội dung bút phê"),
    "result": _l("Kết quả"),
    "note": _l("Ghi chú"),
    "reference": _l("Số, ký hiệu"),
    "issuer_name": _l("Cơ quan ban hành"),
    "full_name": _l("Họ và tên"),
}
TITLES = {
    401: _l("Phiên đăng nhập đã kết thúc"),
    403: _l("Không được phép"),
    404: _l("Không tìm thấy"),
    409: _l("Đã có thay đổi"),
    422: _l("Chưa thực hiện được"),
    429: _l("Tạm khóa"),
    503: _l("Tạm thời chưa làm được"),
}


def handle_refusals(app: Flask) -> None:
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _lost_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def _page(status: int, code: str, **fields):
    said = words(Refusal(code, **fields))
    shown = {
        "code": status,
        "title": TITLES.get(status, _("Chưa thực hiện được")),
        "reason": said.reason,
        "next_step": said.next_step,
        "error_id": fields.get("error_id"),
        "back_url": None if is_fragment() else came_from(),
    }
    if is_fragment():
        # Into the notices on top of the page: what was typed below stays.
        response = make_response(render_template("errors/fragment.html", **shown), status)
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    return render("errors/error.html", status=status, lost=_typed(), **shown)


def _typed() -> list[tuple[str, str]]:
    """What the person typed, so that an error page can give it back; never secrets or tokens."""
    try:
        typed = request.form
    except RequestEntityTooLarge:
        return []  # it was cut off unread; the browser still has it
    shown = [(name, value) for name, value in typed.items() if _is_typed(name, value)]
    return [(str(FIELD_NAMES.get(name, _("Nội dung khác"))), value) for name, value in shown]


def _is_typed(name: str, value: str) -> bool:
    return len(value) > 3 and not name.startswith(NEVER_SHOWN) and not name.endswith("_id")


def _refused(refusal: Refusal):
    return _page(refusal.status, refusal.code, **refusal.fields)


def _lost_form(_error: CSRFError):
    return _page(422, "csrf")


def _http(error: HTTPException):
    if error.code is not None and error.code < 400:
        return error
    if (answer := machines.told(error)) is not None:
        return answer
    codes = {404: "not-found", 405: "not-found", 413: "too-large", 429: "too-many"}
    limit = office().settings.max_upload // 1024 // 1024
    return _page(error.code or 500, codes.get(error.code, "required"), limit=limit)


def _bug(error: Exception):
    error_id = secrets.token_hex(4)
    log.exception("unexpected error", error_id=error_id, path=request.path)
    try:
        # What a failed statement left behind must not fail the page that tells of it.
        office().session().rollback()
        return _page(500, "unexpected", error_id=error_id)
    except Exception:
        log.exception("no page for an error", error_id=error_id)
        return Response(f"Có lỗi / Something failed: {error_id}\n", 500, mimetype="text/plain")
