"""Reading an office file (DOCX, XLSX, PPTX) as the package it is: parts, their content types, the
relationships between them (ECMA-376, part 2). Stricter than office programs are, for each of them
mends a crooked package in its own way, and then shows another than the one that was judged."""

import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from adapters.signing.xmldsig import Unreadable, parse
from domain.errors import Invalid

RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
SIGNATURES = "/_xmlsignatures/"
CONTENT_TYPES = "/[content_types].xml"
MOST_PARTS, MOST_BYTES = 10_000, 300 * 1024 * 1024
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_END, _END_SIZE = b"PK\x05\x06", 22
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# Of a package's root: what tells about the file, and the signatures themselves. Nobody signs them.
_UNSIGNED_TYPES = (
    "/package/2006/relationships/digital-signature/origin",
    "/metadata/core-properties",
    "/metadata/thumbnail",
    "/extended-properties",
    "/extendedProperties",
    "/custom-properties",
    "/customProperties",
)
_TELLING = ("/docprops/", "/package/services/metadata/")


class Relationship(NamedTuple):
    id: str
    type: str
    target: str
    is_external: bool

    @property
    def tells_of_file(self) -> bool:
        return not self.is_external and self.type.endswith(_UNSIGNED_TYPES)


@dataclass(frozen=True)
class Package:
    """Parts by their name: with a leading slash, in small letters, nothing percent-encoded."""

    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo]

    def read(self, name: str) -> bytes:
        """A part's bytes; Unreadable."""
        try:
            return self.archive.read(self.parts[name])
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, ValueError) as error:
            raise Unreadable from error

    def content_type(self, name: str) -> str:
        defaults, overrides = self._types
        return overrides.get(name) or defaults.get(name.rpartition(".")[2], "")

    @cached_property
    def _types(self) -> tuple[dict[str, str], dict[str, str]]:
        defaults: dict[str, str] = {}
        overrides: dict[str, str] = {}
        tables = {"Default": (defaults, "Extension"), "Override": (overrides, "PartName")}
        for each in parse(self.read(CONTENT_TYPES)).iterchildren(etree.Element):
            space, name = etree.QName(each).namespace, etree.QName(each).localname
            if space != _TYPES or name not in tables:
                raise Unreadable
            table, key = tables[name]
            named = each.get(key, "")
            named = part_name(named) if name == "Override" else named.lower()
            if named in table:
                raise Unreadable
            table[named] = each.get("ContentType", "").strip().lower()
        return defaults, overrides

    @cached_property
    def tell_of_file(self) -> set[str]:
        """The parts that only tell about the file: author, title, a small picture."""
        if "/_rels/.rels" not in self.parts:
            return set()
        found = relationships(parse(self.read("/_rels/.rels")))
        targets = {part_name(each.target) for each in found if each.tells_of_file}
        return {each for each in targets if each.startswith(_TELLING)}


def open_package(data: bytes) -> Package:
    """Refuses "office-broken" and "office-too-large"."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError) as error:
        raise Invalid("office-broken", field="file") from error
    if len(entries) > MOST_PARTS or sum(each.file_size for each in entries) > MOST_BYTES:
        raise Invalid("office-too-large", field="file")
    files = [each for each in entries if not each.is_dir()]
    parts = {part_name(each.filename): each for each in files}
    if len(parts) != len(files) or not _is_plain(data, entries):
        raise Invalid("office-broken", field="file")
    return Package(archive, parts)


def part_name(name: str) -> str:
    """The same for all spellings of a part's name."""
    return posixpath.normpath("/" + unquote(name).replace("\\", "/").lstrip("/")).lower()


def relationships(root: etree._Element) -> list[Relationship]:
    """Those of a relationships part; Unreadable where two bear the same name."""
    found = [
        Relationship(
            each.get("Id", ""),
            each.get("Type", ""),
            each.get("Target", ""),
            each.get("TargetMode", "Internal") != "Internal",
        )
        for each in root.iter(f"{{{RELATIONSHIPS}}}Relationship")
    ]
    if len({each.id for each in found}) != len(found):
        raise Unreadable
    return found


def _is_plain(data: bytes, entries: list[zipfile.ZipInfo]) -> bool:
    """Nothing before, behind or beside it that another reader might take for the package."""
    ends_there = data[-_END_SIZE:].startswith(_END)
    starts_there = min((each.header_offset for each in entries), default=-1) == 0
    readable = all(
        each.compress_type in _METHODS and not each.flag_bits & _ENCRYPTED for each in entries
    )
    return ends_there and starts_there and readable
