"""How a file is put on the wire: raw where receivers expect it raw, else in a zip of one entry. The
zip's bytes depend on the file alone, so that a message written again is the same message."""

import base64
import io
import uuid
import zipfile
from typing import NamedTuple

from adapters.edxml.media import RAW_ON_WIRE, ZIPPED_ON_WIRE, bare_id, extension_of, plain_name
from adapters.edxml.package import Attachment
from domain.errors import Invalid

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
SPACE = uuid.UUID("8d1c4f0a-3f0e-5f0b-9f57-4d1c0a6e2b11")


class Wrapped(NamedTuple):
    name: str
    content_id: str
    content_type: str
    text: str


def wrap(attachment: Attachment, document_id: str, place: int) -> Wrapped:
    """Name, id, wire type and base64 text of an attachment; `place` counts from 1.

    Raises Invalid attachment-empty for a zip without a byte: raw is how a zip must go, and readers
    fail on an empty raw file.
    """
    name = plain_name(attachment.name)
    extension = extension_of(name)
    raw_type = RAW_ON_WIRE.get(extension)
    if extension == "zip" and not attachment.data:
        raise Invalid("attachment-empty", name=attachment.name)
    seed = f"{document_id}\n{place}\n{attachment.sha256}"
    unique = str(uuid.uuid5(SPACE, seed))
    is_raw = bool(raw_type and attachment.data)
    data = attachment.data if is_raw else _zipped(f"{unique}.{extension or 'bin'}", attachment.data)
    return Wrapped(
        name=_lower_zip(name),
        content_id=bare_id(attachment.content_id) or unique,
        content_type=raw_type if is_raw else ZIPPED_ON_WIRE,
        text=base64.b64encode(data).decode(),
    )


def _zipped(entry_name: str, data: bytes) -> bytes:
    target = io.BytesIO()
    entry = zipfile.ZipInfo(entry_name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry, data, compresslevel=6)
    return target.getvalue()


def _lower_zip(name: str) -> str:
    """`x.ZIP` becomes `x.zip`: the national reader unzips the one and keeps the other whole."""
    return f"{name[:-4]}.zip" if name.lower().endswith(".zip") else name
