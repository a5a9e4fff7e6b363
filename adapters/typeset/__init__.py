"""Official documents typeset in the layout of NĐ 30/2020/NĐ-CP, Phụ lục I, as PDF/A-2b.

`typeset_document` gives the PDF and the places where number, date, signature and seal belong. The
compiler gets the texts as one JSON input and only the bundled fonts, so that the same form gives
the same bytes on every machine and nothing typed can act as markup.
"""

import json
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import typst

from adapters.typeset.body import clean, paragraphs
from domain.places import Box, Places
from domain.seals import seal_box

HERE = Path(__file__).parent
LAYOUT_DATE = datetime(2020, 3, 5, tzinfo=UTC)  # NĐ 30/2020
PAGE_HEIGHT = 841.89  # A4, points
FIELD_SIZE = 13.0  # points: the size of number and date (Phụ lục I, mục IV)
FIELD_BASELINE = 0.216 * FIELD_SIZE  # points from the bottom of the box to the baseline
URGENCY_WIDTHS = {"KHẨN": 20, "THƯỢNG KHẨN": 40, "HỎA TỐC": 30}  # mm (Phụ lục I, mục II)
LETTER = "công văn"

_UNIT_WORDS = r"(?=(?:TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|THỊ XÃ|THỊ TRẤN|PHƯỜNG|XÃ|ĐẶC KHU)\s)"
_ISSUER_BREAK = re.compile(rf"^((?:ỦY BAN|UỶ BAN|HỘI ĐỒNG) NHÂN DÂN) {_UNIT_WORDS}")
_ABOUT = re.compile(r"^(v/v|về việc)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class DocumentForm:
    """What an officer fills in. Every text is plain; `body` has one paragraph a line.

    A line end in `superior_name` or `issuer_name` is kept, otherwise names of people's committees
    break before the name of the place. `type_name` "Công văn" gives a letter ("V/v" under the
    number, no heading); any other kind a heading. `urgency` is "" or a key of `URGENCY_WIDTHS`.
    """

    type_name: str
    issuer_name: str
    notation: str
    place: str
    subject: str
    body: str
    authority: tuple[str, ...]
    signer_name: str
    superior_name: str = ""
    addressees: tuple[str, ...] = ()
    to_places: tuple[str, ...] = ()
    urgency: str = ""
    typist: str = ""
    # Leaders who sign after the first: the lines of their authority, and their name.
    cosigners: tuple[tuple[tuple[str, ...], str], ...] = ()


@dataclass(frozen=True)
class Typeset:
    """A PDF/A-2b file and where its four places are."""

    pdf: bytes
    places: Places


def typeset_document(form: DocumentForm, made_at: datetime = LAYOUT_DATE) -> Typeset:
    """Typeset `form`; number and date stay empty rooms for the fields that the clerk fills.

    `made_at` is the creation time PDF/A demands in the file. It stays fixed unless given, so that
    typesetting the same form again gives the same digest.
    """
    inputs = {"form": json.dumps(_inputs(form), ensure_ascii=False)}
    with _lock:  # the compiler keeps the inputs of its last run for the query
        pdf = _compiler().compile(
            format="pdf", sys_inputs=inputs, pdf_standards=["a-2b"], timestamp=made_at
        )
        marks = json.loads(_compiler().query("<place>", field="value"))
    return Typeset(pdf, _places({mark["name"]: _box(mark) for mark in marks}))


@cache
def font_bytes(style: str = "Regular") -> bytes:
    """The bundled Liberation Serif 2 as TrueType; `style` Regular, Bold, Italic or BoldItalic."""
    return (HERE / "fonts" / f"LiberationSerif-{style}.ttf").read_bytes()


_lock = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )
    return typst.Compiler(HERE / "official.typ", root=HERE, font_paths=fonts)


def _inputs(form: DocumentForm) -> dict:
    letter = form.type_name.strip().casefold() in ("", LETTER)
    subject = _line(form.subject)
    recipients = [_line(line).removeprefix("- ") for line in form.to_places if line.strip()]
    if recipients and form.typist.strip():
        recipients[-1] += f" {_line(form.typist)}"
    return {
        "title": f"{_line(form.type_name)}: {subject}",
        "author": _line(form.issuer_name),
        "letter": letter,
        "kind": _line(form.type_name).upper(),
        "superior": name_lines(form.superior_name),
        "issuer": name_lines(form.issuer_name),
        "notation": _line(form.notation),
        "place": _line(form.place),
        "subject": _ABOUT.sub("", subject) if letter else subject,
        "body": paragraphs(form.body),
        "addressees": _punctuated(form.addressees),
        "authority": [_line(line) for line in form.authority],
        "signer": _line(form.signer_name),
        "cosigners": [
            {"authority": [_line(line) for line in lines], "name": _line(name)}
            for lines, name in form.cosigners
        ],
        "recipients": recipients,
        "urgency": form.urgency,
        "urgency_width": URGENCY_WIDTHS.get(form.urgency, 0),
    }


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def name_lines(name: str) -> list[str]:
    lines = [" ".join(line.split()).upper() for line in clean(name).split("\n")]
    parts = [part for line in lines for part in _ISSUER_BREAK.sub(r"\1\n", line).split("\n")]
    return [part.replace(" - ", "\u00a0- ") for part in parts if part]  # no line starts with "-"


def _punctuated(addressees: tuple[str, ...]) -> list[str]:
    # Phụ lục I, mục II: several addressees end with ";", the last with ".".
    names = [_line(name).removeprefix("- ").rstrip(";.") for name in addressees if name.strip()]
    return [f"{name};" for name in names[:-1]] + [f"{name}." for name in names[-1:]]


def _box(mark: dict) -> Box:
    bottom = PAGE_HEIGHT - mark["y"] - mark["height"]
    return Box(mark["page"] - 1, mark["x"], bottom, mark["width"], mark["height"])


def _places(boxes: dict[str, Box]) -> Places:
    others = tuple(boxes[name] for name in sorted(boxes) if re.fullmatch(r"leader\d", name))
    leader = boxes["leader"]
    return Places(boxes["number"], boxes["date"], leader, seal_box(leader), others)
