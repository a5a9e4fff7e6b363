"""Canonical XML 1.0 and its exclusive form, without comments, by stream: what an XML signature is
made over. A parser's handler that writes the canonical bytes of a whole document, of one element,
or of all but one element."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from adapters.edxml.errors import malformed
from adapters.edxml.frame import XML_NAMESPACE

_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_IN_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
)

Scope = dict[str, str]


@dataclass(frozen=True)
class Form:
    """Which of the two forms; the exclusive one may be told prefixes to treat as the other does."""

    is_exclusive: bool = False
    prefixes: Collection[str] = ()


class Canonical:
    """`only` and `without` are places of elements in the order of the document, from 1."""

    def __init__(
        self, write: Callable[[bytes], object], form: Form, only: int = 0, without: int = 0
    ) -> None:
        self._write, self._form, self._only, self._without = write, form, only, without
        self._place = 0
        self._scopes: list[Scope] = [{"": "", "xml": XML_NAMESPACE}]
        self._rendered: list[Scope] = [{"": "", "xml": XML_NAMESPACE}]
        self._written: list[bool] = []  # of the elements that are open
        self.is_closed = False

    @property
    def _is_writing(self) -> bool:
        return self._written[-1] if self._written else not self._only

    def start(self, tag: str, attributes: list[str]) -> None:
        self._place += 1
        named = dict(zip(attributes[::2], attributes[1::2], strict=True))
        declared = {
            name[6:]: uri
            for name, uri in named.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        scope = self._scopes[-1] | declared
        self._scopes.append(scope)
        is_wanted = self._is_writing or self._place == self._only
        self._written.append(is_wanted and self._place != self._without)
        if not self._written[-1]:
            self._rendered.append(self._rendered[-1])
            return
        plain = {n: v for n, v in named.items() if n != "xmlns" and not n.startswith("xmlns:")}
        self._element(tag, plain, scope)

    def end(self, tag: str) -> None:
        if self._written.pop():
            self._write(f"</{tag}>".encode())
        self._scopes.pop()
        self._rendered.pop()
        self.is_closed = not self._written

    def text(self, data: str) -> None:
        if self._written and self._is_writing:
            self._write(data.translate(_IN_TEXT).encode() if _needs_care(data) else data.encode())

    def instruction(self, target: str, data: str) -> None:
        if not self._is_writing:
            return
        text = f"<?{target} {data}?>" if data else f"<?{target}?>"
        if not self._written:
            text = f"\n{text}" if self.is_closed else f"{text}\n"
        self._write(text.encode())

    def _element(self, tag: str, attributes: dict[str, str], scope: Scope) -> None:
        rendered = self._rendered[-1]
        shown = {
            prefix: uri
            for prefix, uri in self._candidates(tag, attributes, scope).items()
            if rendered.get(prefix) != uri
        }
        self._rendered.append(rendered | shown)
        parts = [
            f' xmlns{":" if prefix else ""}{prefix}="{_quoted(uri)}"'
            for prefix, uri in sorted(shown.items())
        ]
        for name in sorted(attributes, key=lambda name: _sort_key(name, scope)):
            parts.append(f' {name}="{_quoted(attributes[name])}"')
        self._write(f"<{tag}{''.join(parts)}>".encode())

    def _candidates(self, tag: str, attributes: dict[str, str], scope: Scope) -> Scope:
        if not self._form.is_exclusive:
            return scope
        used = {_prefix(tag), *(p for p in map(_prefix, attributes) if p)}
        used |= set(self._form.prefixes) & set(scope)
        return {prefix: _uri(prefix, scope) for prefix in used}


def _prefix(name: str) -> str:
    return name.rpartition(":")[0]


def _uri(prefix: str, scope: Scope) -> str:
    """Raises MalformedPackage for a prefix without a declaration: it has no canonical form."""
    if prefix not in scope:
        raise malformed("not-xml", detail="undeclared prefix")
    return scope[prefix]


def _sort_key(name: str, scope: Scope) -> tuple[str, str]:
    prefix, _, local = name.rpartition(":")
    return (_uri(prefix, scope) if prefix else "", local)


def _quoted(text: str) -> str:
    return text.translate(_IN_ATTRIBUTE)


def _needs_care(text: str) -> bool:
    return "&" in text or "<" in text or ">" in text or "\r" in text
