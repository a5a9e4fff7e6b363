"""Signatures in words: is the file whole, who signed, does the certificate hold; details below.
And what is said to whoever waits for one."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from blueprints.filters import moment
from blueprints.words import sentence
from blueprints.words.signing import DETAILS
from domain.errors import Refusal
from extensions import office
from models.signing import Signature, SigningRequest

SLOW = timedelta(seconds=30)
WHOLE = {
    "valid": (_l("Toàn vẹn: nội dung đúng như khi ký."), "good"),
    "untrusted": (_l("Toàn vẹn: nội dung đúng như khi ký."), "good"),
    "modified": (_l("Không toàn vẹn: nội dung đã bị sửa sau khi ký."), "bad"),
    "broken": (_l("Chữ ký hỏng: không chứng minh được nội dung."), "bad"),
    "inconclusive": (_l("Không kết luận được tính toàn vẹn; không được coi là hợp lệ."), "wait"),
}
TRUST = {
    "valid": (_l("Chứng thư tin cậy, còn hiệu lực khi ký."), "good"),
    "untrusted": (_l("Chưa tin cậy được chứng thư: cơ quan cấp chưa có trong danh sách tin cậy, "
                     "hoặc chứng thư hết hạn khi ký."), "wait"),
}  # fmt: skip
NO_TRUST = (_l("Không xét chứng thư vì chữ ký không dùng được."), "wait")
KINDS = {
    "person": _l("chữ ký cá nhân"),
    "agency": _l("chữ ký cơ quan"),
    "unknown": _l("chữ ký"),
}


def told(signatures: Sequence[Signature]) -> list[dict]:
    return [_told(signature) for signature in signatures]


def _told(signature: Signature) -> dict:
    whole = WHOLE.get(signature.verdict, WHOLE["inconclusive"])
    trust = TRUST.get(signature.verdict, NO_TRUST)
    who = signature.signer_name or signature.organisation or _("không rõ người ký")
    lines = [
        {"label": "", "text": whole[0], "tone": whole[1]},
        {"label": _("Người ký"), "text": f"{who} ({KINDS.get(signature.kind, _('chữ ký'))})",
         "tone": "plain"},
        {"label": "", "text": trust[0], "tone": trust[1]},
    ]  # fmt: skip
    return {
        "verdict": signature.verdict,
        "lines": lines,
        "details": _details(signature, signature.facts or {}),
    }


def _details(signature: Signature, facts: dict) -> list[tuple[str, str]]:
    claimed = facts.get("time_source") == "claimed"
    signed = moment(signature.signed_at)
    revocation = {
        "good": _("đã kiểm tra, không bị thu hồi"),
        "revoked": _("đã bị thu hồi"),
    }.get(str(facts.get("revocation")), _("chưa kiểm tra được"))
    return [
        (_("Tổ chức"), signature.organisation),
        (_("Thời điểm ký"), _("%(at)s (theo máy người ký)", at=signed) if claimed else signed),
        (_("Cơ quan cấp chứng thư"), signature.issuer),
        (_("Thu hồi"), revocation),
        (_("Số chứng thư"), str(facts.get("serial") or "")),
        (_("Ô chữ ký"), signature.field),
        (_("Giải thích"), _explained(signature.problem, facts.get("details") or ())),
    ]


def _explained(problem: str, details: Sequence[str]) -> str:
    if problem:
        return sentence(Refusal(problem))
    return ", ".join(str(DETAILS.get(detail, detail)) for detail in details)


def patience(asked: SigningRequest) -> str:
    """What is said while a signature is being made."""
    if office().now() - asked.requested_at > SLOW:
        return _("Máy ký đang bận hoặc tạm dừng; việc vẫn còn trong hàng chờ và sẽ tự chạy tiếp.")
    return _("Thường xong trong vài giây.")
