"""The items in the axis's lists, and their JSON form.

Each field carries its name on the wire. Times and statuses are opaque texts: the axis defines no
format for them. A missing member is None here and stays away there, for one JSON null makes the
client SDK throw the whole list away.
"""

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


def wire(name: str) -> Any:
    return dataclasses.field(default=None, metadata={"wire": name})


class Record:
    """A frozen dataclass whose fields were declared by `wire(name)`."""

    @classmethod
    def from_wire(cls, item: Mapping[str, object]) -> Self:
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]
        return cls(**{f.name: _scalar(item.get(f.metadata["wire"]), f.type) for f in fields})

    def to_wire(self) -> dict[str, str | int | bool]:
        pairs = ((name, getattr(self, field)) for field, name in _names(type(self)))
        return {name: value for name, value in pairs if value is not None}


@functools.cache
def _names(record: type[Record]) -> list[tuple[str, str]]:
    """Each field with its name on the wire; looked up once, for a list may have 120,000 records."""
    return [(f.name, f.metadata["wire"]) for f in dataclasses.fields(record)]  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class AgencyRecord(Record):
    """An agency of the directory. `code102` is its former QCVN 102 code; `level` lists have it."""

    id: str | None = wire("id")
    pid: str | None = wire("pid")
    code: str | None = wire("code")
    name: str | None = wire("name")
    mail: str | None = wire("mail")
    old_code: str | None = wire("oldCode")
    code102: str | None = wire("code102")


@dataclass(frozen=True, kw_only=True)
class SynchronizeUnit(Record):
    """An agency with what incremental synchronisation needs: a growing version, a deleted mark."""

    id: str | None = wire("id")
    pid: str | None = wire("pid")
    code: str | None = wire("code")
    name: str | None = wire("name")
    mail: str | None = wire("mail")
    version: int | None = wire("version")
    center_code: str | None = wire("centerCode")
    deleted: bool | None = wire("deleted")
    modify_date: str | None = wire("modifyDate")
    is_agency: bool | None = wire("isAgency")


@dataclass(frozen=True, kw_only=True)
class ReceivedItem(Record):
    """A package that waits for us. Two members are known from one hub only: the content's."""

    doc_id: str | None = wire("docId")
    service_type: str | None = wire("serviceType")
    message_type: str | None = wire("messageType")
    created_time: str | None = wire("created_time")
    updated_time: str | None = wire("updated_time")
    from_code: str | None = wire("from")
    to_code: str | None = wire("to")
    status: str | None = wire("status")
    status_desc: str | None = wire("status_desc")
    content_sha256: str | None = wire("contentSha256")
    content_length: int | None = wire("contentLength")


@dataclass(frozen=True, kw_only=True)
class SentItem(Record):
    """One recipient of a package we sent, with what became of it."""

    service_type: str | None = wire("serviceType")
    message_type: str | None = wire("messageType")
    sender_doc_id: str | None = wire("senderDocId")
    receiver_doc_id: str | None = wire("receiverDocId")
    from_code: str | None = wire("fromCode")
    to_code: str | None = wire("toCode")
    title: str | None = wire("title")
    notation: str | None = wire("notation")
    sent_time: str | None = wire("sentTime")
    received_time: str | None = wire("receivedTime")
    send_status: str | None = wire("sendStatus")
    send_status_desc: str | None = wire("sendStatusDesc")
    receive_status: str | None = wire("receiveStatus")
    receive_status_desc: str | None = wire("receiveStatusDesc")


@dataclass(frozen=True, kw_only=True)
class DirectoryRecord(Record):
    """An agency as our own hub tells its nodes (our extension): also those who cannot be written to
    any more, and who took over from them. Days are ISO dates."""

    code: str | None = wire("code")
    old_code: str | None = wire("oldCode")
    pid: str | None = wire("pid")
    name: str | None = wire("name")
    mail: str | None = wire("mail")
    valid_from: str | None = wire("validFrom")
    valid_to: str | None = wire("validTo")
    successor: str | None = wire("successor")
    forwards: bool | None = wire("forwards")  # what is sent to it goes to its successor
    locked: bool | None = wire("locked")
    version: int | None = wire("version")


@dataclass(frozen=True)
class Accepted:
    """A sent package: the axis's id of it and, from a hub of ours, its signed receipt."""

    doc_id: str
    receipt: str = ""


@dataclass(frozen=True)
class Poll:
    """What waits for several agencies at once (our extension): `codes` are those that the axis let
    us ask for, for the others it must be asked plainly."""

    items: tuple[ReceivedItem, ...]
    codes: frozenset[str]


@dataclass(frozen=True)
class News:
    """What a long poll brings (our extension): `mark` is to be given with the next one, `is_new`
    says whether something has come since, `urgency` is that of the most urgent."""

    mark: str
    is_new: bool = False
    urgency: int = 0


@dataclass(frozen=True, kw_only=True)
class AuditHeadRecord(Record):
    """The head that a node's audit chain had at some time (our extension)."""

    sequence: int | None = wire("sequence")
    hash: str | None = wire("hash")


@dataclass(frozen=True, kw_only=True)
class ReceiptKeyRecord(Record):
    """A public key that signs receipts, of the hub or of the system `code`; one that was replaced
    was good until `valid_to`, an ISO time (our extension)."""

    code: str | None = wire("code")
    key: str | None = wire("key")
    valid_to: str | None = wire("validTo")


@dataclass(frozen=True, kw_only=True)
class ReceiptRecord(Record):
    """A recipient's receipt for a message of ours; `cursor` is where to go on from (our
    extension)."""

    cursor: int | None = wire("cursor")
    doc_id: str | None = wire("docId")
    to_code: str | None = wire("to")
    receipt: str | None = wire("receipt")


@dataclass(frozen=True, kw_only=True)
class LedgerRecord(Record):
    """What the hub knows of one delivery from or to us, for reconciliation (our extension).
    `doc_id` is the message's id for its sender, the delivery's for its recipient; times are ISO."""

    cursor: int | None = wire("cursor")
    direction: str | None = wire("direction")
    doc_id: str | None = wire("docId")
    message_type: str | None = wire("messageType")
    document_id: str | None = wire("documentId")
    from_code: str | None = wire("from")
    to_code: str | None = wire("to")
    content_sha256: str | None = wire("contentSha256")
    state: str | None = wire("status")
    created: str | None = wire("created")
    finished: str | None = wire("finished")


def _scalar(value: object, kind: object) -> object:
    """The value as its field has it; hubs differ in whether an id is a number or a text."""
    if isinstance(value, bool) or value is None:
        return value if kind == (bool | None) else None
    if kind == (str | None):
        return str(value) if isinstance(value, str | int | float) else None
    return _number(value) if kind == (int | None) else None


def _number(value: object) -> int | None:
    try:
        return int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return None
