"""The attachments of a message: matched with the manifest, decoded, taken out of their zip, and
marked where their bytes are damaged. The document stays readable whatever has become of a file."""

from adapters.edxml.base64text import decode
from adapters.edxml.errors import malformed
from adapters.edxml.frame import Limits
from adapters.edxml.media import (
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
from adapters.edxml.unzipping import unwrap

REPLACEMENT_CHARACTER = b"\xef\xbf\xbd"
PDF, PDF_START = "application/pdf", b"%PDF-"
PDF_HEADER_WINDOW = 1024  # readers accept it anywhere in the first kilobyte
PLAIN_TEXT = {"txt", "csv", "html", "htm", "xml", "json"}


def read_attachments(root: Node, limits: Limits) -> tuple[Attachment, ...]:
    """All attachments, those that are only announced too (empty and damaged).

    Raises MalformedPackage: too-many-attachments, attachment-too-large, zip-bomb, zip-path.
    """
    nodes = [n for part in root.everywhere("AttachmentEncoded") for n in part.all("Attachment")]
    announced = _manifest(root)
    if max(len(nodes), len(announced)) > limits.attachments:
        raise malformed("too-many-attachments", limit=limits.attachments)
    attachments, total = [], 0
    for place, node in enumerate(nodes, start=1):
        reference = announced.pop(_content_id(node), Node(None, root.repairs))
        attachment = _read(node, reference, place, limits)
        total += len(attachment.data)
        if total > limits.total_bytes:
            raise malformed("attachment-too-large", limit=limits.total_bytes)
        attachments.append(attachment)
    return (*attachments, *_missing(announced, attachments))


def _manifest(root: Node) -> dict[str, Node]:
    body = root.one("edXMLEnvelope").one("edXMLBody")
    references = body.one("edXMLManifest", "Manifest").all("Reference")
    by_id = {_content_id(reference): reference for reference in references}
    by_id.pop("", None)
    return by_id


def _content_id(node: Node) -> str:
    return bare_id(node.text("ContentId"))


def _read(node: Node, reference: Node, place: int, limits: Limits) -> Attachment:
    name = _name(node, reference, place)
    declared = node.text("ContentType")
    text = node.text("ContentTransferEncoded")
    if len(text) > 2 * limits.attachment_bytes:  # base64 itself needs 4/3, wrapping a little more
        raise malformed("attachment-too-large", limit=limits.attachment_bytes)
    decoded = decode(text)
    if len(decoded.data) > limits.attachment_bytes:
        raise malformed("attachment-too-large", limit=limits.attachment_bytes)
    file = unwrap(name, declared, decoded.data, limits.attachment_bytes)
    doubled = node.text("ContentId").lower().count("cid:") > 1
    for code in (*decoded.repairs, file.repair, Repair.CONTENT_ID if doubled else None):
        if code:
            node.mend(code, name)
    return Attachment(
        name=name,
        media_type=_media_type(name, declared, file.data),
        data=file.data,
        description=node.text("Description"),
        content_id=_content_id(node),
        damaged=decoded.damaged or file.damaged or _is_damaged(name, declared, file.data),
    )


def _name(node: Node, reference: Node, place: int) -> str:
    """The name to show; the manifest or a running number stands in, and it is never a path."""
    given = node.text("AttachmentName")
    name = plain_name(given or reference.text("AttachmentName")) or f"attachment-{place}"
    form = node.text("Format").lower().lstrip(".")
    if not extension_of(name) and extension_of(f"x.{form}"):
        name = f"{name}.{form}"
    if name != given:
        node.mend(Repair.ATTACHMENT_NAME, name)
    return name


def _media_type(name: str, declared: str, data: bytes) -> str:
    """By extension, then by the bytes, then as declared; a declared zip speaks of the wrapping."""
    by_name = media_type_of(name)
    if by_name != UNKNOWN:
        return by_name
    if data.startswith(PDF_START):
        return PDF
    return UNKNOWN if declared in ("", ZIPPED_ON_WIRE) else declared


def _is_damaged(name: str, declared: str, data: bytes) -> bool:
    """What calls itself a PDF and is none, or bytes that went through a text reader."""
    kind = media_type_of(name)
    named = declared.lower() if kind == UNKNOWN else kind
    if named == PDF and PDF_START not in data[:PDF_HEADER_WINDOW]:
        return True
    return _is_mangled(name, data)


def _is_mangled(name: str, data: bytes) -> bool:
    """Binary data that went through a text reader: valid UTF-8 with replacement characters. No
    intact binary file is valid UTF-8 from end to end."""
    if extension_of(name) in PLAIN_TEXT or REPLACEMENT_CHARACTER not in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


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
