"""Reading a message: as lenient as real traffic demands, as strict as hostile traffic deserves."""

import io
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from adapters.edxml.attachments import read_attachments
from adapters.edxml.errors import MalformedPackage, malformed
from adapters.edxml.evidence import Judge
from adapters.edxml.frame import NAMESPACE, parse_frame
from adapters.edxml.header import (
    read_document,
    read_errors,
    read_organ,
    read_response_for,
    read_staff,
)
from adapters.edxml.kept import Keep, in_memory
from adapters.edxml.limits import Limits
from adapters.edxml.nodes import Node
from adapters.edxml.package import Package, StatusMessage
from adapters.edxml.payloads import Spool
from adapters.edxml.repairs import Repair, told
from adapters.edxml.signature import read_evidence
from adapters.edxml.trace import read_business, read_trace

DEFAULT_LIMITS = Limits()


def read_message(
    source: bytes | BinaryIO,
    limits: Limits = DEFAULT_LIMITS,
    keep: Keep = in_memory,
    judge: Judge | None = None,
    folder: Path | None = None,
) -> Package | StatusMessage:
    """A document package or a status message from an `.edxml` file.

    What had to be mended is told in `repairs`; a file whose bytes are spoilt is an attachment with
    `damaged` set. Each attachment's bytes go to `keep` as they come, so that with STREAMED limits
    and a `keep` that writes to disk a large one needs no memory; on the way they pass a temporary
    file in `folder`. With a `judge` the XML signature is looked at too; a stream is then read
    twice. Raises MalformedPackage for what is no edXML of this standard or is hostile.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    repairs: list[str] = []
    with Spool(folder) as spool:
        root = Node(parse_frame(stream, limits, repairs, spool), repairs)
        header = _header(root)
        message = _status(header) or _package(root, header, limits, keep)
    if judge is None:
        return message
    return replace(message, evidence=read_evidence(root, stream, limits, judge))


def read_envelope(
    source: bytes | BinaryIO, limits: Limits = DEFAULT_LIMITS
) -> Package | StatusMessage:
    """As `read_message`, for who only carries a message: all but its attachments, which are passed
    over undecoded."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    repairs: list[str] = []
    root = Node(parse_frame(stream, limits, repairs), repairs)
    header = _header(root)
    return _status(header) or _package(root, header, limits)


def read_package(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Package:
    """As `read_message`, and refuses a status message (reason not-a-document)."""
    message = read_message(data, limits)
    if isinstance(message, StatusMessage):
        raise malformed("not-a-document")
    return message


def read_status(data: bytes, limits: Limits = DEFAULT_LIMITS) -> StatusMessage:
    """As `read_message`, and refuses a document package (reason not-a-status)."""
    message = read_message(data, limits)
    if isinstance(message, Package):
        raise malformed("not-a-status")
    return message


def _header(root: Node) -> Node:
    envelope = root.one("edXMLEnvelope")
    if not envelope:
        raise malformed("no-envelope")
    if envelope.namespace != NAMESPACE:
        raise MalformedPackage("package-foreign-namespace", namespace=envelope.namespace[:200])
    header = envelope.one("edXMLHeader")
    if not header.one("MessageHeader", "Status"):
        raise malformed("no-header")
    return header


def _status(header: Node) -> StatusMessage | None:
    old = header.one("Status")
    message = old or header.one("MessageHeader")
    if not (old or message.one("StatusCode")):
        return None
    if old:
        message.mend(Repair.OLD_STATUS)
    fields = {
        "sender": read_organ(message.one("From")),
        "response_for": read_response_for(message.one("ResponseFor")),
        "staff": read_staff(message.one("StaffInfo")),
        "code": _status_code(message),
        "description": message.text("Description"),
        "at": message.moment("Timestamp"),
        "errors": read_errors(header),
    }
    return StatusMessage(**fields, repairs=told(message.repairs))


def _status_code(message: Node) -> str:
    """Two digits, also where a producer has written the number."""
    code = message.text("StatusCode")
    if len(code) == 1 and code.isascii() and code.isdigit():
        message.mend(Repair.STATUS_CODE, code)
        return f"0{code}"
    return code


def _package(root: Node, header: Node, limits: Limits, keep: Keep | None = None) -> Package:
    fields = read_document(header.one("MessageHeader"))
    fields |= {
        "errors": read_errors(header),
        "trace": read_trace(header.one("TraceHeaderList")),
        "business": read_business(header),
        "attachments": read_attachments(root, limits, keep) if keep else (),
    }
    return Package(**fields, repairs=told(root.repairs))
