"""How the national clients' own library reads a message, as observed by running it: no schema and
no business rule, but it stumbles over little things. What we write must pass here unharmed.

A model, not the library: it knows the conditions under which that one fails, and gives what it
would hand to a program. Failures are `Stumble`, in the words of what happens there.
"""

import base64
import binascii
import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.dom import minidom

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
PREFIXED = ("edXMLEnvelope", "edXMLHeader", "MessageHeader", "TraceHeaderList", "edXMLBody")
ORGAN = ["OrganId", "OrganizationInCharge", "OrganName", "OrganAdd"]
ORGAN += ["Email", "Telephone", "Fax", "Website"]
STAFF = ["Department", "DepartmentId", "Staff", "StaffId", "Email", "Mobile"]


class Stumble(Exception):
    """The library throws, or gives a program something it cannot use."""


@dataclass
class Read:
    """What a program gets: texts by path, lists for what is repeated, and the files."""

    texts: dict[str, str | None] = field(default_factory=dict)
    recipients: list[dict] = field(default_factory=list)
    answered: list[dict] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    hops: list[dict] = field(default_factory=list)
    files: list[tuple[str, bytes | None]] = field(default_factory=list)


def read(data: bytes) -> Read:
    if not data.startswith(b"<"):
        raise Stumble("ParserException: something before the prolog")
    root = minidom.parseString(data).documentElement
    envelope = next(
        (n for n in _children(root, "edXMLEnvelope") if n.namespaceURI == NAMESPACE), None
    )
    header = _child(envelope, "edXMLHeader") if envelope is not None else None
    if header is None:
        raise Stumble("NullPointerException: no envelope, no header")
    _check_prefixes(envelope)
    message = _child(header, "MessageHeader")
    if message is None:
        raise Stumble("a program fails on a null header")
    if _child(message, "StatusCode") is not None:
        return _status(message)
    return _document(root, header, message)


def _check_prefixes(envelope: minidom.Element) -> None:
    """Equal in XML, refused beyond the province: the receiver there wants the literal prefix."""
    for element in [envelope, *envelope.getElementsByTagName("*")]:
        if element.localName in PREFIXED and element.prefix != "edXML":
            raise Stumble(f"the receiver wants edXML:{element.localName}")


def _status(message: minidom.Element) -> Read:
    found = Read()
    found.texts = {
        **_texts(message, "From", ORGAN, trim=True),
        **_texts(message, "ResponseFor", ["OrganId", "Code", "DocumentId"]),
        **_texts(message, "StaffInfo", STAFF),
        "ResponseFor/PromulgationDate": _day(_text(message, "ResponseFor", "PromulgationDate")),
        "StatusCode": (_text(message, "StatusCode") or "").strip(),
        "Description": _text(message, "Description"),
        "Timestamp": _moment((_text(message, "Timestamp") or "").strip()),
    }
    return found


def _document(root: minidom.Element, header: minidom.Element, message: minidom.Element) -> Read:
    found = Read()
    found.texts = {
        **_texts(message, "From", ORGAN, trim=True),
        **_texts(message, "Code", ["CodeNumber", "CodeNotation"]),
        **_texts(message, "SignerInfo", ["Competence", "Position", "FullName"]),
        "DocumentId": _text(message, "DocumentId"),
        "PromulgationInfo/Place": _text(message, "PromulgationInfo", "Place"),
        "PromulgationInfo/PromulgationDate": _day(
            _text(message, "PromulgationInfo", "PromulgationDate")
        ),
        "DocumentType/Type": _number(_text(message, "DocumentType", "Type"), "2"),
        "DocumentType/TypeDetail": _number(_text(message, "DocumentType", "TypeDetail"), "-1"),
        "DocumentType/TypeName": _text(message, "DocumentType", "TypeName"),
        "Subject": _text(message, "Subject"),
        "Content": _text(message, "Content"),
        "DueDate": _day(_text(message, "DueDate")),
        "SteeringType": _strict_number(_text(message, "SteeringType")),
        "ApplicationType": _text(message, "ApplicationType"),
        **_other(message),
        **_business(_child(header, "TraceHeaderList"), found),
    }
    found.recipients = [_texts(to, "", ORGAN, trim=True) for to in _children(message, "To")]
    found.answered = [
        {
            **_texts(each, "", ["OrganId", "Code", "DocumentId"]),
            "PromulgationDate": _day(_text(each, "PromulgationDate")),
        }
        for each in _children(message, "ResponseFor")
    ]
    _lists(message, found)
    found.files = [
        _file(node)
        for part in _children(root, "AttachmentEncoded")
        for node in _children(part, "Attachment")
    ]
    return found


def _other(message: minidom.Element) -> dict:
    other = _child(message, "OtherInfo")
    if other is None:
        raise Stumble("public consumers fail on a null OtherInfo")
    return {
        "Priority": _number(_text(other, "Priority"), "0"),
        "PromulgationAmount": _number(_text(other, "PromulgationAmount"), "1"),
        "PageAmount": _number(_text(other, "PageAmount"), "1"),
        "Direction": str(_text(other, "Direction") == "true"),
        **_texts(other, "", ["SphereOfPromulgation", "TyperNotation", "ReplyFors"]),
        "ReferenceCodes": _text(other, "ReferenceCodes"),
    }


def _business(traces: minidom.Element | None, found: Read) -> dict:
    business = _child(traces, "Bussiness") if traces is not None else None
    if business is None:
        raise Stumble("public consumers iterate the lists of Bussiness without looking")
    found.hops = [
        {"OrganId": _text(hop, "OrganId"), "Timestamp": _moment(_text(hop, "Timestamp"))}
        for hop in _children(traces, "TraceHeader")
    ]
    changes = _child(business, "BussinessDocumentInfo")
    found.lists["receivers"] = [
        f"{_text(receiver, 'OrganId')}={_text(receiver, 'ReceiverType')}"
        for entries in (_children(changes, "ReceiverList") if changes is not None else [])
        for receiver in _children(entries, "Receiver")
    ]
    found.lists["replaced"] = [
        f"{_text(info, 'DocumentId')}={','.join(_all(info, 'OrganIdList', 'OrganId'))}"
        for entries in _children(business, "ReplacementInfoList")
        for info in _children(entries, "ReplacementInfo")
    ]
    return {
        **{
            name: _text(business, name)
            for name in ("BussinessDocType", "BussinessDocReason", "Paper")
        },
        "Bussiness/DocumentId": _text(business, "DocumentId"),
        **_texts(business, "BussinessDocumentInfo", ["DocumentInfo", "DocumentReceiver"]),
        **_texts(business, "StaffInfo", STAFF),
    }


def _lists(message: minidom.Element, found: Read) -> None:
    places = _child(message, "ToPlaces")
    if places is None:
        raise Stumble("public consumers iterate ToPlaces without looking")
    found.lists["places"] = [_value(place) for place in _children(places, "Place")]
    found.lists["tasks"] = _all(message, "ResponseForTask", "TaskCode")
    found.lists["appendixes"] = _all(_child(message, "OtherInfo"), "Appendixes", "Appendix")


def _file(node: minidom.Element) -> tuple[str, bytes | None]:
    name, kind = _text(node, "AttachmentName"), _text(node, "ContentType") or "application/zip"
    text = _text(node, "ContentTransferEncoded")
    if not (name or _text(node, "Format")) or not text:
        raise Stumble("ParserException: an attachment without name or content")
    form = _text(node, "Format") or (name or "").rstrip(">").rpartition(".")[2] or "unk"
    if not _value(_child(node, "ContentId")).startswith("cid:"):
        raise Stumble("an attachment that the manifest cannot name")
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Stumble("base64 other than one standard padded line") from None
    if kind != "application/zip" or form == "zip":
        return name, data
    return name, _unzipped(data)


def _unzipped(data: bytes) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if not entries:
                return None
            if "/" in entries[0].filename or ".." in entries[0].filename:
                raise Stumble("FileNotFoundException: a folder in the entry's name")
            return archive.read(entries[0])
    except zipfile.BadZipFile:
        raise Stumble("ParserException: declared as a zip and none") from None


def _number(text: str | None, default: str) -> str:
    return text if text is not None and re.fullmatch(r"-?\d{1,9}", text) else default


def _strict_number(text: str | None) -> str:
    if text is None or not re.fullmatch(r"-?\d{1,10}", text):
        raise Stumble("NumberFormatException: SteeringType")
    return text


def _day(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"\d{4}/\d\d/\d\d", text) else None


def _moment(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", text) else None


def _texts(parent: minidom.Element, path: str, names: list[str], trim: bool = False) -> dict:
    """Raw as they stand, but for organs: who indents inside a text sends the blanks along."""
    node = _child(parent, path) if path else parent
    if node is None:
        return {f"{path}/{name}" if path else name: None for name in names}
    found = {name: _text(node, name) for name in names}
    return {
        f"{path}/{name}" if path else name: text.strip() if trim and text else text
        for name, text in found.items()
    }


def _all(parent: minidom.Element | None, *path: str) -> list[str]:
    nodes = [parent] if parent is not None else []
    for name in path:
        nodes = [child for node in nodes for child in _children(node, name)]
    return [_value(node) for node in nodes]


def _text(parent: minidom.Element, *path: str) -> str | None:
    for name in path:
        parent = _child(parent, name) if parent is not None else None
    return None if parent is None else _value(parent)


def _value(node: minidom.Element | None) -> str:
    parts = node.childNodes if node is not None else []
    kinds = (minidom.Node.TEXT_NODE, minidom.Node.CDATA_SECTION_NODE)
    return "".join(part.data for part in parts if part.nodeType in kinds)


def _child(parent: minidom.Element, name: str) -> minidom.Element | None:
    return next(iter(_children(parent, name)), None)


def _children(parent: minidom.Element, name: str) -> list[minidom.Element]:
    return [
        node
        for node in parent.childNodes
        if node.nodeType == minidom.Node.ELEMENT_NODE and node.localName == name
    ]
