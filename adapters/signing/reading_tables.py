"""pyHanko's reading of what a file's cross-references say, quickened as `reading` quickens that of
objects: a table written as nearly every file writes it is read by one expression, whatever is not
is left to pyHanko's own functions from its beginning, so that each file is read, and refused, as
before.
"""

import codecs
import re
from collections.abc import Callable, Iterable
from typing import BinaryIO

from pyhanko.pdf_utils import generic, reader, xref

from adapters.signing.reading import read_quickly

_HEAD = re.compile(rb"[\r\n]{0,2}(\d{1,7}) (\d{1,7}) ?[\r\n]{1,2}(?=\d)")
_LINES = re.compile(rb"(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))+")
_END = re.compile(rb"[\r\n]{0,2}trailer[ \r\n]{0,3}(?=<<)")
_OBJECT = re.compile(rb"(\d{1,8}) (\d{1,5}) obj[\r\n ]{0,2}(?=[!-$&-~])")
_LINE, _LONGEST_HEAD = 20, 64  # bytes
_MOST = 100_000  # entries under one head
_LAST_GENERATION = 0xFFFF

Row = tuple[int, int, int, bool]  # number, offset, generation, whether it is in use


class _Table(list[Row]):
    """The rows of a table that is as nearly every one."""


_slow_table: Callable = xref.parse_xref_table
_slow_rows: Callable = xref.XRefSectionData.process_entries
_slow_header: Callable = xref.read_object_header
_slow_dictionary: Callable = generic.DictionaryObject.read_from_stream
_slow_decoded: Callable = generic.decode_pdfdocencoding
_slow_encoded: Callable = generic.encode_pdfdocencoding
_LETTERS = "".join(generic._pdfDocEncoding).replace("\0", "\ufffe")  # the codec's "undefined"
_BYTES = codecs.charmap_build(_LETTERS)


def quicken() -> None:
    """Puts the quick functions in the places of pyHanko's own, in this process."""
    xref.parse_xref_table = _table
    xref.XRefSectionData.process_entries = _take_rows
    xref.read_object_header = reader.read_object_header = _header
    generic.DictionaryObject.read_from_stream = staticmethod(_trailer)
    generic.StreamObject.read_from_stream = staticmethod(
        _dictionary
    )  # a stream of cross-references
    generic.decode_pdfdocencoding = _decoded
    generic.encode_pdfdocencoding = _encoded


def _table(stream: BinaryIO, strict: bool) -> Iterable:
    start = stream.tell()
    rows = _rows(stream)
    if rows is not None:
        return rows
    stream.seek(start)
    return _slow_table(stream, strict)


def _rows(stream: BinaryIO) -> _Table | None:
    """All rows, the stream then standing where the trailer's dictionary begins."""
    rows = _Table()
    while True:
        at, piece = stream.tell(), stream.read(_LONGEST_HEAD)
        if rows and (end := _END.match(piece)):
            stream.seek(at + end.end())
            return rows
        head = _HEAD.match(piece)
        if head is None or not 0 < (count := int(head[2])) <= _MOST:
            return None
        stream.seek(at + head.end())
        lines = stream.read(count * _LINE)
        if len(lines) != count * _LINE or not _LINES.fullmatch(lines):
            return None
        words = lines.split()
        generations = [int(word) for word in words[1::3]]
        if max(generations) > _LAST_GENERATION:
            return None
        used = [word == b"n" for word in words[2::3]]
        first = int(head[1])
        rows += zip(
            range(first, first + count), map(int, words[::3]), generations, used, strict=True
        )


def _take_rows(section: xref.XRefSectionData, entries: Iterable, strict: bool) -> int:
    if type(entries) is not _Table:
        return _slow_rows(section, entries, strict)
    for number, offset, generation, used in entries:
        if number == 0:
            continue
        if used:
            section.standard_xrefs[number] = (generation, offset)
            section.explicit_refs_in_revision.add((number, generation))
        else:
            section.freed[number] = generation
            section.explicit_refs_in_revision.add((number, generation - 1))
    return max(row[0] for row in entries)


def _header(stream: BinaryIO, strict: bool) -> tuple[int, int]:
    start = stream.tell()
    found = _OBJECT.match(stream.read(_LONGEST_HEAD))
    if found is None:
        stream.seek(start)
        return _slow_header(stream, strict)
    stream.seek(start + found.end())
    return int(found[1]), int(found[2])


def _trailer(stream: BinaryIO, container_ref: generic.Dereferenceable, *more, **given):
    """All other dictionaries are read by `reading` before pyHanko comes here."""
    if type(container_ref) is not generic.TrailerReference:
        return _slow_dictionary(stream, container_ref, *more, **given)
    return _dictionary(stream, container_ref, *more, **given)


def _dictionary(stream: BinaryIO, container_ref: generic.Dereferenceable, *more, **given):
    start = stream.tell()
    found = read_quickly(stream, container_ref)
    if isinstance(found, generic.DictionaryObject):
        found.container_ref = None  # whoever asked sets it
        return found
    stream.seek(start)
    return _slow_dictionary(stream, container_ref, *more, **given)


def _decoded(data: bytes) -> str:
    try:
        return codecs.charmap_decode(data, "strict", _LETTERS)[0]
    except UnicodeDecodeError:
        return _slow_decoded(data)


def _encoded(text: str) -> bytes:
    try:
        return codecs.charmap_encode(text, "strict", _BYTES)[0]
    except UnicodeEncodeError:
        return _slow_encoded(text)
