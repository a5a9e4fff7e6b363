"""pyHanko's reading of PDF objects, quickened: it reads byte by byte, which took half the time of
judging a signature. What is written as nearly every file writes it is read here by one expression;
whatever is not is left to pyHanko's own functions from its beginning, so that each file is read,
and refused, as before (docs/adr/024-pyhanko-is-quickened.md).
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils import generic

_PIECES = (1024, 64 * 1024)  # bytes: most objects end within the first
_DEEPEST = 40
_SPACE = b"\x00\t\n\f\r "
_ENDS = rb"(?=[" + _SPACE + rb"()<>\[\]{}/%])"
_TOKEN = re.compile(
    b"[" + _SPACE + b"]*(?:"
    rb"(<<)|(\[)|(>>)|(\])"
    rb"|/([!\"$&'*-.0-;=?-Z\\^-z|~]*)" + _ENDS +  # a name without escapes (ISO 32000-1, 7.3.5)
    rb"|([1-9]\d{0,6} \d{1,5}) R" + _ENDS +
    rb"|([+-]?\d{1,15})(?!\s+\d+\s+R)" + _ENDS +  # a number, and no odd reference
    rb"|([+-]?\d{1,15}\.\d{1,15})" + _ENDS +
    rb"|<((?:[0-9A-Fa-f]{2})*+)>"
    rb"|\(((?:[^()\\\r]++|\\[0-3][0-7]{2}|\\[()\\])*+)\)"
    rb"|(true|false)" + _ENDS +
    rb")"
)  # fmt: skip
_ESCAPED = re.compile(rb"\\([0-3][0-7]{2}|.)", re.DOTALL)
_OPENS, _CLOSES = 2, 4  # groups up to these open or close a container

Handler = object


def _reference(text: bytes, handler: Handler) -> generic.IndirectObject:
    number, generation = text.split(b" ")
    return generic.IndirectObject(int(number), int(generation), handler)


def _unescaped(found: re.Match[bytes]) -> bytes:
    told = found[1]
    return bytes((int(told, 8),)) if len(told) > 1 else told


_MAKE: dict[int, Callable[[bytes, Handler], generic.PdfObject]] = {
    5: lambda text, _: generic.NameObject("/" + text.decode("ascii")),
    6: _reference,
    7: lambda text, _: generic.NumberObject(text),
    8: lambda text, _: generic.FloatObject(text.decode("ascii")),
    9: lambda text, _: generic.pdf_string(bytes.fromhex(text.decode("ascii"))),
    10: lambda text, _: generic.pdf_string(_ESCAPED.sub(_unescaped, text)),
    11: lambda text, _: generic.BooleanObject(text == b"true"),
}
_slow_object: Callable = generic.read_object
_slow_prepared: Callable = x509.NameTypeAndValue._ldap_string_prep


def quicken() -> None:
    """Puts the quick functions in the places of the libraries' own, in this process."""
    generic.read_object = _object
    x509.NameTypeAndValue._ldap_string_prep = lambda _self, text: _prepared(text)


@lru_cache(maxsize=1024)
def _prepared(text: str) -> str:
    """A name as it is compared with others: the same few come again and again."""
    return _slow_prepared(None, text)


def _object(
    stream: BinaryIO,
    container_ref: generic.Dereferenceable,
    as_metadata_stream: bool = False,
    in_content_stream: generic.ContentOpReading = generic.ContentOpReading.NO,
) -> generic.PdfObject:
    found = None
    if not as_metadata_stream and not in_content_stream:
        found = read_quickly(stream, container_ref)
    if found is not None:
        return found
    return _slow_object(stream, container_ref, as_metadata_stream, in_content_stream)


def read_quickly(
    stream: BinaryIO, container_ref: generic.Dereferenceable
) -> generic.PdfObject | None:
    """The next object; None (the stream stands as before) for one written in an unusual way."""
    start, handler = stream.tell(), container_ref.get_pdf_handler()
    for size in _PIECES:
        piece = stream.read(size)
        found = _parsed(piece, container_ref, handler)
        if found is not None:
            stream.seek(start + found[1])
            return _whole(stream, found[0], container_ref, handler)
        stream.seek(start)
        if len(piece) < size:
            break
    return None


def _whole(
    stream: BinaryIO, found: generic.PdfObject, container_ref: object, handler: Handler
) -> generic.PdfObject:
    """With the data that may follow a dictionary."""
    if isinstance(found, generic.DictionaryObject):
        entries = dict(found.items())
        data = generic._maybe_read_stream_payload(stream, entries, handler)
        if data is not None:
            found = generic.StreamObject(entries, encoded_data=data)
    found.container_ref = container_ref
    return found


def _parsed(
    piece: bytes, container_ref: object, handler: Handler
) -> tuple[generic.PdfObject, int] | None:
    """The object that a piece begins with, and where it ends; None for one that does not end in
    it, or is written in an unusual way."""
    opened: list[tuple[int, list]] = []
    at = len(piece) if piece[:1] in _SPACE else 0  # none may come before it
    while found := _TOKEN.match(piece, at):
        at, kind = found.end(), found.lastindex
        if kind <= _OPENS:
            opened.append((kind, []))
            continue
        value = _closed(kind, opened) if kind <= _CLOSES else _MAKE[kind](found[kind], handler)
        if value is None or len(opened) > _DEEPEST:
            return None
        if not opened:
            return value, at
        value.container_ref = container_ref
        opened[-1][1].append(value)
    return None


def _closed(kind: int, opened: list[tuple[int, list]]) -> generic.PdfObject | None:
    """The innermost container, ended; None where it is not right, as pyHanko then says."""
    if not opened or opened[-1][0] != kind - _OPENS:
        return None
    opens, values = opened.pop()
    if opens == 2:
        return generic.ArrayObject(values)
    keys = values[::2]
    if len(values) % 2 or any(type(each) is not generic.NameObject for each in keys):
        return None
    made = generic.DictionaryObject()
    dict.update(made, zip(keys, values[1::2], strict=True))
    return made if len(made) == len(keys) else None  # no key twice
