"""Reading by local name: any prefix, any order, unknown elements ignored. A missing element is an
empty node, so that a header is read in straight lines."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from lxml import etree

from adapters.edxml import times
from adapters.edxml.repairs import Repair

DETAIL_LENGTH = 80


class Node:
    """One element, or the lack of one; `repairs` is shared by all nodes of a message."""

    def __init__(self, element: etree._Element | None, repairs: list[str]) -> None:
        self.element = element
        self.repairs = repairs

    def __bool__(self) -> bool:
        return self.element is not None

    @property
    def name(self) -> str:
        return "" if self.element is None else etree.QName(self.element).localname

    @property
    def namespace(self) -> str:
        return "" if self.element is None else etree.QName(self.element).namespace or ""

    @property
    def value(self) -> str:
        return "" if self.element is None else (self.element.text or "").strip()

    def all(self, *names: str) -> list["Node"]:
        return [Node(child, self.repairs) for child in self._children(names)]

    def one(self, *names: str) -> "Node":
        return Node(next(self._children(names), None), self.repairs)

    def everywhere(self, name: str) -> list["Node"]:
        found = () if self.element is None else self.element.iter(f"{{*}}{name}")
        return [Node(element, self.repairs) for element in found]

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

    def _children(self, names: tuple[str, ...]) -> Iterator[etree._Element]:
        """Those of any namespace; matched in C, as a message may have 12,000 recipients."""
        if self.element is None:
            return iter(())
        return self.element.iterchildren(*(f"{{*}}{name}" for name in names))

    def _time(self, name: str, read: Callable):
        text = self.text(name)
        value = read(text) if text else None
        if text and value is None:
            self.mend(Repair.UNREADABLE_TIME, f"{name}={text}")
        return value
