"""The page of time stamps: the authority, the level that files have reached, what is missing."""

from collections.abc import Mapping
from datetime import datetime

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from blueprints.addresses import whole
from blueprints.admin.routes import blueprint
from blueprints.answers import done, flash_refusal, render
from blueprints.words import sentence, words
from blueprints.words.preservation import LEVELS
from domain.errors import Refusal
from extensions import current_actor, limiter, office
from services.preservation import waiting, watching
from services.preservation.outcome import NO_AUTHORITY
from services.signing import trust

SETTINGS = (
    ("VANTHU_TSA_URL", _l("Địa chỉ dịch vụ (RFC 3161), do đơn vị cung cấp dấu thời gian cấp.")),
    ("VANTHU_TSA_CREDENTIALS", _l("Đường dẫn tới tệp chứa tài khoản dạng tên:mật khẩu, nếu cần.")),
    ("VANTHU_TSA_POLICY", _l("Mã chính sách (OID) phải có trong dấu, nếu đơn vị cung cấp nêu.")),
    ("VANTHU_STAMP_RENEWAL_DAYS", _l("Gia hạn trước khi hết hạn bao nhiêu ngày; mặc định 180.")),
    ("VANTHU_REVOCATION_SOURCES", _l("Nơi hỏi tình trạng thu hồi khi máy chủ không ra Internet.")),
)
KINDS = {
    "outgoing": (_l("Văn bản đi"), "outgoing.document", "document_id"),
    "incoming": (_l("Văn bản đến"), "incoming.document", "document_id"),
    "copy": (_l("Bản sao"), "copies.copy", "copy_id"),
    "file": (_l("Tệp đã ký"), "", ""),
}


@blueprint.get("/time-authority")
def time_authority():
    if office().settings.is_hub:
        abort(404)
    reason = request.args.get("reason", "")
    page = max(1, request.args.get("page", 1, type=whole))
    found = waiting.listing(office(), current_actor(), reason, page)
    seen = watching.overview(office(), current_actor())
    return render(
        "admin/time_authority.html",
        seen=seen,
        earlier=[(watching.plain(each.url), each.checked_at) for each in seen.earlier],
        problem=_words(seen.last.problem) if seen.last and seen.last.problem else None,
        changes=[_change(each) for each in seen.last.changes] if seen.last else [],
        levels=[(each, LEVELS[each], seen.counts[each]) for each in reversed(seen.counts)],
        reasons=[(code, _words(code), count) for code, count in found.reasons.items()],
        reason=reason,
        rows=[_row(each, bool(seen.url)) for each in found.rows],
        total=found.total,
        page=page,
        per_page=waiting.PER_PAGE,
        settings=SETTINGS,
        trusts=trust.may_trust(office(), current_actor()),
        not_set=_words(NO_AUTHORITY),
    )


@blueprint.post("/time-authority/check")
@limiter.limit("10/minute")
def time_authority_check():
    if office().settings.is_hub:
        abort(404)
    result = watching.check_now(office(), current_actor())
    if result.problem:
        flash_refusal(sentence(Refusal(result.problem)))
        return done(_here())
    said = _("Dịch vụ đã cấp dấu thời gian sau %(n)s mili giây.", n=result.milliseconds)
    return done(_here(), said)


@blueprint.post("/time-authority/retry")
def stamps_retry():
    count = waiting.retry(office(), current_actor())
    if not count:
        return done(_here(), _("Không có tệp nào làm lại được lúc này."))
    return done(_here(), _("Đang làm lại %(n)s tệp; kết quả hiện dần trong danh sách.", n=count))


@blueprint.post("/time-authority/retry/<int:preservation_id>")
def stamps_retry_one(preservation_id: int):
    waiting.retry(office(), current_actor(), preservation_id)
    return done(_here(), _("Đang làm lại tệp này; thường xong trong vài phút."))


def _here() -> str:
    return url_for("admin.time_authority")


def _words(code: str):
    return words(Refusal(code))


def _change(each: Mapping) -> dict:
    """When the authority went away or came back."""
    why = _words(each["problem"]).reason if each["problem"] else ""
    return {"at": datetime.fromisoformat(each["at"]), "why": why}


def _row(each: waiting.Waiting, authority_is_set: bool) -> dict:
    kind, endpoint, name = KINDS[each.kind]
    return {
        "id": each.row.id,
        "kind": kind,
        "name": _name(each),
        "enclosed": each.enclosed,
        "url": url_for(endpoint, **{name: each.document_id}) if each.opens else "",
        "why": _words(each.row.missing).reason,
        "since": each.row.created_at,
        "tried": each.row.checked_at,
        "retry": authority_is_set or each.row.missing != NO_AUTHORITY,
    }


def _name(each: waiting.Waiting) -> str:
    if each.number:
        return _("số đến %(n)s", n=each.number)
    return each.reference or (f"#{each.document_id}" if each.document_id else "")
