"""What a notification says first: the subject of its document, or for many documents decided at
once how many there are and how they fared."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from models.audit import Notification
from services.batches.telling import NEXT, RESULT, YOURS

# Of many documents decided at once: to whom it is told, and what was done with them.
COUNTED = {
    (RESULT, "approve"): _l("Ký nhiều văn bản: %(n)s văn bản đã ký"),
    (RESULT, "issue"): _l("Đóng dấu nhiều văn bản: %(n)s văn bản đã cấp số, đóng dấu"),
    (RESULT, "dispatch"): _l("Gửi nhiều văn bản: %(n)s văn bản đã đưa vào hàng gửi"),
    (YOURS, "approve"): _l("%(n)s văn bản của bạn đã được ký"),
    (YOURS, "issue"): _l("%(n)s văn bản của bạn đã được cấp số, đóng dấu"),
    (YOURS, "dispatch"): _l("%(n)s văn bản của bạn đã được đưa vào hàng gửi"),
    (NEXT, "approve"): _l("%(n)s văn bản đã ký, đến lượt bạn"),
    (NEXT, "issue"): _l("%(n)s văn bản đã cấp số, đóng dấu, chờ gửi"),
}


def heading(note: Notification) -> str:
    words = COUNTED.get((note.kind, note.details.get("action")))
    if words is None:
        return note.summary or _("(không có trích yếu)")
    counts = note.details.get("counts", {})
    parts = [str(words) % {"n": counts.get("done", 0)}]
    if counts.get("failed"):
        parts.append(_("%(n)s lỗi", n=counts["failed"]))
    if counts.get("given_back"):
        parts.append(_("%(n)s chưa làm vì đã dừng", n=counts["given_back"]))
    return ", ".join(parts)
