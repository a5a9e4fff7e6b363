"""What the pages of certificates show, put into words."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from blueprints.filters import day, fingerprint
from extensions import office
from models.signing import CertificateBinding
from services.signing import bindings, expiry
from services.signing.checking import Report

SOON = max(expiry.WARNED_AT)
STATES = {
    "certificate-revoked": (_l("Đã gỡ"), "bad"),
    "certificate-unconfirmed": (_l("Chờ đưa vào sử dụng"), "wait"),
    "certificate-suspended": (_l("Tạm ngưng"), "wait"),
    "certificate-not-yet-valid": (_l("Chưa hiệu lực"), "wait"),
    "certificate-expired": (_l("Hết hạn"), "bad"),
    "certificate-secret-refused": (_l("PIN của token bị từ chối"), "bad"),
}
BACKENDS = {
    "pkcs12": _l("Tệp khóa trên máy chủ"),
    "pkcs11": _l("Token hoặc HSM"),
    "csc": _l("Dịch vụ ký từ xa"),
    "token": _l("Token cá nhân"),
}
USAGES = {
    "digital_signature": _l("ký số"),
    "non_repudiation": _l("chống chối bỏ"),
    "key_encipherment": _l("mã hóa khóa"),
    "data_encipherment": _l("mã hóa dữ liệu"),
    "key_cert_sign": _l("cấp chứng thư"),
    "crl_sign": _l("ký danh sách thu hồi"),
}


def rows(found: Sequence[tuple[CertificateBinding, str]]) -> list[dict]:
    """The list, newest first; of each holder the first usable one is the one in use."""
    used: set[tuple] = set()
    shown = []
    for binding, holder in found:
        usable = not bindings.problem(binding, office().now())
        whose = (binding.role, binding.person_id, binding.agency_id)
        first = usable and whose not in used
        used |= {whose} if usable else set()
        shown.append(
            {
                "binding": binding,
                "holder": holder,
                "state": state(binding, in_use=first),
                "left": _left(binding),
                "backend": BACKENDS.get(binding.backend, binding.backend),
            }
        )
    return shown


def ending(found: Sequence[CertificateBinding]) -> list[str]:
    """A line for each certificate that ends soon."""
    now = office().now()
    return [_ends(each, expiry.days_left(each, now)) for each in found]


def _ends(binding: CertificateBinding, left: int) -> str:
    if left == 0:
        return _("Chứng thư số “%(subject)s” hết hạn hôm nay.", subject=binding.subject)
    return _("Chứng thư số “%(subject)s” còn %(n)s ngày là hết hạn (%(day)s).",
             subject=binding.subject, n=left, day=day(binding.valid_to))  # fmt: skip


def left(binding: CertificateBinding) -> str:
    """How long it still holds; nothing when it is over."""
    now = office().now()
    if binding.revoked_at or binding.valid_to < now:
        return ""
    days = expiry.days_left(binding, now)
    return _("Còn %(n)s ngày", n=days) if days else _("Hết hạn hôm nay")


def state(binding: CertificateBinding, in_use: bool = True) -> tuple[str, str]:
    problem = bindings.problem(binding, office().now())
    if problem:
        words, tone = STATES[problem]
        return str(words), tone
    return (_("Đang dùng"), "good") if in_use else (_("Dự phòng"), "info")


def _left(binding: CertificateBinding) -> tuple[str, str]:
    """Days to the end and how urgent they are; nothing for one that is over anyway."""
    now = office().now()
    if binding.revoked_at or binding.valid_to < now:
        return "", ""
    days = expiry.days_left(binding, now)
    tone = "wait" if days <= SOON else ""
    return (_("%(n)s ngày", n=days) if days else _("Hết hạn hôm nay")), tone


def shown(report: Report) -> dict:
    binding = report.binding
    return {
        "b": binding,
        "holder": report.holder,
        "state": state(binding),
        "left": left(binding),
        "facts": _facts(report),
        "place": _place(binding),
        "checks": _checks(report),
    }


def _facts(report: Report) -> list[tuple[str, str]]:
    facts, binding = report.facts, report.binding
    return [
        (_("Chủ thể"), facts.subject_name),
        (_("Tổ chức"), facts.organisation),
        (_("Cơ quan cấp"), facts.issuer),
        (_("Số chứng thư"), facts.serial),
        (_("Dấu vân tay SHA-256"), fingerprint(facts.sha256)),
        (_("Hiệu lực"), f"{day(binding.valid_from)} – {day(binding.valid_to)}"),
        (_("Khóa"), f"{report.checkup.key} {report.checkup.bits} bit"),
    ]


def _place(binding: CertificateBinding) -> list[tuple[str, str]]:
    """Where the key is."""
    told = binding.parameters or {}
    guards = [name for name in ("PIN", "OTP") if told.get(f"needs_{name.lower()}")]
    return [
        (_("Nơi giữ khóa"), str(BACKENDS.get(binding.backend, binding.backend))),
        (_("Token"), told.get("token", "")),
        (_("Số sê-ri"), told.get("serial", "")),
        (_("Mã khóa"), told.get("key_id") or told.get("credential", "")),
        (_("Dịch vụ"), told.get("url", "")),
        (_("Dịch vụ đòi"), ", ".join(guards)),
    ]


def _checks(report: Report) -> list[tuple[str, str, str]]:
    """What was looked at, the finding, its tone."""
    checkup, binding = report.checkup, report.binding
    problem = bindings.problem(binding, office().now())
    dated = problem in ("certificate-expired", "certificate-not-yet-valid")
    usage = [str(USAGES.get(each, each)) for each in report.facts.key_usage]
    chain = " → ".join(checkup.chain) or _("không thấy cơ quan cấp")
    return [
        (_("Tên khớp người giữ"), report.facts.subject_name, _tone(report.fits)),
        (_("Chuỗi chứng thư"), chain if checkup.trusted
         else _("%(chain)s; chưa đến gốc tin cậy của máy chủ này", chain=chain),
         _tone(checkup.trusted)),
        (_("Thời hạn"), STATES[problem][0] if dated else _("còn hiệu lực"), _tone(not dated)),
        (_("Mục đích của khóa"), ", ".join(usage) or _("không giới hạn"), _tone(report.may_sign)),
        (_("Mục đích mở rộng (EKU)"),
         ", ".join(checkup.extended_usage) or _("không giới hạn"), _tone(checkup.for_documents)),
        (_("Độ mạnh của khóa"), f"{checkup.key} {checkup.bits}" if checkup.strong
         else _("%(key)s: đủ cho hiện nay; khi cấp lại nên chọn RSA 3072 hoặc EC P-256",
                key=f"{checkup.key} {checkup.bits}"),
         "good" if checkup.strong else "info"),
    ]  # fmt: skip


def _tone(right: bool) -> str:
    return "good" if right else "wait"
