"""Signatures in words: is the file whole, who signed, does the certificate hold; details below.
And what is said to whoever waits for one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from blueprints.filters import day, grouped, moment
from blueprints.words import sentence
from blueprints.words.signing import DETAILS
from blueprints.words.verifying import GRADES, PURPOSES
from domain.errors import Refusal
from extensions import current_actor, office
from models.signing import Signature, SigningRequest
from services.signing import own_key

SLOW = timedelta(seconds=30)
WHOLE = {
    "valid": (_l("Toàn vẹn: nội dung đúng như khi ký."), "good"),
    "untrusted": (_l("Toàn vẹn: nội dung đúng như khi ký."), "good"),
    "modified": (_l("Không toàn vẹn: nội dung đã bị sửa sau khi ký."), "bad"),
    "broken": (_l("Chữ ký hỏng: không chứng minh được nội dung."), "bad"),
    "inconclusive": (_l("Không kết luận được tính toàn vẹn; không được coi là hợp lệ."), "wait"),
}
WEAK_WHOLE = (
    _l("Nội dung khớp chữ ký, nhưng thuật toán đã quá yếu để chứng minh toàn vẹn."),
    "bad",
)
TRUSTED = (_l("Chứng thư tin cậy, còn hiệu lực khi ký, không bị thu hồi."), "good")
# Unknown is an outcome of its own, and not "valid" (Thông tư 41/2017/TT-BTTTT).
UNKNOWN_REVOCATION = (
    _l("Chứng thư tin cậy, còn hiệu lực khi ký; chưa biết có bị thu hồi hay không."),
    "wait",
)
UNTRUSTED = (_l("Chưa tin cậy được chứng thư: cơ quan cấp chưa có trong danh sách tin cậy, "
                "hoặc chứng thư hết hạn khi ký."), "wait")  # fmt: skip
NO_TRUST = (_l("Không xét chứng thư vì chữ ký không dùng được."), "wait")
REASONS = (
    "certificate-revoked", "algorithm-refused", "key-refused", "encoding-refused",
    "certificate-expired", "certificate-not-yet-valid", "expired-without-timestamp",
    "signed-in-the-future", "certificate-key-usage", "certificate-chain",
    "certificate-unknown-issuer",
)  # fmt: skip
KINDS = {
    "person": _l("chữ ký cá nhân"),
    "agency": _l("chữ ký cơ quan"),
    "unknown": _l("chữ ký"),
}


def told(signatures: Sequence[Signature]) -> list[dict]:
    return [_told(signature) for signature in signatures]


def _told(signature: Signature) -> dict:
    kept = {
        "kind": signature.kind,
        "signer_name": signature.signer_name,
        "organisation": signature.organisation,
        "issuer": signature.issuer,
        "field": signature.field,
        "signed_at": signature.signed_at.isoformat() if signature.signed_at else None,
    }
    facts = kept | (signature.facts or {}) if not signature.problem else {}
    return in_words(facts, signature.verdict, signature.problem)


def in_words(facts: Mapping, verdict: str, problem: str = "") -> dict:
    """One signature's facts (Report.to_json) in three lines, and the rest as pairs."""
    whole, trust = _whole(verdict, facts), _trust(verdict, facts)
    name = facts.get("signer_name") or facts.get("organisation")
    who = name or _("không rõ người ký")
    kind = KINDS.get(str(facts.get("kind")), KINDS["unknown"])
    lines = [
        {"label": "", "text": whole[0], "tone": whole[1]},
        {"label": _("Người ký"), "text": f"{who} ({kind})", "tone": "plain"},
        {"label": "", "text": trust[0], "tone": trust[1]},
    ]
    return {"verdict": verdict, "lines": lines, "details": _details(facts, problem)}


def _whole(verdict: str, facts: Mapping) -> tuple:
    if facts.get("algorithm") == "refused" and verdict == "untrusted":
        return WEAK_WHOLE
    return WHOLE.get(verdict, WHOLE["inconclusive"])


def _trust(verdict: str, facts: Mapping) -> tuple:
    if verdict == "valid":
        return TRUSTED if facts.get("revocation") == "good" else UNKNOWN_REVOCATION
    if verdict != "untrusted":
        return NO_TRUST
    reason = next((each for each in REASONS if each in facts.get("details", ())), None)
    if reason is None:
        return UNTRUSTED
    return _("Chưa tin cậy được chứng thư: %(why)s.", why=DETAILS[reason]), "wait"


def _details(facts: Mapping, problem: str) -> list[tuple[str, str]]:
    revocation = {
        "good": _("đã kiểm tra, không bị thu hồi"),
        "revoked": _("đã bị thu hồi"),
    }.get(str(facts.get("revocation")), _("chưa biết: không có dữ liệu thu hồi"))
    found = [
        (_("Ô chữ ký là"), str(PURPOSES.get(facts.get("purpose"), PURPOSES["unknown"]))),
        (_("Tổ chức"), facts.get("organisation")),
        (_("Chức vụ"), facts.get("position")),
        (_("Thời điểm ký"), _when(facts)),
        (_("Phạm vi ký"), _coverage(facts)),
        (_("Thay đổi sau khi ký"), _changes(facts)),
        (_("Cơ quan cấp chứng thư"), facts.get("issuer")),
        (_("Chuỗi chứng thư"), " → ".join(facts.get("chain") or ())),
        (_("Hiệu lực chứng thư"), _validity(facts)),
        (_("Thu hồi"), revocation),
        (_("Thuật toán"), _algorithm(facts)),
        (_("Số chứng thư"), facts.get("serial")),
        (_("Dấu vân tay SHA-256"), grouped(facts.get("certificate_sha256") or "")),
        (_("Tên ô chữ ký"), facts.get("field")),
    ]
    explained = (_("Giải thích"), _explained(problem, facts.get("details") or ()))
    return [*found, explained] if facts else [explained]


def _when(facts: Mapping) -> str:
    at = facts.get("signed_at")
    if not at:
        return _("không ghi")
    signed = moment(datetime.fromisoformat(at))
    if facts.get("time_source") == "claimed":
        return _("%(at)s (theo máy người ký)", at=signed)
    return _("%(at)s (theo dấu thời gian tin cậy)", at=signed)


def _coverage(facts: Mapping) -> str:
    if facts.get("uncovered"):
        return _("không bao trùm: %(parts)s", parts=", ".join(facts["uncovered"]))
    if facts.get("purpose") == "office" and facts.get("covers_whole_file"):
        return _("mọi phần nội dung; thuộc tính của tệp (tác giả, tiêu đề) không thuộc chữ ký")
    if facts.get("covers_whole_file"):
        return _("toàn bộ tệp")
    if facts.get("revisions", 0) > 1:
        return _("phần đầu tệp (lần ghi %(n)s trong %(all)s), phần sau được thêm khi đã ký",
                 n=facts["revision"], all=facts["revisions"])  # fmt: skip
    return _("không bao trùm toàn bộ tệp")


def _changes(facts: Mapping) -> str:
    told = {"none": _("không có"), "other": _("có thay đổi không được phép"),
            "form-filling": _("chỉ điền ô hoặc thêm chữ ký, được phép")}  # fmt: skip
    changes = told.get(str(facts.get("later_changes")), _("không xét được"))
    fields = ", ".join(facts.get("changed_fields") or ())
    return f"{changes}: {fields}" if fields else changes


def _validity(facts: Mapping) -> str:
    dates = [facts.get("valid_from"), facts.get("valid_to")]
    return " – ".join(day(datetime.fromisoformat(each)) for each in dates if each)


def _algorithm(facts: Mapping) -> str:
    parts = [facts.get("digest_algorithm", "").upper(), facts.get("key", ""),
             facts.get("encoding", "").upper()]  # fmt: skip
    named = ", ".join(part for part in parts if part)
    grade = GRADES.get(facts.get("algorithm"))
    return f"{named} ({grade})" if grade and named else named


def explained(problem: str) -> str:
    """Why nothing could be said of a file."""
    return sentence(Refusal(problem))


def _explained(problem: str, details: Sequence[str]) -> str:
    if problem:
        return explained(problem)
    return ", ".join(str(DETAILS.get(detail, detail)) for detail in details)


def signing_wants() -> own_key.Wanted:
    """What the actor types to sign; asked once a page."""
    if "signing_wants" not in g:
        g.signing_wants = own_key.wanted(office(), current_actor())
    return g.signing_wants


def waits_for_token(asked: SigningRequest) -> str:
    return _("Đang chờ %(name)s ký bằng token cá nhân", name=asked.person_name)


def patience(asked: SigningRequest) -> str:
    """What is said while a signature is being made."""
    if office().now() - asked.requested_at > SLOW:
        return _("Máy ký đang bận hoặc tạm dừng; việc vẫn còn trong hàng chờ và sẽ tự chạy tiếp.")
    return _("Thường xong trong vài giây.")
