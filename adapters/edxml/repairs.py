"""What the reader may have to mend in a message; each is told as `code` or `code:detail`."""

from collections.abc import Sequence
from enum import StrEnum


class Repair(StrEnum):
    """The detail is the attachment's name, or what stands behind `#`."""

    UTF_16 = "utf-16"
    BYTE_ORDER_MARK = "byte-order-mark"
    ENCODING = "encoding"  # the encoding
    CONTROL_CHARACTERS = "control-characters"
    LEADING_JUNK = "leading-junk"
    TRAILING_JUNK = "trailing-junk"
    UNDECLARED_PREFIX = "undeclared-prefix"  # the prefix
    OLD_STATUS = "old-status"
    STATUS_CODE = "status-code"  # the code as it came
    MISSING = "missing"  # the element
    NOT_A_NUMBER = "not-a-number"  # element=text
    UNREADABLE_TIME = "unreadable-time"  # element=text
    UNKNOWN_BUSINESS = "unknown-business"  # the number
    MISPLACED = "misplaced"  # the element
    JUNK_HOP = "junk-hop"  # the code of the organ, if any
    ATTACHMENT_NAME = "attachment-name"
    MISSING_ATTACHMENT = "missing-attachment"
    CONTENT_ID = "content-id"
    CONTENT_TYPE = "content-type"
    MEDIA_TYPE = "media-type"
    BASE64_WRAPPED = "base64-wrapped"
    BASE64_URL_SAFE = "base64-url-safe"
    BASE64_PADDING = "base64-padding"
    BASE64_JUNK = "base64-junk"
    ZIP_UNWRAPPED = "zip-unwrapped"
    ZIP_KEPT = "zip-kept"
    ZIP_BROKEN = "zip-broken"
    ZIP_EMPTY = "zip-empty"
    EMPTY_ATTACHMENT = "empty-attachment"
    MORE = "more"  # how many


# Only the wrapping was untidy: the facts and the files are beyond doubt what the sender packed.
OF_FORM = frozenset(Repair) - {
    Repair.CONTROL_CHARACTERS,
    Repair.MISSING,
    Repair.NOT_A_NUMBER,
    Repair.UNREADABLE_TIME,
    Repair.UNKNOWN_BUSINESS,
    Repair.MISPLACED,
    Repair.MISSING_ATTACHMENT,
    Repair.BASE64_JUNK,
    Repair.ZIP_KEPT,
    Repair.ZIP_BROKEN,
    Repair.ZIP_EMPTY,
    Repair.EMPTY_ATTACHMENT,
    Repair.MORE,
}

MOST = 200


def told(repairs: Sequence[str]) -> tuple[str, ...]:
    """What a person is told of them: each once, and of thousands only how many."""
    each = tuple(dict.fromkeys(map(str, repairs)))
    return (*each[:MOST], f"{Repair.MORE}:{len(each) - MOST}") if len(each) > MOST else each
