"""How a file is put on the wire: raw where receivers expect it raw, else in a zip of one entry. The
zip's bytes depend on the file alone, so that a message written again is the same message."""

import base64
import tempfile
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters.edxml.kept import PIECE, pieces_of
from adapters.edxml.limits import MIB
from adapters.edxml.media import RAW_ON_WIRE, ZIPPED_ON_WIRE, bare_id, extension_of, plain_name
from adapters.edxml.package import Attachment
from domain.errors import Invalid

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
SPACE = uuid.UUID("8d1c4f0a-3f0e-5f0b-9f57-4d1c0a6e2b11")


@dataclass(frozen=True)
class Wrapped:
    """`entry_name` is that of the file within its zip, empty where it goes raw."""

    attachment: Attachment
    name: str
    content_id: str
    content_type: str
    entry_name: str

    def text(self) -> Iterator[bytes]:
        """The base64 text by pieces."""
        pieces = pieces_of(self.attachment.data)
        return _base64(_zipped(self.entry_name, self.attachment) if self.entry_name else pieces)


def wrap(attachment: Attachment, document_id: str, place: int) -> Wrapped:
    """Name, id, wire type and base64 text of an attachment; `place` counts from 1.

    Raises Invalid attachment-empty for a zip without a byte: raw is how a zip must go, and readers
    fail on an empty raw file.
    """
    name = plain_name(attachment.name)
    extension = extension_of(name)
    raw_type = RAW_ON_WIRE.get(extension)
    if extension == "zip" and not attachment.size:
        raise Invalid("attachment-empty", name=attachment.name)
    seed = f"{document_id}\n{place}\n{attachment.sha256}"
    unique = str(uuid.uuid5(SPACE, seed))
    is_raw = bool(raw_type and attachment.size)
    return Wrapped(
        attachment=attachment,
        name=name,
        content_id=bare_id(attachment.content_id) or unique,
        content_type=raw_type if is_raw else ZIPPED_ON_WIRE,
        entry_name="" if is_raw else f"{unique}.{extension or 'bin'}",
    )


def _zipped(entry_name: str, attachment: Attachment) -> Iterator[bytes]:
    entry = zipfile.ZipInfo(entry_name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.file_size = attachment.size
    with tempfile.SpooledTemporaryFile(MIB) as target:
        with zipfile.ZipFile(target, "w") as archive, archive.open(entry, "w") as file:
            for piece in pieces_of(attachment.data):
                file.write(piece)
        target.seek(0)
        while piece := target.read(PIECE):
            yield piece


def _base64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        data = rest + piece
        whole = len(data) // 3 * 3
        rest = data[whole:]
        yield base64.b64encode(data[:whole])
    yield base64.b64encode(rest)
