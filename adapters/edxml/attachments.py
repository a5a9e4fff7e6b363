"""The attachments of a message: matched with the manifest, taken out of their zip, and marked where
their bytes are damaged. The document stays readable whatever has become of a file."""

from adapters.edxml.errors import malformed
from adapters.edxml.kept import Keep, Watch
from adapters.edxml.limits import Limits
from adapters.edxml.media import (
    MEDIA_TYPES,
    RAW_ON_WIRE,
    UNKNOWN,
    ZIPPED_ON_WIRE,
    bare_id,
    extension_of,
    media_type_of,
    plain_name,
)
from adapters.edxml.nodes import Node
from adapters.edxml.package import Attachment
from adapters.edxml.repairs import Repair
from adapters.edxml.unzipping import ZIP_TYPES, look_inside, pieces_of

PDF, PDF_START = "application/pdf", b"%PDF-"
PLAIN_TEXT = {"txt", "csv", "html", "htm", "xml", "json"}
NAMED_TYPES = {*MEDIA_TYPES.values(), *RAW_ON_WIRE.values()} - ZIP_TYPES


def read_attachments(root: Node, limits: Limits, keep: Keep) -> tuple[Attachment, ...]:
    """All attachments, those that are only announced too (empty and damaged).

    Raises MalformedPackage: too-many-attachments, attachment-too-large, zip-bomb, zip-path.
    """
    nodes = [n for part in root.everywhere("AttachmentEncoded") for n in part.all("Attachment")]
    announced = _manifest(root)
    if max(len(nodes), len(announced)) > limits.attachments:
        raise malformed("too-many-attachments", limit=limits.attachments)
    attachments, left = [], limits.total_bytes
    for place, node in enumerate(filter(_says_something, nodes), start=1):
        reference = announced.pop(_content_id(node), Node(None, root.repairs))
        attachment = _read(node, _name(node, reference, place), limits, keep)
        left -= attachment.size
        if left < 0:
            raise malformed("attachment-too-large", limit=limits.total_bytes)
        attachments.append(attachment)
    return (*attachments, *_missing(announced, attachments))


def _manifest(root: Node) -> dict[str, Node]:
    body = root.one("edXMLEnvelope").one("edXMLBody")
    references = body.one("edXMLManifest", "Manifest").all("Reference")
    by_id = {_content_id(reference): reference for reference in references}
    by_id.pop("", None)
    return by_id


def _says_something(node: Node) -> bool:
    """An element without name, id and content stands for no file: who has none writes it."""
    payload = node.one("ContentTransferEncoded").payload
    return bool(payload.section.size or payload.damaged or node.all_text)


def _content_id(node: Node) -> str:
    return bare_id(node.text("ContentId"))


def _read(node: Node, name: str, limits: Limits, keep: Keep) -> Attachment:
    declared = node.text("ContentType")
    payload = node.one("ContentTransferEncoded").payload
    file = look_inside(name, declared, payload.section, limits.attachment_bytes)
    watch = Watch()
    pieces = pieces_of(payload.section, file.entry, limits.attachment_bytes)
    data = keep(watch.over(pieces))
    doubled = node.text("ContentId").lower().count("cid:") > 1
    mistyped = _is_mistyped(name, declared)
    # An empty text comes in a zip; of any other file the content was lost on the way.
    empty = not payload.section.size and extension_of(name) not in PLAIN_TEXT
    for code, applies in (
        *((code, True) for code in payload.repairs),
        (Repair.EMPTY_ATTACHMENT, empty and not payload.damaged),
        (file.repair, True),
        (Repair.CONTENT_ID, doubled),
        (Repair.MEDIA_TYPE, mistyped and file.repair is None),
    ):
        if code and applies:
            node.mend(code, name)
    return Attachment(
        name=name,
        media_type=_media_type(node, name, declared, watch.head),
        data=data,
        description=node.text("Description"),
        content_id=_content_id(node),
        field_name=node.text("FieldName"),
        mime_type=node.text("MimeType"),
        damaged=empty or payload.damaged or file.damaged or _is_damaged(name, declared, watch),
    )


def _name(node: Node, reference: Node, place: int) -> str:
    """The name to show; the manifest or a running number stands in, and it is never a path."""
    given = node.text("AttachmentName")
    name = plain_name(given or reference.text("AttachmentName")) or f"attachment-{place}"
    form = node.text("Format").lower().lstrip(".")
    if not extension_of(name) and extension_of(f"x.{form}"):
        name = f"{name}.{form}"
    if name.casefold() != given.casefold():
        node.mend(Repair.ATTACHMENT_NAME, name)
    return name


def _media_type(node: Node, name: str, declared: str, head: bytes) -> str:
    """By extension, then by the bytes, then as declared; a declared zip speaks of the wrapping."""
    by_name = media_type_of(name)
    if by_name != UNKNOWN:
        return by_name
    if head.startswith(PDF_START):
        return PDF
    given = node.text("MimeType") or declared
    return UNKNOWN if given in ("", ZIPPED_ON_WIRE) else given


def _is_mistyped(name: str, declared: str) -> bool:
    """The declared type is that of another kind of file than the name says."""
    extension = extension_of(name)
    own = {MEDIA_TYPES.get(extension), RAW_ON_WIRE.get(extension), f"application/{extension}"}
    return bool(extension) and declared.lower() in NAMED_TYPES - own


def _is_damaged(name: str, declared: str, watch: Watch) -> bool:
    """What calls itself a PDF and is none, or bytes that went through a text reader. Readers accept
    a PDF's first line anywhere in the first kilobyte."""
    kind = media_type_of(name)
    named = declared.lower() if kind == UNKNOWN else kind
    if named == PDF and PDF_START not in watch.head:
        return True
    return watch.is_mangled and extension_of(name) not in PLAIN_TEXT


def _missing(announced: dict[str, Node], attachments: list[Attachment]) -> list[Attachment]:
    """Files that the manifest names and the message lacks; ids alone prove nothing, producers let
    the two lists disagree."""
    names = {attachment.name for attachment in attachments}
    missing = []
    for content_id, reference in announced.items():
        name = plain_name(reference.text("AttachmentName")) or content_id
        if name not in names:
            reference.mend(Repair.MISSING_ATTACHMENT, name)
            missing.append(Attachment(name, content_id=content_id, damaged=True))
    return missing
