"""Words of what a reconciliation finds: for each kind what does not fit, and the next step. The
details of a difference fill the places."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "reconciling": (
        _l("Một lần đối soát đang chạy."),
        _l("Hãy đợi ít phút rồi tải lại trang."),
    ),
    "hub-no-ledger": (
        _l("Trục này không cho đối chiếu danh mục gói tin; chỉ đối soát được sổ và gói tại đây."),
        _l("Không cần làm gì."),
    ),
}
_OPERATOR = _l("Hãy giữ nguyên hiện trạng, báo quản trị viên và đơn vị vận hành trục.")
_ADMINISTRATOR = _l("Hãy báo quản trị viên kiểm tra bản sao lưu và nhật ký.")
_RESEND = _l("Hãy mở gói tin, kiểm tra rồi gửi lại cho nơi nhận.")
_ASK = _l("Hãy liên hệ nơi nhận.")

DIFFERENCES = {
    "missing-at-hub": (
        _l("Gói %(document)s ghi là trục đã nhận, nhưng trục không có."),
        _RESEND,
    ),
    "other-bytes-at-hub": (
        _l("Gói %(document)s: nội dung tại trục khác nội dung đã gửi (SHA-256 khác nhau)."),
        _OPERATOR,
    ),
    "recipient-not-at-hub": (
        _l("Văn bản %(document)s: trục không có lượt giao cho %(recipient)s."),
        _l("Hãy mở văn bản, gửi lại cho nơi nhận này."),
    ),
    "received-not-at-hub": (
        _l("Gói đến %(document)s từ %(peer)s: trục không có gói này."),
        _OPERATOR,
    ),
    "other-bytes-received": (
        _l("Gói đến %(document)s từ %(peer)s: nội dung tại đây khác nội dung tại trục."),
        _OPERATOR,
    ),
    "missing-here": (
        _l("Trục có gói %(document)s do cơ quan này gửi cho %(recipient)s, nhưng ở đây không có."),
        _ADMINISTRATOR,
    ),
    "answer-outstanding": (
        _l("Trục đã nhận gói %(document)s nhưng câu trả lời chưa về tới đây."),
        _l("Không cần làm gì: lần gửi lại kế tiếp sẽ nhận được câu trả lời cũ."),
    ),
    "received-missing-here": (
        _l("Trục ghi là cơ quan này đã nhận gói %(document)s từ %(sender)s, nhưng ở đây không có."),
        _ADMINISTRATOR,
    ),
    "not-fetched": (
        _l("Gói %(document)s từ %(sender)s nằm ở trục đã hơn một giờ, chưa lấy về được."),
        _l("Hãy xem trạng thái trục ở trang Liên thông; nếu còn mãi, báo quản trị viên."),
    ),
    "delivered-not-noted": (
        _l("Văn bản %(document)s: %(recipient)s đã nhận, nhưng ở đây chưa ghi."),
        _l("Không cần làm gì nếu mới; nếu còn mãi, hãy báo quản trị viên."),
    ),
    "recipient-cannot-take": (
        _l("Văn bản %(document)s: hệ thống của %(recipient)s báo không nhận được gói."),
        _ASK,
    ),
    "recipient-not-fetched": (
        _l("Văn bản %(document)s: %(recipient)s chưa lấy về sau hơn một ngày."),
        _ASK,
    ),
    "delivered-no-status": (
        _l("Văn bản %(document)s đã đến %(recipient)s hơn một ngày mà chưa có trạng thái 01."),
        _ASK,
    ),
    "hub-receipt-missing": (_l("Gói %(document)s: thiếu biên nhận của trục."), _OPERATOR),
    "recipient-receipt-missing": (
        _l("Văn bản %(document)s: %(recipient)s đã nhận mà thiếu biên nhận."),
        _ASK,
    ),
    "receipt-invalid": (_l("Một biên nhận không đúng: %(reason)s"), _OPERATOR),
    "receipt-open": (_l("Một biên nhận chưa kiểm tra được: %(reason)s"), _OPERATOR),
    "package-file-damaged": (
        _l("Tệp gói %(document)s trên đĩa bị mất hoặc hỏng (không khớp SHA-256)."),
        _ADMINISTRATOR,
    ),
    "package-without-arrival": (
        _l("Gói đến %(document)s từ %(peer)s đã nhận mà không có văn bản đến."),
        _ADMINISTRATOR,
    ),
    "recipient-without-dispatch": (
        _l("Văn bản %(document)s có nơi nhận %(recipient)s mà không có lượt gửi."),
        _ADMINISTRATOR,
    ),
    "number-skipped": (_l("%(book)s: nhảy số %(numbers)s."), _ADMINISTRATOR),
    "number-beyond": (_l("%(book)s: số %(numbers)s vượt quá số cuối của sổ."), _ADMINISTRATOR),
    "number-doubled": (_l("%(book)s: trùng số %(numbers)s."), _ADMINISTRATOR),
    "number-without-document": (
        _l("%(book)s: số %(numbers)s đã cấp mà không có văn bản."),
        _ADMINISTRATOR,
    ),
    "document-without-number": (
        _l("Một văn bản đã vào sổ hoặc phát hành mà không có số."),
        _ADMINISTRATOR,
    ),
}

# What kinds were called before; a run of then is shown until another replaces it.
FORMER = {"file-damaged": "package-file-damaged"}
UNKNOWN = (
    _l("Một sai lệch do bản khác của phần mềm ghi (%(kind)s)."),
    _l("Hãy đối soát lại để có câu giải thích."),
)


def difference(kind: str, details: dict) -> tuple[str, str]:
    """The sentence and the next step of a difference, whatever version found it."""
    sentence, step = DIFFERENCES.get(FORMER.get(kind, kind), UNKNOWN)
    details = {"kind": kind} | details
    return str(sentence) % _Said(details), str(step)


class _Said(dict):
    def __missing__(self, _name: str) -> str:
        return "…"
