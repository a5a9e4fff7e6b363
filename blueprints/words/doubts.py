"""What speaks against the files of an arrival, in words."""

from flask_babel import lazy_gettext as _l

from domain.verdicts import Doubt

DOUBTS = {
    Doubt.SEAL_OTHER: _l("Chữ ký số cơ quan là của %(detail)s, không phải của bên gửi."),
    Doubt.SIGNER_OTHER: _l("Người ký số là %(detail)s, khác người ký ghi trong gói tin."),
    Doubt.SEALED_FIRST: _l("Cơ quan ký số trước người có thẩm quyền (NĐ 30/2020, Điều 32)."),
    Doubt.NUMBER_OTHER: _l("Số trên văn bản là %(detail)s, khác số bên gửi ghi trong gói tin."),
}


def doubted(doubt: str) -> str:
    """A doubt as `code:what the file says` in a sentence."""
    code, _colon, detail = doubt.partition(":")
    return str(DOUBTS[code]) % {"detail": detail}
