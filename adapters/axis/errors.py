"""How the axis says no: refusals with a code for us, ErrorCode and ErrorDesc for the machine.

Codes 10 to 23 are those in use between Vietnamese hubs (10 invalid file, 15 wrong system id or
secret, 18 recipient unknown, 19 sender not registered, 20 hub error, 21 file not processed,
22 wrong edXML, 23 recipient locked); 24 and above are our own for cases they have no number for.
Descriptions are unaccented: the client SDK reads the answer of sendEdoc as US-ASCII.
"""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from domain.errors import Refusal, Unavailable


class AxisRefusal(Refusal):
    """A call that cannot be accepted; answered with HTTP 200 and a FAIL, as the axis does."""

    status = 200


class AxisError(Exception):
    """A call of ours that brought no result."""


class TemporaryAxisError(AxisError):
    """No usable answer: network, 5xx, or not JSON. Unknown to us, maybe accepted over there:
    the same bytes may be sent again, for the hub recognises a repeated document."""


class PermanentAxisError(AxisError):
    """The axis understood and refused; `code` and `desc` are its ErrorCode and ErrorDesc."""

    def __init__(self, code: str, desc: str) -> None:
        super().__init__(code, desc)
        self.code = code
        self.desc = desc

    def __str__(self) -> str:
        return f"{self.code}: {self.desc}"


class NotOffered(PermanentAxisError):
    """This axis does not know the operation; what it is for must be had another way."""

    def __init__(self, desc: str) -> None:
        super().__init__("28", desc)


# What may be tried again though the axis gave it a number: 20 is "error of the hub".
TEMPORARY_CODES = frozenset({"20"})


# A proxy in between takes no body, address or headers so large, and will not tomorrow either.
TOO_LARGE = frozenset({413, 414, 431})


def not_an_answer(call: str, status_code: int) -> AxisError:
    """What an answer means that is not one of the axis."""
    if status_code in TOO_LARGE:
        return PermanentAxisError("21", f"HTTP {status_code}: goi tin qua lon cho may chu o giua")
    return TemporaryAxisError(f"{call}: HTTP {status_code}, not an axis answer")


def refusal_of(code: str, desc: str) -> AxisError:
    """An axis' ErrorCode as an error: whether repeating may help (codes above)."""
    if code in TEMPORARY_CODES:
        return TemporaryAxisError(f"{code}: {desc}")
    return PermanentAxisError(code, desc)


@dataclass(frozen=True)
class Answer:
    """ErrorCode and ErrorDesc; in the table the description has {places} for a refusal's fields."""

    code: str
    desc: str


ANSWERS: dict[str, Answer] = {
    "axis-header-missing": Answer("15", "Thieu header {header}"),
    "axis-unknown-sender": Answer("15", "He thong chua dang ky: {system_id}"),
    "axis-wrong-signature": Answer(
        "15", "Sai chu ky HMAC cua {system_id}: kiem tra secret, header chi dung ky tu ASCII"
    ),
    "axis-stamp-old": Answer(
        "15", "Dau thoi gian cua loi goi lech qua {days} ngay: chinh dong ho, tao doi tuong moi"
    ),
    "axis-wrong-from": Answer(
        "19", "Don vi gui {sender} khong dung voi ma da dang ky: {system_id}"
    ),
    "axis-unknown-recipient": Answer("18", "Don vi nhan khong ton tai: {recipient}"),
    "axis-sender-locked": Answer("19", "He thong gui dang bi khoa: {system_id}"),
    "axis-recipient-dissolved": Answer(
        "18", "Don vi nhan da giai the: {recipient}, don vi ke thua: {successor}"
    ),
    "axis-recipient-early": Answer("18", "Don vi nhan {recipient} chi hoat dong tu ngay {since}"),
    "axis-no-recipient": Answer("18", "Van ban khong co don vi nhan"),
    "axis-recipient-locked": Answer("23", "Don vi nhan dang bi khoa: {recipient}"),
    "axis-empty-file": Answer("10", "Tep edXML rong"),
    "axis-hash-mismatch": Answer("10", "Tep khong khop voi hash-file"),
    "axis-file-failed": Answer("21", "Khong xu ly duoc tep: {reason}"),
    "axis-bad-edxml": Answer("22", "Sai dinh dang edXML: {reason}"),
    "axis-bad-arguments": Answer("24", "Tham so trong header khong hop le: {argument}"),
    "axis-ambiguous-document-id": Answer(
        "25", "docId va docid khac nhau trong cung mot lan goi: chi gui mot ten, tao doi tuong moi"
    ),
    "axis-unknown-document": Answer("26", "Khong tim thay van ban: {doc_id}"),
    "axis-same-id-other-bytes": Answer("27", "Ma van ban da gui voi noi dung khac: {doc_id}"),
    "axis-head-contradicts": Answer(
        "30", "Nhat ky da lui lai hoac bi sua: muc {sequence} khac voi dau chuoi da gui"
    ),
    "axis-loop": Answer("31", "Goi tin da qua truc nay: {hop}, khong nhan de tranh di vong"),
    "axis-may-not-register": Answer(
        "29",
        "{system_id} khong co quyen dang ky hoac xoa don vi {agency}: chi cac don vi truc thuoc,"
        " sau khi don vi van hanh truc cho phep",
    ),
    "axis-bad-agency": Answer("40", "Thong tin don vi khong hop le: {reason}"),
    "axis-too-many-calls": Answer("42", "Goi qua nhieu lan: doi {seconds} giay roi goi lai"),
    "axis-payload-removed": Answer("43", "Noi dung da het thoi han luu tren truc: {doc_id}"),
    "axis-delivery-held": Answer("44", "Truc dang tam giu van ban: {doc_id}"),
    "axis-unknown-operation": Answer("28", "Truc khong co thao tac nay: {operation}"),
}


def answer_for(refusal: Refusal) -> Answer:
    """The ErrorCode and ASCII ErrorDesc of any refusal, also of those the table does not know."""
    template = ANSWERS.get(refusal.code) or _unlisted(refusal)
    fields = defaultdict(lambda: "?", refusal.fields)
    return Answer(template.code, ascii_text(template.desc.format_map(fields)))


def http_status(refusal: Refusal) -> int:
    """503 where trying again may help, else 200. The SDK reads the JSON whatever the status is;
    our own client tells by a 5xx that the message must be kept and sent again."""
    return 503 if isinstance(refusal, Unavailable) else 200


def ascii_text(text: str) -> str:
    """The text without accents (đ is d); what then still is not printable ASCII becomes `?`."""
    plain = text.replace("đ", "d").replace("Đ", "D")
    letters = (c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else "?" for c in letters)


def _unlisted(refusal: Refusal) -> Answer:
    name = refusal.code.replace("{", "").replace("}", "")
    if isinstance(refusal, Unavailable):
        return Answer("20", f"Truc tam thoi khong phuc vu duoc: {name}")
    if name.startswith("edxml-"):
        return Answer("22", f"Sai dinh dang edXML: {name}")
    return Answer("21", f"Bi tu choi: {name}")
