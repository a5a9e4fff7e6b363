"""Base64 as producers write it: wrapped, URL-safe, unpadded. Decoded piece by piece, mended where
the bytes are beyond doubt, called damaged where they are not."""

import binascii
import re
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


class Decoder:
    """Text goes in by pieces, bytes come out; what was mended is known at the end.

    Characters outside the alphabet are dropped, as the national library does; but nobody writes
    them, so they stand in the place of real ones.
    """

    def __init__(self) -> None:
        self._rest = b""  # up to three characters that wait for a fourth
        self._characters = self._bytes = self._pads = 0
        self._said_something = self._blank_before = False
        self._padded_inside = False
        self._seen: set[Repair] = set()

    def feed(self, text: str) -> bytes:
        if not text.isascii():
            text = _WIDE_BLANKS.sub(" ", text)
        raw = text.encode("ascii", "replace")
        if self._pads or self._blank_before or raw.translate(None, _ALPHABET):
            raw = self._tidied(raw)
        self._said_something = self._said_something or bool(raw)
        self._characters += len(raw)
        raw = self._rest + raw
        whole = len(raw) // 4 * 4
        self._rest = raw[whole:]
        return self._decoded(raw[:whole])

    def end(self) -> Decoded:
        """The last bytes, all repairs, and whether characters were lost on the way."""
        padding = -self._characters % 4
        junk = Repair.BASE64_JUNK in self._seen
        if (self._pads != padding or self._padded_inside) and not junk:
            self._seen.add(Repair.BASE64_PADDING)
        rest = b"" if padding == 3 else self._rest
        data = self._decoded(rest + b"=" * (-len(rest) % 4))
        nothing_left = self._said_something and not self._bytes
        broken = junk or padding == 3 or self._padded_inside or nothing_left
        return Decoded(data, tuple(code for code in Repair if code in self._seen), broken)

    def _decoded(self, characters: bytes) -> bytes:
        data = binascii.a2b_base64(characters)
        self._bytes += len(data)
        return data

    def _tidied(self, raw: bytes) -> bytes:
        raw = self._without_blanks(raw)
        if b"-" in raw or b"_" in raw:
            self._seen.add(Repair.BASE64_URL_SAFE)
            raw = raw.translate(_URL_SAFE)
        solid = raw.translate(None, _JUNK)
        if len(solid) != len(raw):
            self._seen.add(Repair.BASE64_JUNK)
        self._said_something = self._said_something or bool(raw)
        body = solid.rstrip(b"=")
        if body:
            self._padded_inside |= self._pads > 0 or b"=" in body
            self._pads = 0
        self._pads += len(solid) - len(body)
        return body.replace(b"=", b"")

    def _without_blanks(self, raw: bytes) -> bytes:
        """Blanks around the whole text are no wrapping; blanks inside are."""
        inner = raw.strip(_BLANKS)
        clean = inner.translate(None, _BLANKS)
        if inner:
            parted = self._said_something and (self._blank_before or raw[:1].isspace())
            if parted or len(clean) != len(inner):
                self._seen.add(Repair.BASE64_WRAPPED)
            self._blank_before = raw[-1:].isspace()
        elif raw:
            self._blank_before = self._said_something
        return clean


def decode(text: str) -> Decoded:
    """The bytes of a text that is at hand as a whole."""
    decoder = Decoder()
    data = decoder.feed(text)
    last = decoder.end()
    return Decoded(data + last.data, last.repairs, last.damaged)
