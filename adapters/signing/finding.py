"""Finding fields and pages in a file: which fields a document has, and where they are displayed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.signing.geometry import PageFrame, frame_of
from adapters.signing.pdf import broken_as_refusal, entry
from domain.errors import Invalid
from domain.places import Box

NUMBER, DATE, LEADER, SEAL = "Number", "IssuedDate", "Leader", "Seal"
TEXT_FIELDS = (NUMBER, DATE)
ALL_FIELDS = (NUMBER, DATE, LEADER, SEAL)
_LEADERS = re.compile(rf"{LEADER}\d*")
DEEPEST = 64  # levels of a page tree


@dataclass(frozen=True)
class Field:
    """A field found in a file: its dictionary, its displayed box and the frame of its page."""

    reference: generic.IndirectObject
    dictionary: generic.DictionaryObject
    box: Box
    frame: PageFrame


def leader_field(turn: int) -> str:
    """The field of the leader who signs as the first, second … of a document."""
    return LEADER if turn == 1 else f"{LEADER}{turn}"


def beside_field(field: str) -> str:
    """The new field beside that of a leader who follows one that did not certify."""
    return f"Signed{field}"


def leader_fields(names: Iterable[str]) -> frozenset[str]:
    """Those of a file's fields that leaders sign."""
    return frozenset(name for name in names if _LEADERS.fullmatch(name))


def find_fields(reader: PdfFileReader, names: tuple[str, ...] = ALL_FIELDS) -> dict[str, Field]:
    """These fields by name; Invalid("pdf-not-prepared") if one is missing or on no page."""
    found: dict[str, Field] = {}
    with broken_as_refusal("pdf-not-prepared"):
        wanted = {
            reference.idnum: str(field["/T"])
            for reference in reader.root["/AcroForm"]["/Fields"]
            if str((field := reference.get_object())["/T"]) in names
        }
        for number, page in pages_outside_in(reader):
            if len(found) == len(wanted):
                break
            for reference in entry(page, "/Annots", ()):
                label = wanted.get(getattr(reference, "idnum", None))
                if label is not None:
                    found[label] = _field(reference, reference.get_object(), number, page)
    if not found.keys() >= set(names):
        raise Invalid("pdf-not-prepared", field="file")
    return found


def pages_outside_in(
    reader: PdfFileReader,
) -> Iterator[tuple[int, generic.DictionaryObject]]:
    """Number and dictionary of each page: the first, then from the last backwards. The fields of a
    document are on its first and last page, and it may have thousands."""
    leaves = list(_leaves(reader.root.raw_get("/Pages")))
    for number in (0, *range(len(leaves) - 1, 0, -1)):
        yield number, leaves[number].get_object()


def _leaves(node: generic.IndirectObject, depth: int = 0) -> Iterator[generic.IndirectObject]:
    """References of the pages under a node; a node that has as many pages as children need not
    have each of them read."""
    branch = node.get_object()
    if depth > DEEPEST:
        raise Invalid("pdf-broken", field="file")
    if "/Kids" not in branch:
        yield node
        return
    kids = branch["/Kids"]
    if int(branch["/Count"]) == len(kids):
        yield from kids
        return
    for kid in kids:
        yield from _leaves(kid, depth + 1)


def page_at(
    reader: PdfFileReader, number: int
) -> tuple[generic.IndirectObject, generic.DictionaryObject]:
    leaves = list(_leaves(reader.root.raw_get("/Pages")))
    if not 0 <= number < len(leaves):
        raise Invalid("place-outside-page", page=number + 1)
    return leaves[number], leaves[number].get_object()


def _field(
    reference: generic.IndirectObject,
    field: generic.DictionaryObject,
    number: int,
    page: generic.DictionaryObject,
) -> Field:
    frame = frame_of(page)
    rect = tuple(float(value) for value in field["/Rect"])
    return Field(reference, field, frame.to_displayed(rect, number), frame)
