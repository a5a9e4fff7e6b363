"""Writing a message: elements, prefixes and order as the national library writes them, the same
bytes for the same input."""

from collections.abc import Iterator

from adapters.edxml.frame import NAMESPACE
from adapters.edxml.header_out import document_header, error_list, status_header
from adapters.edxml.markup import Lines, branch, document, leaf, verbatim
from adapters.edxml.package import Package, StatusMessage
from adapters.edxml.signing import Signer, signed_header
from adapters.edxml.trace_out import trace_list
from adapters.edxml.zipping import Wrapped, wrap

_DEFAULT = f' xmlns="{NAMESPACE}"'
_PREFIXED = f' xmlns:edXML="{NAMESPACE}"'
_HERE = "\x00"  # where a file's text belongs; no text of ours can hold it


def write_package(package: Package, signer: Signer | None = None) -> bytes:
    """A document message as UTF-8 bytes with CRLF line ends.

    A blank content repeats the subject, a blank trace becomes one hop of the sender at the day of
    issue, and a blank reason is worded by its kind: receivers fail where these are missing.
    Raises Invalid: recipients-missing, attachment-empty.
    """
    return b"".join(package_pieces(package, signer))


def package_pieces(package: Package, signer: Signer | None = None) -> Iterator[bytes]:
    """As `write_package`, piece by piece: a large attachment never stands in memory as a whole. The
    refusals come at once, not with the first piece."""
    files = [
        wrap(attachment, package.document_id, place)
        for place, attachment in enumerate(package.attachments, start=1)
    ]
    frames = _frame(package, files).split(_HERE.encode())
    if signer is not None:
        frames[0] = signed_header(frames[0], _filled(list(frames), files), signer)
    return _filled(frames, files)


def _filled(frames: list[bytes], files: list[Wrapped]) -> Iterator[bytes]:
    for frame, file in zip(frames, files, strict=False):
        yield frame
        yield from file.text()
    yield frames[-1]


def _frame(package: Package, files: list[Wrapped]) -> bytes:
    parts = [document_header(package), trace_list(package), error_list(package.errors)]
    manifest = branch("edXMLManifest", map(_reference, files), attributes=' version="1.0"')
    envelope = _envelope(branch("edXMLHeader", parts), branch("edXMLBody", [manifest]))
    attachments = branch("AttachmentEncoded", map(_attachment, files), prefix="")
    return document(branch("edXML", [envelope, attachments], prefix="", attributes=_DEFAULT))


def write_status(status: StatusMessage, signer: Signer | None = None) -> bytes:
    """A status message: the envelope alone, without body and attachments."""
    header = branch("edXMLHeader", [status_header(status), error_list(status.errors)])
    data = document(branch("edXML", [_envelope(header)], prefix="", attributes=_DEFAULT))
    return signed_header(data, [data], signer) if signer else data


def _envelope(*parts: Lines) -> Lines:
    return branch("edXMLEnvelope", parts, attributes=_PREFIXED)


def _reference(file: Wrapped) -> Lines:
    return branch(
        "Reference",
        [
            leaf("ContentId", f"cid:{file.content_id}"),
            leaf("ContentType", file.content_type),
            leaf("Description", file.attachment.description),
            leaf("AttachmentName", file.name),
        ],
    )


def _attachment(file: Wrapped) -> Lines:
    return branch(
        "Attachment",
        [
            leaf("ContentId", f"cid:{file.content_id}", prefix=""),
            leaf("AttachmentName", file.name, prefix=""),
            leaf("Description", file.attachment.description, prefix=""),
            leaf("FieldName", file.attachment.field_name, prefix=""),
            leaf("MimeType", file.attachment.mime_type, prefix=""),
            leaf("ContentType", file.content_type, prefix=""),
            verbatim("ContentTransferEncoded", _HERE, _PREFIXED),
        ],
        prefix="",
    )
