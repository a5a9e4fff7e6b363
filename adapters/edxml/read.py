"""Reading a message: as lenient as real traffic demands, as strict as hostile traffic deserves."""

from adapters.edxml.attachments import read_attachments
from adapters.edxml.errors import MalformedPackage, malformed
from adapters.edxml.frame import NAMESPACE, Limits, parse_frame
from adapters.edxml.header import read_document, read_organ, read_response_for, read_staff
from adapters.edxml.nodes import Node
from adapters.edxml.package import Package, StatusMessage
from adapters.edxml.repairs import Repair
from adapters.edxml.trace import read_business, read_trace

DEFAULT_LIMITS = Limits()


def read_message(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Package | StatusMessage:
    """A document package or a status message from the bytes of an `.edxml` file.

    What had to be mended is told in `repairs`; a file whose bytes are spoilt is an attachment with
    `damaged` set. Raises MalformedPackage for what is no edXML of this standard or is hostile.
    """
    repairs: list[str] = []
    root = Node(parse_frame(data, limits, repairs), repairs)
    header = _header(root)
    old_status = header.one("Status")
    message = old_status or header.one("MessageHeader")
    if old_status or message.one("StatusCode"):
        return _status(message)
    return _package(root, header, limits)


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


def _status(message: Node) -> StatusMessage:
    if message.name == "Status":
        message.mend(Repair.OLD_STATUS)
    fields = {
        "sender": read_organ(message.one("From")),
        "response_for": read_response_for(message.one("ResponseFor")),
        "staff": read_staff(message.one("StaffInfo")),
        "code": message.text("StatusCode"),
        "description": message.text("Description"),
        "at": message.moment("Timestamp"),
    }
    return StatusMessage(**fields, repairs=tuple(message.repairs))


def _package(root: Node, header: Node, limits: Limits) -> Package:
    traces = header.one("TraceHeaderList")
    fields = read_document(header.one("MessageHeader"))
    fields |= {
        "trace": read_trace(traces),
        "business": read_business(traces),
        "attachments": read_attachments(root, limits),
    }
    return Package(**fields, repairs=tuple(root.repairs))
