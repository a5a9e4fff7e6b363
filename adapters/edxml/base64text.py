"""Base64 as producers write it: wrapped, URL-safe, unpadded. Mended where the bytes are beyond
doubt, called damaged where they are not."""

import binascii
import re
from contextlib import suppress
from typing import NamedTuple

from adapters.edxml.repairs import Repair

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BLANKS = b" \t\r\n\v\f"
_WIDE_BLANKS = re.compile("[\u00a0\u2028\u2029\u200b\u3000\ufeff]+")
_JUNK = bytes(set(range(256)) - set(_ALPHABET) - set(b"="))
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Decoded(NamedTuple):
    data: bytes
    repairs: tuple[Repair, ...]
    damaged: bool


def decode(text: str) -> Decoded:
    """The bytes, what was mended, and whether characters were lost on the way.

    Characters outside the alphabet are dropped, as the national library does; but nobody writes
    them, so they stand in the place of real ones.
    """
    raw = text.encode("ascii", "replace")
    with suppress(binascii.Error):
        return Decoded(binascii.a2b_base64(raw, strict_mode=True), (), damaged=False)
    return _mended(_WIDE_BLANKS.sub(" ", text).encode("ascii", "replace"))


def _mended(raw: bytes) -> Decoded:
    repairs = []
    clean = raw.translate(None, _BLANKS)
    if len(clean) != len(raw):
        repairs.append(Repair.BASE64_WRAPPED)
    if b"-" in clean or b"_" in clean:
        clean = clean.translate(_URL_SAFE)
        repairs.append(Repair.BASE64_URL_SAFE)
    solid = clean.translate(None, _JUNK)
    junk = len(clean) - len(solid)
    if junk:
        repairs.append(Repair.BASE64_JUNK)
    body = solid.rstrip(b"=")
    padding = -len(body) % 4
    if len(solid) - len(body) != padding and not junk:
        repairs.append(Repair.BASE64_PADDING)
    broken = junk > 0 or padding == 3 or b"=" in body
    whole = body.replace(b"=", b"")
    whole = whole[: len(whole) - 1] if len(whole) % 4 == 1 else whole
    data = binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    return Decoded(data, tuple(repairs), broken or (not data and bool(clean)))
