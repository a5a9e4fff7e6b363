"""An incremental update of a PDF: the file's own bytes, and behind them what was changed or added.

Written by hand for what signing needs: the file stays as it is and is read only where it must be,
the new objects are few, most of them baked, and the cross-reference is of the kind the file has.
"""

import hashlib
from collections.abc import Iterable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler

from adapters.signing.baked import Baked, written
from adapters.signing.pdf import entry, signature_fields

_KEPT = ("/Root", "/Info")  # of the trailer; /Prev, /Size and /ID are this update's own


class Increment(PdfHandler):
    """Collects the objects of one update. Objects of the file are changed in place (as the reader
    gives them) and then named by `change`; new ones get their number from `add` or `embed`."""

    def __init__(self, reader: PdfFileReader, size: int) -> None:
        self.reader, self._size = reader, size
        self.was_signed = any(filled for filled, _ in signature_fields(reader).values())
        self._next = int(reader.trailer["/Size"])
        self._changed: dict[tuple[int, int], generic.PdfObject] = {}
        self._added: dict[int, generic.PdfObject | bytes] = {}
        self._embedded: dict[Baked, generic.IndirectObject] = {}
        self._known: dict[int, bytes] = {}  # what names a baked object's bytes, which are many

    def add(self, thing: generic.PdfObject | bytes) -> generic.IndirectObject:
        """A new object, as pyHanko knows it or as the bytes of its body."""
        number, self._next = self._next, self._next + 1
        self._added[number] = thing
        return generic.IndirectObject(number, 0, self)

    def embed(self, baked: Baked) -> generic.IndirectObject:
        """A baked graph; twice the same is written once."""
        if baked not in self._embedded:
            first, *rest = [self.add(body) for body in baked.numbered(self._next)]
            self._embedded[baked] = first
            self._known[first.idnum] = baked.digest
            self._known |= dict.fromkeys((each.idnum for each in rest), b"")
        return self._embedded[baked]

    def change(self, reference: generic.IndirectObject) -> None:
        """Writes an object of the file anew, as it is by the time of `close`."""
        if reference.idnum not in self._added:
            key = (reference.idnum, reference.generation)
            self._changed[key] = reference.get_object()

    def change_holder(self, thing: generic.PdfObject) -> None:
        """Writes the object anew in which this one stands."""
        holder = thing.container_ref
        if isinstance(holder, generic.Reference):
            self.change(generic.IndirectObject(holder.idnum, holder.generation, holder.pdf))

    def change_root(self) -> None:
        self.change(self.reader.trailer.raw_get("/Root"))

    @property
    def root_ref(self) -> generic.Reference:
        return self.reader.root_ref

    def get_object(
        self, ref: generic.Reference, as_metadata_stream: bool = False
    ) -> generic.PdfObject:
        """pyHanko asks here for what this update has added."""
        return self._added[ref.idnum]

    def close(self) -> tuple[bytes, dict[int, int]]:
        """What follows the file's bytes, and where each object begins in it."""
        parts, named, offsets, at = [b"\n"], [], {}, 1
        for number, generation, body in self._bodies():
            head = b"%d %d obj\n" % (number, generation)
            parts += [head, body, b"\nendobj\n"]
            named += [head, self._known.get(number, body)]
            offsets[number] = at
            at += len(head) + len(body) + 8
        parts += self._references(offsets, self._size + at, self._identifier(named))
        return b"".join(parts), offsets

    def _bodies(self) -> Iterable[tuple[int, int, bytes]]:
        for (number, generation), thing in self._changed.items():
            yield number, generation, written(thing)
        for number, thing in self._added.items():
            yield number, 0, thing if isinstance(thing, bytes) else written(thing)

    def _references(
        self, offsets: dict[int, int], start: int, identifier: generic.ByteStringObject
    ) -> list[bytes]:
        generations = {number: generation for number, generation in self._changed}
        entries = [
            (number, self._size + offset, generations.get(number, 0))
            for number, offset in sorted(offsets.items())
        ]
        if self.reader.has_xref_stream:
            body = self._stream([*entries, (self._next, start, 0)], identifier)
        else:
            body = self._table(entries, identifier)
        return [*body, b"\nstartxref\n%d\n%%%%EOF\n" % start]

    def _table(
        self, entries: list[tuple[int, int, int]], identifier: generic.ByteStringObject
    ) -> list[bytes]:
        lines = [b"xref\n"]
        for run in _runs(entries):
            lines.append(b"%d %d\n" % (run[0][0], len(run)))
            lines += [b"%010d %05d n \n" % (at, generation) for _, at, generation in run]
        return [*lines, b"trailer\n", written(self._trailer(self._next, identifier))]

    def _stream(
        self, entries: list[tuple[int, int, int]], identifier: generic.ByteStringObject
    ) -> list[bytes]:
        data = b"".join(
            b"\x01" + at.to_bytes(5, "big") + generation.to_bytes(2, "big")
            for _, at, generation in entries
        )
        stream = self._trailer(self._next + 1, identifier)
        spans = [span for run in _runs(entries) for span in (run[0][0], len(run))]
        stream[name("/Type")] = name("/XRef")
        stream[name("/W")] = _numbers((1, 5, 2))
        stream[name("/Index")] = _numbers(spans)
        stream[name("/Length")] = generic.NumberObject(len(data))
        head = b"%d 0 obj\n" % self._next
        return [head, written(stream), b"\nstream\n", data, b"\nendstream\nendobj"]

    def _trailer(self, size: int, identifier: generic.ByteStringObject) -> generic.DictionaryObject:
        old, trailer = self.reader.trailer, generic.DictionaryObject()
        trailer[name("/Size")] = generic.NumberObject(size)
        trailer[name("/Prev")] = generic.NumberObject(self.reader.last_startxref)
        for key in _KEPT:
            if key in old:
                trailer[name(key)] = old.raw_get(key)
        trailer[name("/ID")] = generic.ArrayObject(
            [generic.ByteStringObject(self._known_ids()[0] or identifier), identifier]
        )
        return trailer

    def _known_ids(self) -> tuple[bytes, bytes]:
        """The file's lasting identifier, and that of its last update; empty where it has none."""
        known = entry(self.reader.trailer, "/ID", ())
        known = [bytes(getattr(each, "original_bytes", each)) for each in known]
        first, last = (*known, b"", b"")[:2]
        return first, last

    def _identifier(self, parts: Iterable[bytes]) -> generic.ByteStringObject:
        """This update's identifier, from what it changes in which file (ISO 32000-1, 14.4 asks for
        no more): the same update of the same file has the same bytes, so that whoever makes it
        again after a crash finds what the first one stored."""
        digest = hashlib.sha256(b"%d %d" % (self._size, self.reader.last_startxref))
        digest.update(b"".join((*self._known_ids(), *parts)))
        return generic.ByteStringObject(digest.digest()[:16])


def _numbers(values: Iterable[int]) -> generic.ArrayObject:
    return generic.ArrayObject(map(generic.NumberObject, values))


def _runs(entries: list[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """The entries cut where their numbers jump."""
    runs: list[list[tuple[int, int, int]]] = []
    for one in entries:
        if runs and runs[-1][-1][0] + 1 == one[0]:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
