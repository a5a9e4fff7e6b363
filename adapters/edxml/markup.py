"""XML text with literal prefixes. A serializer that knows namespaces folds `edXML:From` into the
default namespace, which is equal in XML and refused by receivers beyond the province; so the few
lines that write elements are our own."""

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
NEW_LINE = "\r\n"
PREFIX = "edXML:"

# Outside of XML 1.0: controls, surrogates, the two non-characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Lines = list[str]


def leaf(tag: str, value: str | int | None, prefix: str = PREFIX) -> Lines:
    """One line, or none where there is nothing to say: the format knows no empty elements."""
    if value is None or (isinstance(value, int) and value < 0):
        return []
    text = escape(clean(str(value)))
    return verbatim(tag, text, prefix=prefix) if text else []


def verbatim(tag: str, text: str, attributes: str = "", prefix: str = PREFIX) -> Lines:
    """One line with text that is already XML: the base64 of a large file is not looked through."""
    return [f"<{prefix}{tag}{attributes}>{text}</{prefix}{tag}>"]


def branch(
    tag: str, children: Iterable[Lines], prefix: str = PREFIX, attributes: str = ""
) -> Lines:
    """The element around its children's lines; self-closed where they are none."""
    inner = [f"  {line}" for child in children for line in child]
    name = prefix + tag
    if not inner:
        return [f"<{name}{attributes} />"]
    return [f"<{name}{attributes}>", *inner, f"</{name}>"]


def branch_if_any(tag: str, children: Sequence[Lines]) -> Lines:
    return branch(tag, children) if any(children) else []


def clean(text: str) -> str:
    """The text without what XML forbids, trimmed, with plain newlines."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _FORBIDDEN.sub("", plain).strip()


def document(root: Lines) -> bytes:
    return NEW_LINE.join([DECLARATION, *root, ""]).encode()
