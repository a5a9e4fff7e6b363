"""Scans on their way into a register: kept aside between "read the file" and "register", so that
nobody uploads twice. Whether a document is secret is known only when it is registered (law 10): its
scan lies apart from the file store till then, a day at most, and goes once a secrecy is named."""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from adapters import pdf
from adapters.files import media_type
from adapters.pdf.scans import pdf_of_picture
from domain.errors import Invalid, NotFound
from domain.permissions import Relation, require
from domain.roles import Actor
from services.incoming.text import clipped
from services.office import Office

PDF = "application/pdf"
PICTURES = frozenset({"image/png", "image/jpeg", "image/tiff"})
KEPT_SECONDS = 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Upload:
    """A checked scan: a PDF, whatever picture it came as. `token` names it to the same person."""

    token: str
    name: str
    data: bytes

    @property
    def facts(self) -> pdf.DocumentFacts:
        """What a text PDF says of itself; all empty for a scan."""
        return pdf.read_facts(self.data)

    @property
    def pages(self) -> int:
        return pdf.inspect(self.data).pages


def keep(office: Office, actor: Actor, name: str, data: bytes) -> Upload:
    """Checks what was uploaded and keeps it aside. Raises Forbidden("not-allowed"), Invalid: the
    `pdf-…` codes of `adapters.pdf.inspect`, "scan-type", "picture-broken", "too-large"."""
    require(actor, "incoming:create", {Relation.AGENCY})
    limit = office.settings.max_upload
    if len(data) > limit:
        raise Invalid("too-large", field="file", limit=limit // 1024 // 1024)
    kind = media_type(data, name)
    if kind in PICTURES:
        data, name = pdf_of_picture(data), f"{Path(name).stem}.pdf"
    elif data and kind != PDF:
        raise Invalid("scan-type", field="file", name=clipped(name, 100))
    pdf.inspect(data, max_bytes=limit)
    folder = _folder(office, actor)
    folder.mkdir(parents=True, exist_ok=True)
    upload = Upload(secrets.token_hex(16), clipped(" ".join(Path(name).name.split()), 500), data)
    temporary = folder / f".{upload.token}"
    temporary.write_bytes(upload.name.encode() + b"\n" + data)
    now = office.now().timestamp()
    os.utime(temporary, (now, now))  # a day by the office's clock
    os.replace(temporary, folder / upload.token)
    return upload


def take(office: Office, actor: Actor, token: str) -> Upload:
    """What this person uploaded under this token; NotFound("upload-gone") after a day."""
    path = _folder(office, actor) / token
    if not _TOKEN.fullmatch(token) or _is_over(office, path):
        raise NotFound("upload-gone")
    name, _newline, data = path.read_bytes().partition(b"\n")
    return Upload(token, name.decode(), data)


def forget(office: Office, actor: Actor, token: str) -> None:
    if _TOKEN.fullmatch(token):
        (_folder(office, actor) / token).unlink(missing_ok=True)


def forget_all(office: Office, actor: Actor) -> None:
    """Removes everything this person left, under whatever token."""
    for path in _folder(office, actor).glob("*"):
        path.unlink(missing_ok=True)


def forget_abandoned(office: Office) -> None:
    """Removes whatever anybody left for a day without registering it; called by the sweeper."""
    for path in _root(office).glob("*/*"):
        if _is_over(office, path):
            path.unlink(missing_ok=True)


def picture(upload: Upload, number: int) -> bytes:
    """Page `number` (from 1) as WebP, to type from; NotFound("pdf-no-page")."""
    return pdf.page_image(upload.data, number - 1).webp


def _folder(office: Office, actor: Actor) -> Path:
    return _root(office) / str(actor.person_id)


def _root(office: Office) -> Path:
    return office.settings.data_dir / "uploads"


def _is_over(office: Office, path: Path) -> bool:
    """Kept for a day, or gone already."""
    try:
        return office.now().timestamp() - path.stat().st_mtime > KEPT_SECONDS
    except FileNotFoundError:
        return True
