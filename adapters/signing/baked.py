"""PDF objects as bytes: how an object is written, and graphs of objects that are written only once.

A font subset or a picture costs milliseconds to encode and is the same in every file. It is baked
once a process: all its objects as bytes, with the places left open where they name each other, so
that an update only puts its object numbers in.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.writer import BasePdfFileWriter, PdfFileWriter

_TO_ESCAPE = re.compile(rb"[^0-9A-Za-z ]")

Piece = bytes | int  # bytes as they are, or the place of an object within its graph
Refer = Callable[[generic.IndirectObject], Piece]


@dataclass(frozen=True, eq=False)
class Baked:
    """A graph of objects; the first is the one to refer to. Compared by identity, so that an update
    holds each only once."""

    objects: tuple[tuple[Piece, ...], ...]

    def numbered(self, first: int) -> list[bytes]:
        """The bodies of all its objects, when the first of them has this number."""
        return [
            b"".join(b"%d 0 R" % (first + piece) if type(piece) is int else piece for piece in body)
            for body in self.objects
        ]

    @cached_property
    def digest(self) -> bytes:
        """Names the graph by what it is, so that its bytes need not be hashed with each update."""
        found = hashlib.sha256()
        for body in self.objects:
            for piece in body:
                part = b"%d 0 R" % piece if type(piece) is int else piece
                found.update(b"%d " % len(part) + part)
            found.update(b";")
        return found.digest()


def bake(build: Callable[[BasePdfFileWriter], generic.IndirectObject]) -> Baked:
    """What `build` adds to a writer, from the object it returns on."""
    start = build(PdfFileWriter(stream_xrefs=False))
    places = {start.idnum: 0}
    waiting, objects = [start], []

    def refer(reference: generic.IndirectObject) -> int:
        if reference.idnum not in places:
            places[reference.idnum] = len(places)
            waiting.append(reference)
        return places[reference.idnum]

    while len(objects) < len(waiting):
        objects.append(tuple(_joined(pieces(waiting[len(objects)].get_object(), refer))))
    return Baked(tuple(objects))


def written(thing: generic.PdfObject) -> bytes:
    """An object as bytes; references stay what they are."""
    return b"".join(pieces(thing, _reference))


def pieces(thing: generic.PdfObject, refer: Refer) -> list[Piece]:
    out: list[Piece] = []
    _write(thing, out, refer)
    return out


def _reference(reference: generic.IndirectObject) -> bytes:
    return b"%d %d R" % (reference.idnum, reference.generation)


def _write(thing: generic.PdfObject, out: list[Piece], refer: Refer) -> None:
    kind = type(thing)
    if kind in _SIMPLE:
        out.append(_SIMPLE[kind](thing))
    elif kind is generic.IndirectObject:
        out.append(refer(thing))
    elif isinstance(thing, generic.StreamObject):
        _write_stream(thing, out, refer)
    elif isinstance(thing, generic.DictionaryObject):
        _write_dictionary(thing, out, refer)
    elif isinstance(thing, generic.ArrayObject):
        out.append(b"[")
        for each in thing:
            _write(each, out, refer)
            out.append(b" ")
        out.append(b"]")
    else:
        out.append(_plain(thing))


def _write_dictionary(thing: generic.DictionaryObject, out: list[Piece], refer: Refer) -> None:
    out.append(b"<<")
    for key, value in thing.items():
        out += (_name(key), b" ")
        _write(value, out, refer)
        out.append(b"\n")
    out.append(b">>")


def _write_stream(thing: generic.StreamObject, out: list[Piece], refer: Refer) -> None:
    data = thing.encoded_data
    entries = {key: value for key, value in thing.items() if key != "/Length"}
    length = {generic.pdf_name("/Length"): generic.NumberObject(len(data))}
    _write_dictionary(generic.DictionaryObject(entries | length), out, refer)
    out += [b"\nstream\n", data, b"\nendstream"]


@lru_cache(maxsize=1024)
def _name(name: str) -> bytes:
    return _plain(generic.NameObject(name))


def _text(text: generic.TextStringObject) -> bytes:
    """As pyHanko writes it, which it does a byte at a time."""
    if text.force_output_encoding is not None or not (text.isascii() and text.isprintable()):
        return _plain(text)
    return b"(%s)" % _TO_ESCAPE.sub(_escaped, text.encode("ascii"))


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"\\%03o" % ord(found[0])


def _plain(thing: generic.PdfObject) -> bytes:
    out = BytesIO()
    thing.write_to_stream(out)
    return out.getvalue()


_SIMPLE: dict[type, Callable[[generic.PdfObject], bytes]] = {
    generic.NameObject: _name,
    generic.NumberObject: lambda number: b"%d" % number,
    generic.FloatObject: lambda number: repr(number).encode("ascii"),
    generic.TextStringObject: _text,
}


def _joined(parts: list[Piece]) -> list[Piece]:
    """Neighbouring bytes as one piece."""
    joined: list[Piece] = []
    for part in parts:
        if type(part) is bytes and joined and type(joined[-1]) is bytes:
            joined[-1] += part
        else:
            joined.append(part)
    return joined
