"""From clean bytes to a bounded tree of elements: the way in for every message, friendly or
hostile. The text of an attachment never stands in the tree: it is decoded as it comes, and lies in
the spool.

The parser is told nothing of namespaces, because real messages use prefixes they never declare.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO
from xml.parsers import expat

from adapters.edxml.base64text import Decoder
from adapters.edxml.errors import malformed
from adapters.edxml.limits import MIB, Limits
from adapters.edxml.payloads import Payload, Spool
from adapters.edxml.repairs import Repair
from adapters.edxml.source import PIECE, clean_pieces

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
LONGEST_TAG = MIB  # a start tag, a comment; the parser holds it whole
MOST_UNDECLARED = 50
PAYLOAD, AROUND_PAYLOAD = "ContentTransferEncoded", "Attachment"


@dataclass(slots=True, eq=False)
class Element:
    """`text` is what stands before the first child; an attribute's name bears its prefix."""

    name: str
    namespace: str
    attributes: dict[str, str]
    place: int  # in the order of the document, from 1
    text: str = ""
    children: list["Element"] = field(default_factory=list)
    payload: Payload | None = None


def parse_frame(
    source: BinaryIO, limits: Limits, repairs: list[str], spool: Spool | None = None
) -> Element:
    """The root element of a message; what had to be mended is added to `repairs`. Without a spool
    attachments are passed over undecoded.

    Raises MalformedPackage: too-large, encoding, dtd, too-many-elements, too-deep, not-xml,
    attachment-too-large.
    """
    builder = _Builder(limits, repairs, spool)
    pieces = clean_pieces(source, limits, repairs)
    parse(builder, pieces, repairs)
    return builder.root


def parse(handler, pieces: Iterator[bytes], repairs: list[str]) -> None:
    """Feeds the pieces to `handler`: its `start`, `end`, `text` and, if it has one, `instruction`;
    `is_closed` says that the root has ended."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text, parser.buffer_size = True, PIECE
    parser.ordered_attributes = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.ProcessingInstructionHandler = getattr(handler, "instruction", None)
    parser.StartDoctypeDeclHandler = _refuse_document_type
    start, piece, following = 0, next(pieces, b""), b""
    try:
        while following is not None:
            # One piece ahead: text of which the parser knows that no more comes is read at once,
            # in a third of the time.
            following = next(pieces, None)
            parser.Parse(piece, following is None)
            if start + len(piece) - parser.CurrentByteIndex > LONGEST_TAG:
                raise malformed("too-many-elements", limit=LONGEST_TAG)
            start, piece = start + len(piece), following
    except expat.ExpatError as error:
        if not handler.is_closed:
            raise malformed("not-xml", detail=str(error)[:200]) from error
        rest = pieces if following is None else chain((following,), pieces)
        _check_rest(piece[max(0, parser.ErrorByteIndex - start) :], rest, repairs)


def _refuse_document_type(*_: object) -> None:
    raise malformed("dtd")


def _check_rest(rest: bytes, pieces: Iterator[bytes], repairs: list[str]) -> None:
    """What follows the document's end may be junk, but no second document."""
    while rest is not None:
        if b">" in rest:
            raise malformed("not-xml")
        rest = next(pieces, None)
    repairs.append(Repair.TRAILING_JUNK)


class _Builder:
    """Builds the tree, and bounds it while it grows."""

    def __init__(self, limits: Limits, repairs: list[str], spool: Spool | None) -> None:
        self._limits, self._repairs, self._spool = limits, repairs, spool
        self._open: list[Element] = []
        self._scopes: list[dict[str, str]] = [{"": "", "xml": XML_NAMESPACE}]
        self._texts: list[str] = []
        self._elements = self._text_bytes = self._place = 0
        self._undeclared: set[str] = set()
        self._payload: _PayloadText | None = None
        self.root: Element | None = None
        self.is_closed = False

    def start(self, tag: str, attributes: list[str]) -> None:
        self._bound(len(attributes) // 2)
        named, scope = {}, self._scopes[-1]
        if attributes:
            named = dict(zip(attributes[::2], attributes[1::2], strict=True))
            scope = self._declared(named)
            for name in named:
                self._namespace(name.rpartition(":")[0], scope)
        prefix, _, local = tag.rpartition(":")
        self._place += 1
        element = Element(local, self._namespace(prefix, scope), named, self._place)
        self._attach(element)
        self._scopes.append(scope)
        self._open.append(element)
        self._texts = []

    def end(self, _tag: str) -> None:
        element = self._open.pop()
        self._scopes.pop()
        if self._payload is not None:
            if element is self._payload.element:
                element.payload = self._payload.end()
                self._payload = None
        elif not element.children:
            element.text = "".join(self._texts)
        self._texts = []
        self.is_closed = not self._open

    def text(self, data: str) -> None:
        if self._payload is not None:
            self._payload.feed(data)
            return
        self._text_bytes += len(data)
        if self._text_bytes > self._limits.text_bytes:
            raise malformed("too-large", limit=self._limits.text_bytes)
        self._texts.append(data)

    def _bound(self, attributes: int) -> None:
        self._elements += 1 + attributes
        if self._elements > self._limits.elements:
            raise malformed("too-many-elements", limit=self._limits.elements)
        if len(self._open) >= self._limits.depth:
            raise malformed("too-deep", limit=self._limits.depth)

    def _attach(self, element: Element) -> None:
        if not self._open:
            self.root = element
            return
        parent = self._open[-1]
        if not parent.children:
            parent.text = "".join(self._texts)
        parent.children.append(element)
        if self._payload is None and (element.name, parent.name) == (PAYLOAD, AROUND_PAYLOAD):
            self._payload = _PayloadText(element, self._spool, self._limits)

    def _declared(self, attributes: dict[str, str]) -> dict[str, str]:
        scope = self._scopes[-1]
        declared = {
            name[6:]: uri
            for name, uri in attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        return scope | declared if declared else scope

    def _namespace(self, prefix: str, scope: dict[str, str]) -> str:
        """Of an undeclared prefix only `edXML` means something: the standard's own namespace."""
        if (namespace := scope.get(prefix)) is not None:
            return namespace
        if prefix == "xmlns":
            return ""
        if prefix not in self._undeclared:
            if len(self._undeclared) == MOST_UNDECLARED:
                raise malformed("not-xml", detail="undeclared prefixes")
            self._undeclared.add(prefix)
            self._repairs.append(f"{Repair.UNDECLARED_PREFIX}:{prefix[:40]}")
        return NAMESPACE if prefix.lower() == "edxml" else f"urn:undeclared:{prefix}"


class _PayloadText:
    """The text of one attachment on its way into the spool."""

    def __init__(self, element: Element, spool: Spool | None, limits: Limits) -> None:
        self.element, self._spool, self._limits = element, spool, limits
        self._decoder = Decoder()
        self._start = spool.size if spool else 0
        self.feed = self._feed if spool else self._skip

    def _feed(self, text: str) -> None:
        self._keep(self._decoder.feed(text))

    def _skip(self, text: str) -> None:
        """Who carries a package only does not look into its files."""

    def _keep(self, data: bytes) -> None:
        self._spool.write(data)
        if self._spool.size - self._start > self._limits.attachment_bytes:
            raise malformed("attachment-too-large", limit=self._limits.attachment_bytes)
        if self._spool.size > self._limits.total_bytes:
            raise malformed("attachment-too-large", limit=self._limits.total_bytes)

    def end(self) -> Payload | None:
        if self._spool is None:
            return None
        last = self._decoder.end()
        self._keep(last.data)
        return Payload(self._spool.section(self._start), last.repairs, last.damaged)
