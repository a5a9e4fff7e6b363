"""Writing a message: elements, prefixes and order as the national library writes them, the same
bytes for the same input."""

from adapters.edxml.frame import NAMESPACE
from adapters.edxml.header_out import document_header, status_header
from adapters.edxml.markup import Lines, branch, document, leaf, verbatim
from adapters.edxml.package import Package, StatusMessage
from adapters.edxml.trace_out import trace_list
from adapters.edxml.zipping import Wrapped, wrap

_DEFAULT = f' xmlns="{NAMESPACE}"'
_PREFIXED = f' xmlns:edXML="{NAMESPACE}"'


def write_package(package: Package) -> bytes:
    """A document message as UTF-8 bytes with CRLF line ends.

    A blank content repeats the subject, a blank trace becomes one hop of the sender at the day of
    issue, and a blank reason is worded by its kind: receivers fail where these are missing.
    Raises Invalid: recipients-missing, attachment-empty.
    """
    files = [
        (attachment.description, wrap(attachment, package.document_id, place))
        for place, attachment in enumerate(package.attachments, start=1)
    ]
    header = branch("edXMLHeader", [document_header(package), trace_list(package)])
    references = [_reference(description, file) for description, file in files]
    manifest = branch("edXMLManifest", references, attributes=' version="1.0"')
    envelope = _envelope(header, branch("edXMLBody", [manifest]))
    encoded = [_attachment(description, file) for description, file in files]
    attachments = branch("AttachmentEncoded", encoded, prefix="")
    return document(branch("edXML", [envelope, attachments], prefix="", attributes=_DEFAULT))


def write_status(status: StatusMessage) -> bytes:
    """A status message: the envelope alone, without body and attachments."""
    envelope = _envelope(branch("edXMLHeader", [status_header(status)]))
    return document(branch("edXML", [envelope], prefix="", attributes=_DEFAULT))


def _envelope(*parts: Lines) -> Lines:
    return branch("edXMLEnvelope", parts, attributes=_PREFIXED)


def _reference(description: str, file: Wrapped) -> Lines:
    return branch(
        "Reference",
        [
            leaf("ContentId", f"cid:{file.content_id}"),
            leaf("ContentType", file.content_type),
            leaf("Description", description),
            leaf("AttachmentName", file.name),
        ],
    )


def _attachment(description: str, file: Wrapped) -> Lines:
    return branch(
        "Attachment",
        [
            leaf("ContentId", f"cid:{file.content_id}", prefix=""),
            leaf("AttachmentName", file.name, prefix=""),
            leaf("Description", description, prefix=""),
            leaf("ContentType", file.content_type, prefix=""),
            verbatim("ContentTransferEncoded", file.text, _PREFIXED),
        ],
        prefix="",
    )
