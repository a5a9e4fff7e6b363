"""From bytes to a bounded XML tree: the way in for every message, friendly or hostile.

Everything costly is bounded before libxml2 sees it, by counting `<` and quotes: no more elements
than `<`, no more attributes than pairs of quotes. A DTD is refused by its very first characters,
because attribute values would be expanded even by a parser told to leave entities alone.
"""

import codecs
import re
from dataclasses import dataclass

from lxml import etree

from adapters.edxml.errors import MalformedPackage, malformed
from adapters.edxml.repairs import Repair

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds in bytes and counts; `total_bytes` is the sum of the decoded attachments."""

    message_bytes: int = 120 * MIB
    attachment_bytes: int = 50 * MIB
    total_bytes: int = 200 * MIB
    attachments: int = 200
    elements: int = 200_000
    depth: int = 32


_CONTROLS = bytes(set(range(32)) - {9, 10, 13})
_SINGLE_BYTE = {"iso-8859-1", "windows-1252", "windows-1258"}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_OPENING = re.compile(rb"<(?:\?xml|!|[A-Za-z_])")
_ROOT_NAME = re.compile(rb"<(?![?!])[^\s/>]+")
_UNBOUND = re.compile(r"Namespace prefix (\S+)")


def parse_frame(data: bytes, limits: Limits, repairs: list[str]) -> etree._Element:
    """The root element of a message; what had to be mended is added to `repairs`.

    Raises MalformedPackage: too-large, encoding, dtd, too-many-elements, too-deep, not-xml.
    """
    if len(data) > limits.message_bytes:
        raise malformed("too-large", limit=limits.message_bytes)
    data = _trimmed(_without_mark(data, repairs), repairs)
    data = _as_declared(data, repairs)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise malformed("dtd")
    if max(data.count(b"<"), data.count(b'"') + data.count(b"'")) > 2 * limits.elements:
        raise malformed("too-many-elements", limit=limits.elements)
    root = _parsed(data, repairs)
    _check_depth(root, limits.depth)
    return root


def _without_mark(data: bytes, repairs: list[str]) -> bytes:
    """Bytes in which ASCII is ASCII: UTF-16 becomes UTF-8, a byte order mark goes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or data[:2] in (b"<\0", b"\0<"):
        repairs.append(Repair.UTF_16)
        encoding = "utf-16-le" if data[:1] in (b"<", b"\xff") else "utf-16-be"
        return _recoded(data, encoding).removeprefix(codecs.BOM_UTF8)
    if data.startswith(codecs.BOM_UTF8):
        repairs.append(Repair.BYTE_ORDER_MARK)
    return data.removeprefix(codecs.BOM_UTF8)


def _as_declared(data: bytes, repairs: list[str]) -> bytes:
    """UTF-8 from what the declaration names. An announced UTF-16 is not believed: real UTF-16 was
    seen by its bytes, and .NET writers announce it above UTF-8 text."""
    declared = _DECLARED.match(data)
    encoding = declared.group(1).decode().lower() if declared else "utf-8"
    if encoding in {"utf-8", "utf8", "us-ascii", "utf-16"}:
        return data
    if encoding not in _SINGLE_BYTE:
        raise malformed("encoding", encoding=encoding)
    repairs.append(f"{Repair.ENCODING}:{encoding}")
    return _recoded(data, encoding)


def _recoded(data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except UnicodeError as error:
        raise malformed("encoding", encoding=encoding) from error


def _trimmed(data: bytes, repairs: list[str]) -> bytes:
    """The document alone: no characters XML forbids, nothing before the prolog or after the end."""
    cleaned = data.translate(None, _CONTROLS)
    if len(cleaned) != len(data):
        repairs.append(Repair.CONTROL_CHARACTERS)
    opening = _OPENING.search(cleaned)
    start = opening.start() if opening else 0
    if start > 0:
        repairs.append(Repair.LEADING_JUNK)
    end = cleaned.rfind(b">") + 1
    if cleaned[end:].strip():
        repairs.append(Repair.TRAILING_JUNK)
    return cleaned[start:end] if start or end < len(cleaned) else cleaned


def _parsed(data: bytes, repairs: list[str]) -> etree._Element:
    bound: set[str] = set()
    for _ in range(4):  # the parser's log is short: many prefixes may take a second look
        parser = _parser()
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            unbound = [p for p in dict.fromkeys(_unbound_prefixes(parser)) if p not in bound]
            if not unbound:
                raise _syntax_refusal(error) from error
            repairs.extend(f"{Repair.UNDECLARED_PREFIX}:{prefix}" for prefix in unbound)
            bound.update(unbound)
            data = _with_prefixes(data, unbound)
    raise malformed("not-xml")


def _parser() -> etree.XMLParser:
    """`huge_tree` because one attachment may be one text of 70 MB; our own bounds stand instead."""
    return etree.XMLParser(
        encoding="utf-8",
        huge_tree=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _unbound_prefixes(parser: etree.XMLParser) -> list[str]:
    undefined = (e for e in parser.error_log if e.type_name == "NS_ERR_UNDEFINED_NAMESPACE")
    return [found.group(1) for e in undefined if (found := _UNBOUND.match(e.message))]


def _with_prefixes(data: bytes, prefixes: list[str]) -> bytes:
    """The root with the missing declarations; only `edXML` means the standard's own namespace."""
    uris = {p: NAMESPACE if p.lower() == "edxml" else f"urn:undeclared:{p}" for p in prefixes}
    declarations = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in uris.items())
    return _ROOT_NAME.sub(lambda name: name.group(0) + declarations.encode(), data, count=1)


def _syntax_refusal(error: etree.XMLSyntaxError) -> MalformedPackage:
    if "Excessive depth" in str(error):
        return malformed("too-deep")
    return malformed("not-xml", detail=str(error)[:200])


def _check_depth(root: etree._Element, limit: int) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            raise malformed("too-deep", limit=limit)
