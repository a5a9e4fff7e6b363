"""From bytes as they come to clean UTF-8, piece by piece: no byte order mark, no UTF-16, no
characters XML forbids, nothing before the prolog, no document type."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from adapters.edxml.errors import malformed
from adapters.edxml.limits import Limits
from adapters.edxml.repairs import Repair

PIECE = 512 * 1024
_HEAD = 64 * 1024
_CONTROLS = bytes(set(range(32)) - {9, 10, 13})
_ASCII_BASED = {"utf-8", "utf8", "us-ascii", "ascii", "unicode"}
_SINGLE_BYTE = {"iso-8859-1", "windows-1252", "windows-1258"}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_OPENING = re.compile(rb"<(?:\?xml|!|[A-Za-z_])")
_PROLOG = re.compile(rb"<\?xml\s")
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?edXML[\s/>]")
_WIDE_OPENING = re.compile(rb"<\0[?!A-Za-z_]")  # in UTF-16 of either byte order
_ELEMENT = re.compile(rb"<[^!?]")
# Attribute values would be expanded even by a parser told to leave entities alone.
_DOCUMENT_TYPES = (b"<!DOCTYPE", b"<!ENTITY")


def clean_pieces(source: BinaryIO, limits: Limits, repairs: list[str]) -> Iterator[bytes]:
    """The pieces of the document alone; what had to be mended is added to `repairs`.

    Raises MalformedPackage: too-large, encoding, dtd.
    """
    pieces = _recoded(_bounded(source, limits.message_bytes), repairs)
    return _without_document_type(_cleaned(pieces, repairs))


def _bounded(source: BinaryIO, limit: int) -> Iterator[bytes]:
    taken = 0
    while piece := _filled(source):
        taken += len(piece)
        if taken > limit:
            raise malformed("too-large", limit=limit)
        yield piece


def _filled(source: BinaryIO) -> bytes:
    """A whole piece, however little the source gives at once: its first tells how to go on."""
    piece = source.read(PIECE)
    while piece and len(piece) < PIECE and (more := source.read(PIECE - len(piece))):
        piece += more
    return piece


def _recoded(pieces: Iterator[bytes], repairs: list[str]) -> Iterator[bytes]:
    """Bytes in which ASCII is ASCII. An announced UTF-16 is not believed: real UTF-16 is seen by
    its bytes, and .NET writers announce it above UTF-8 text."""
    head = next(pieces, b"")
    if wide := _utf_16(head):
        encoding, start, has_junk = wide
        repairs.append(Repair.UTF_16)
        if has_junk:
            repairs.append(Repair.LEADING_JUNK)
        yield from _decoded(head[start:], pieces, encoding)
        return
    if head.startswith(codecs.BOM_UTF8):
        repairs.append(Repair.BYTE_ORDER_MARK)
        head = head[3:]
    declared = _DECLARED.match(head, _start(head))
    encoding = declared.group(1).decode().lower() if declared else "utf-8"
    if encoding in _ASCII_BASED or encoding.startswith("utf-16"):
        yield head
        yield from pieces
    elif encoding in _SINGLE_BYTE:
        repairs.append(f"{Repair.ENCODING}:{encoding}")
        yield from _decoded(head, pieces, encoding)
    else:
        raise malformed("encoding", encoding=encoding)


def _utf_16(head: bytes) -> tuple[str, int, bool] | None:
    """The byte order, where the text begins, and whether something stands before it: by the mark,
    else by the first tag. What stands before that may be of another encoding, of any length."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16-le" if head[0] == 0xFF else "utf-16-be"), 2, False
    opening, plain = _WIDE_OPENING.search(head), _OPENING.search(head)
    if opening is None or (plain and plain.start() < opening.start()):
        return None
    at = opening.start()
    # Of "..\0<\0?" the first zero belongs to the tag, unless all before is of this form too.
    if at == 0 or head[at - 1] != 0 or (at % 2 == 0 and head[1] == 0):
        return "utf-16-le", at, at > 0
    return "utf-16-be", at - 1, at > 1


def _decoded(head: bytes, pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield decoder.decode(head).encode()
        for piece in pieces:
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise malformed("encoding", encoding=encoding) from error


def _cleaned(pieces: Iterator[bytes], repairs: list[str]) -> Iterator[bytes]:
    """What XML forbids is dropped, and what stands before the prolog within the first piece."""
    is_first, has_controls = True, False
    for piece in pieces:
        cleaned = piece.translate(None, _CONTROLS)
        has_controls = has_controls or len(cleaned) != len(piece)
        if is_first and cleaned:
            if start := _start(cleaned):
                repairs.append(Repair.LEADING_JUNK)
                cleaned = cleaned[start:]
            is_first = False
        yield cleaned
    if has_controls:
        repairs.append(Repair.CONTROL_CHARACTERS)


def _start(head: bytes) -> int:
    """Where the document begins: with the last prolog before its root, though tags stand before it
    too; else with the first tag."""
    root = _ROOT.search(head)
    prologs = list(_PROLOG.finditer(head, 0, root.start() if root else 0))
    opening = prologs[-1] if prologs else _OPENING.search(head)
    return opening.start() if opening else 0


def _without_document_type(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Refuses before a parser sees it. After the first element there can be none."""
    before = b""
    for piece in pieces:
        looked_at = before + piece
        element = _ELEMENT.search(looked_at)
        head = looked_at[: max(element.end(), _HEAD)] if element else looked_at
        if any(mark in head for mark in _DOCUMENT_TYPES):
            raise malformed("dtd")
        yield piece
        if element:
            break
        before = looked_at[-16:]
    yield from pieces
