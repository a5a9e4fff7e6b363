"""Reading by local name: any prefix, any order, unknown elements ignored. A missing element is an
empty node, so that a header is read in straight lines."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from adapters.edxml import times
from adapters.edxml.frame import Element
from adapters.edxml.payloads import NOTHING, Payload
from adapters.edxml.repairs import Repair

DETAIL_LENGTH = 80


class Node:
    """One element, or the lack of one; `repairs` is shared by all nodes of a message."""

    def __init__(self, element: Element | None, repairs: list[str]) -> None:
        self.element = element
        self.repairs = repairs

    def __bool__(self) -> bool:
        return self.element is not None

    @property
    def name(self) -> str:
        return "" if self.element is None else self.element.name

    @property
    def namespace(self) -> str:
        return "" if self.element is None else self.element.namespace

    @property
    def value(self) -> str:
        return "" if self.element is None else self.element.text.strip()

    @property
    def all_text(self) -> str:
        """The text, or those of the children where a producer has written a list."""
        children = () if self.element is None else self.element.children
        texts = (child.text.strip() for child in children)
        return self.value or "; ".join(text for text in texts if text)

    def all(self, *names: str) -> list["Node"]:
        return [Node(child, self.repairs) for child in self._children(names)]

    def one(self, *names: str) -> "Node":
        return Node(next(self._children(names), None), self.repairs)

    def everywhere(self, name: str) -> list["Node"]:
        """This element and all below it that bear the name, in the order of the message. What lies
        in a signature is no part of what is signed."""
        found, ahead = [], [] if self.element is None else [self.element]
        while ahead:
            element = ahead.pop()
            if element.name == name:
                found.append(Node(element, self.repairs))
            if element.name != "Signature":
                ahead.extend(reversed(element.children))
        return found

    @property
    def payload(self) -> Payload:
        return (self.element and self.element.payload) or NOTHING

    def attribute(self, name: str) -> str:
        return "" if self.element is None else self.element.attributes.get(name, "").strip()

    def text(self, name: str) -> str:
        return self.one(name).value

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(node.value for node in self.all(name) if node.value)

    def integer(self, name: str, default: int = 0) -> int:
        text = self.text(name)
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) <= 9:
            return int(text)
        self.mend(Repair.NOT_A_NUMBER, f"{name}={text}")
        return default

    def flag(self, name: str) -> bool:
        """True for "true" or a number above 0: Paper is a page count for one producer."""
        text = self.text(name).lower()
        return text == "true" or (text.isascii() and text.isdigit() and text.strip("0") != "")

    def day(self, name: str) -> date | None:
        return self._time(name, times.read_day)

    def moment(self, name: str) -> datetime | None:
        return self._time(name, times.read_moment)

    def mend(self, code: Repair, detail: str = "") -> None:
        self.repairs.append(f"{code}:{detail[:DETAIL_LENGTH]}" if detail else code)

    def _children(self, names: tuple[str, ...]) -> Iterator[Element]:
        children = () if self.element is None else self.element.children
        return (child for child in children if child.name in names)

    def _time(self, name: str, read: Callable):
        text = self.text(name)
        value = read(text) if text else None
        if text and value is None:
            self.mend(Repair.UNREADABLE_TIME, f"{name}={text}")
        return value
