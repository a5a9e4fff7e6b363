"""Files enclosed with a draft: looked at when they come, so that one the agency could never sign is
told while another can still be chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from adapters import pdf
from adapters.files import PDF, media_type
from adapters.signing.blocks import manner_of
from domain.enclosures import Manner
from domain.errors import Invalid
from domain.text import nfc
from models.outgoing import Enclosure, OutgoingDocument
from services.outgoing.form import Upload
from services.unit_of_work import Work

MAX_NAME = 200
LONGEST_ENDING = 20
# What the agency's signature adds to a file at most: block, font, certificates.
GROWTH = 64 * 1024
TOLD = {"pdf-encrypted": "enclosure-encrypted"}


@dataclass(frozen=True)
class Enclosed:
    """A file to enclose, with how the agency will sign it."""

    name: str
    data: bytes
    media_type: str
    manner: Manner


def look_at(files: Iterable[Upload]) -> tuple[Enclosed, ...]:
    """Raises Invalid: enclosure-empty, enclosure-encrypted, enclosure-broken (each names its
    file)."""
    return tuple(map(_look_at, files))


def write(
    work: Work, doc: OutgoingDocument, removed: frozenset[int], added: Iterable[Enclosed]
) -> None:
    """Takes enclosures off the draft and puts others on it."""
    for enclosure in list(doc.enclosures):
        if enclosure.id in removed:
            doc.enclosures.remove(enclosure)
    for file in added:
        doc.enclosures.append(
            Enclosure(
                ordinal=max((e.ordinal for e in doc.enclosures), default=0) + 1,
                sha256=work.store(file.data, file.media_type),
                name=file.name,
                media_type=file.media_type,
                manner=file.manner,
            )
        )


def file_name(file: Upload) -> str:
    """The bare name of an uploaded file: no folders, no control characters, the ending kept."""
    name = nfc(file.name.replace("\\", "/").rpartition("/")[2]) or "tep"
    ending = PurePath(name).suffix[-LONGEST_ENDING:]
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - len(ending)] + ending


def _look_at(file: Upload) -> Enclosed:
    name = file_name(file)
    if not file.data:
        raise Invalid("enclosure-empty", field="enclosures", name=name)
    kind = media_type(file.data, file.name)
    manner = _manner(file.data, name) if kind == PDF else Manner.DETACHED
    return Enclosed(name, file.data, kind, manner)


def _manner(data: bytes, name: str) -> Manner:
    try:
        return manner_of(data)
    except Invalid:
        pass
    # Viewers open much that cannot be added to, and files that only forbid printing: those get
    # their signature beside them. What nobody can open is refused.
    try:
        pdf.inspect(data)
    except Invalid as refusal:
        code = TOLD.get(refusal.code, "enclosure-broken")
        raise Invalid(code, field="enclosures", name=name) from refusal
    return Manner.DETACHED
