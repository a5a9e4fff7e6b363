"""What the XML signature of a package is worth, in one sentence. It never stands for the signatures
in the files: these alone come through every axis."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from blueprints.filters import moment

EVIDENCE = {
    "empty": _l("Gói tin để trống chỗ ký XML."),
    "dummy": _l("Chữ ký XML của gói tin chép từ bản mẫu, không có giá trị chứng minh."),
    "rewritten": _l("Chữ ký XML của gói tin đã bị trục ghi lại, không còn kiểm tra được."),
    "unsupported": _l("Chữ ký XML của gói tin thuộc loại không kiểm tra được (%(detail)s)."),
    "broken": _l("Chữ ký XML của gói tin không khớp nội dung: gói tin đã đổi sau khi ký."),
    "weak": _l("Chữ ký XML của %(signed_by)s khớp nội dung nhưng dùng thuật toán đã hết hạn tin "
               "cậy (%(algorithm)s)."),
    "valid": _l("Chữ ký XML của %(signed_by)s khớp nội dung (%(algorithm)s)."),
}  # fmt: skip
TRUSTED = _l("Chứng thư số do tổ chức mà hệ thống tin cậy cấp.")
UNTRUSTED = _l("Không rõ ai cấp chứng thư số; chưa thể tin chữ ký này.")
REVOCATION = {
    "unknown": _l("Chưa rõ chứng thư có bị thu hồi hay không: nơi cấp chưa trả lời."),
    "nobody-to-ask": _l("Chưa rõ chứng thư có bị thu hồi hay không: chứng thư không nêu nơi để "
                        "hỏi."),
    "good": _l("Chứng thư còn hiệu lực, theo %(source)s lúc %(at)s."),
    "revoked": _l("Chứng thư đã bị thu hồi từ %(since)s, theo %(source)s lúc %(at)s; không thể tin "
                  "chữ ký này."),
    "revoked-after": _l("Chứng thư bị thu hồi từ %(since)s, sau khi gói tin đến, theo %(source)s "
                        "lúc %(at)s."),
}  # fmt: skip
FITTING = {"weak", "valid"}


def proven(evidence: dict) -> str:
    """A kept evidence in words; a state of another version stands for itself."""
    state = evidence["state"]
    if state not in EVIDENCE:
        return state
    said = str(EVIDENCE[state]) % evidence
    if state in FITTING:
        said = f"{said} {TRUSTED if evidence['is_trusted'] else UNTRUSTED}"
        if evidence["is_trusted"]:
            said = f"{said} {_revocation(evidence)}"
    return said


def disproven(evidence: dict) -> bool:
    """Whether it speaks against the package."""
    return evidence["state"] == "broken" or _standing(evidence) == "revoked"


def _standing(evidence: dict) -> str:
    """Packages that came before anybody asked have none."""
    standing = evidence.get("revocation", "unknown")
    return "revoked-after" if standing == "revoked" and evidence["revoked_after"] else standing


def _revocation(evidence: dict) -> str:
    said = REVOCATION[_standing(evidence)]
    return str(said) % {
        "source": evidence.get("revocation_source", "").upper(),
        "at": _time(evidence.get("revocation_at")),
        "since": _time(evidence.get("revoked_since")),
    }


def _time(text: str | None) -> str:
    return moment(datetime.fromisoformat(text)) if text else ""
